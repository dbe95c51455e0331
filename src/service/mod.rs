//! Actions and queries, for every door.

pub mod demo;
