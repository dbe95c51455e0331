//! The rules of the service, on both engines.

mod access;
mod demo;
mod groups;
mod jobs;
mod organizations;
mod plans;
mod power;
mod roles;
mod sessions;
mod sign_in;
mod smoke;
mod units;
