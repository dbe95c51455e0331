//! What lies on top of a screen: choices, plans, questions.
//!
//! To add one: a file here with `impl Screen`, its `mod` line, and `cx.open_modal(…)` where it opens.
//! It closes itself with `cx.close()`, and hands on what was decided through [`Cx`](super::screen::Cx).

pub mod choose;
pub mod compare;
pub mod confirm;
pub mod consent;
pub mod delete;
pub mod help;
pub mod job_menu;
pub mod matrix;
pub mod members;
pub mod memberships;
pub mod menu;
mod page;
pub mod palette;
pub mod plain;
pub mod plan;
pub mod quit;
pub mod record_picker;
mod records;
pub mod reports;
pub mod rights;
mod role_rules;
mod topics;
pub mod undo;
pub mod verdict;
pub mod verify;
pub mod welcome;
pub mod who_can;
pub mod workplaces;
pub mod yes;
