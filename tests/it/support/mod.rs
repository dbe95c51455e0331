//! What the tests share: throw-away databases on both engines, and terminals.

pub mod engine;
pub mod pty;
pub mod server;
