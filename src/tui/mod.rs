//! The console: the only folder that knows ratatui and crossterm.
//!
//! The terminal layer at its bottom: `terminal` owns the modes, `input` reads what is typed,
//! `backend` writes what changed, `colour` and `theme` decide how things look. Screens stand on it.

pub mod backend;
mod capabilities;
pub mod colour;
mod decode;
pub mod input;
mod painter;
mod reader;
mod scroll;
mod signals;
pub mod terminal;
pub mod theme;
