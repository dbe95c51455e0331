//! The screens of the console, one line each.
//!
//! To add one: a file here with `impl Screen`, its `mod` line, and its line in [`all`]. Its number is
//! its place there, so its key is bound already; another way to it goes into `assets/keys.toml`.

mod audit;
mod desk;
mod filter_line;
mod groups;
mod jobs;
pub mod lock;
mod organizations;
mod records;
mod roles;
mod sign_in;
mod users;

use super::screen::Layer;
use super::shared::{Front, Shared};
use records::RecordsScreen;

/// What stands beneath the title, the first one open.
pub fn of(front: Front, shared: &mut Shared) -> Vec<Box<dyn Layer>> {
    match front {
        Front::Console => all(shared),
        Front::Desk => vec![shared.hold(desk::DeskScreen::default())],
    }
}

/// The tabs in their order.
fn all(shared: &mut Shared) -> Vec<Box<dyn Layer>> {
    vec![
        shared.hold(users::UsersScreen::default()),
        shared.hold(RecordsScreen::<groups::Groups>::default()),
        shared.hold(RecordsScreen::<roles::Roles>::default()),
        shared.hold(organizations::OrganizationsScreen::default()),
        shared.hold(audit::AuditScreen::default()),
        shared.hold(jobs::JobsScreen::default()),
    ]
}

/// What stands there while nobody is signed in.
pub fn sign_in(shared: &mut Shared) -> Box<dyn Layer> {
    let accounts = shared.options.demo_accounts.clone();
    shared.hold(sign_in::SignInScreen::new(accounts))
}
