//! The store, on both engines.

mod filters;
mod paging;
mod schema;
mod search;
mod units;
mod violations;
mod watch;
