//! What the tests share: throw-away databases on both engines.

pub mod engine;
mod server;
