//! The screens of the console, one line each.
//!
//! To add one: a file here with `impl Screen`, its `mod` line, and its line in [`all`]. Its number is
//! its place there, so its key is bound already; another way to it goes into `assets/keys.toml`.

mod audit;
mod groups;
mod jobs;
pub mod lock;
mod organizations;
mod roles;
mod sign_in;
mod users;

use super::screen::Layer;
use super::shared::Shared;

/// The tabs in their order.
pub fn all(shared: &mut Shared) -> Vec<Box<dyn Layer>> {
    vec![
        shared.hold(users::UsersScreen::default()),
        shared.hold(groups::GroupsScreen),
        shared.hold(roles::RolesScreen),
        shared.hold(organizations::OrganizationsScreen),
        shared.hold(audit::AuditScreen),
        shared.hold(jobs::JobsScreen::default()),
    ]
}

/// What stands there while nobody is signed in.
pub fn sign_in(shared: &mut Shared) -> Box<dyn Layer> {
    let accounts = shared.options.demo_accounts.clone();
    shared.hold(sign_in::SignInScreen::new(accounts))
}
