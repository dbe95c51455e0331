//! What the tests share: throw-away databases on both engines, a town full of people, and terminals.

pub mod dice;
pub mod engine;
pub mod members;
pub mod naive;
pub mod pty;
pub mod records;
pub mod refusal;
pub mod saving;
pub mod server;
pub mod town;
pub mod world;
pub mod worlds;
