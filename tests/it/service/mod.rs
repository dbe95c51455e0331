//! The rules of the service, on both engines.

mod demo;
mod groups;
mod organizations;
mod roles;
mod sessions;
mod sign_in;
mod smoke;
mod units;
