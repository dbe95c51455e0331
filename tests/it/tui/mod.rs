//! The console: the whole application on a test terminal.

mod terminal;
