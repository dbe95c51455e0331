//! The rules of the service, on both engines.

mod sessions;
mod sign_in;
mod smoke;
