//! The rules of the service, on both engines.

mod demo;
mod sessions;
mod sign_in;
mod smoke;
