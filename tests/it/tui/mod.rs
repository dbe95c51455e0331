//! The console: the whole application on a test terminal.

mod audit;
mod binary;
mod copies;
mod desk;
mod forms;
mod frame;
mod harness;
mod jobs;
mod keys;
mod killed;
mod lock;
mod memberships;
mod modals;
mod organizations;
mod pointing;
mod records;
mod refusals;
mod reports;
mod rights;
mod sign_in;
mod terminal;
mod town;
mod users;
mod views;
mod workplaces;
