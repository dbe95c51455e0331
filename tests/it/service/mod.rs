//! The rules of the service, on both engines.

mod access;
mod audit;
mod audit_filter;
mod deletions;
mod demo;
mod denied;
mod desk;
mod escalation;
mod groups;
mod jobs;
mod memberships;
mod organizations;
mod parity;
mod places;
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
