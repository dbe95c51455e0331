//! One test program that mirrors `src`.

// Clippy allows `unwrap` and its like under this attribute, which always holds here.
#![cfg(test)]

mod support;
mod tui;
