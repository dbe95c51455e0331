//! The command line, run as the built program.
