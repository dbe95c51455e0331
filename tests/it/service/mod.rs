//! The service layer: rules, plans and jobs, on both engines.

mod demo;
