//! The screens of the console, one line each.
//!
//! To add one: a file here with `impl Screen`, its `mod` line, and its line in [`all`]. The action that
//! leads to it goes into `tui/actions.rs`, its keys into `assets/keys.toml`.

mod jobs;
mod sign_in;
mod users;

use super::screen::Layer;
use super::shared::Shared;

/// The tabs in their order.
pub fn all(shared: &mut Shared) -> Vec<Box<dyn Layer>> {
    vec![
        shared.hold(users::UsersScreen::default()),
        shared.hold(jobs::JobsScreen::default()),
    ]
}

/// What stands there while nobody is signed in.
pub fn sign_in(shared: &mut Shared) -> Box<dyn Layer> {
    let accounts = shared.options.demo_accounts.clone();
    shared.hold(sign_in::SignInScreen::new(accounts))
}
