//! The console: the whole application on a test terminal.

mod binary;
mod forms;
mod frame;
mod harness;
mod jobs;
mod modals;
mod sign_in;
mod terminal;
mod town;
mod users;
mod views;
