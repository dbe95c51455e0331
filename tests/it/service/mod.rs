//! The rules of the service, on both engines.

mod access;
mod audit;
mod demo;
mod denied;
mod escalation;
mod groups;
mod jobs;
mod organizations;
mod parity;
mod plans;
mod power;
mod preferences;
mod processes;
mod retries;
mod roles;
mod sessions;
mod sign_in;
mod smoke;
mod units;
mod users;
mod why_not;
