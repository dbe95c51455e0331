//! The rules of the service, on both engines.

mod demo;
mod groups;
mod roles;
mod sessions;
mod sign_in;
mod smoke;
