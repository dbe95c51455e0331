//! The rules of the service, on both engines.

mod access;
mod demo;
mod jobs;
mod plans;
mod power;
mod sessions;
mod sign_in;
mod smoke;
