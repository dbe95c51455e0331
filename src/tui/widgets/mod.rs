//! Parts that screens and modals are built from.

pub mod columns;
pub mod detail;
pub mod field;
pub mod grid;
pub mod panel;
pub mod picker;
pub mod refusal;
pub mod scroll;
pub mod search;
pub mod secret;
