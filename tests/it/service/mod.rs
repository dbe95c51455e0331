//! The rules of the service, on both engines.

mod smoke;
