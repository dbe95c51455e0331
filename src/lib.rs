//! Wardroom: a terminal console for the people who keep a company's accounts.
//!
//! Imports run one way: `main → cli, tui → service → store → domain`.

pub mod cli;
pub mod clock;
pub mod config;
pub mod domain;
pub mod service;
pub mod store;
pub mod tui;
