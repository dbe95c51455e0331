<<<<<<< HEAD
//! The service layer: rules, plans and jobs, on both engines.

mod demo;
=======
//! The rules of the service, on both engines.

mod sessions;
mod sign_in;
mod smoke;
>>>>>>> servicetests
