//! The console: the whole application on a test terminal.

mod audit;
mod binary;
mod desk;
mod forms;
mod frame;
mod harness;
mod jobs;
mod keys;
mod lock;
mod modals;
mod organizations;
mod pointing;
mod sign_in;
mod terminal;
mod town;
mod users;
