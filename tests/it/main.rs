//! One test program that mirrors `src`.

// Clippy allows `unwrap` and its like under this attribute, which always holds here.
#![cfg(test)]

mod cli;
mod service;
mod store;
mod support;
mod tidy;
mod tui;
