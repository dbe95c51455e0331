//! The program: reads arguments and environment once, and gives them to the command line or the console.

use color_eyre::eyre::WrapErr as _;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::process::ExitCode;
use wardroom::cli::exit::Exit;
use wardroom::cli::{self, Console, Ending};
use wardroom::config::Environment;
use wardroom::domain::text::safe;
use wardroom::service::demo::Account;
use wardroom::tui::keys::KeyMap;
use wardroom::tui::terminal::TerminalError;
use wardroom::tui::{self, DemoAccount, Options, Screen};

/// Screens, commands and the database wait far more than they work; passwords are hashed on threads of their own.
const WORKERS: usize = 2;

fn main() -> color_eyre::Result<ExitCode> {
    color_eyre::install()?;
    keep_out_of_core_dumps();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .enable_all()
        .build()
        .wrap_err("the runtime can't start")?;
    let exit = runtime.block_on(async {
        match cli::run(Environment::read(), std::env::args_os().collect()).await {
            Ending::Exit(exit) => Ok(exit.into()),
            Ending::Console(console) => open(*console).await,
        }
    });
    // A thread that waits for somebody to type would be waited for in turn.
    runtime.shutdown_background();
    exit
}

/// Memory that held a password goes to no file. A system that refuses this refuses it to root only.
fn keep_out_of_core_dumps() {
    let nothing = Rlimit {
        current: Some(0),
        maximum: Some(0),
    };
    let _ = setrlimit(Resource::Core, nothing);
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

/// Runs the console; its folder goes with it where it is a demo's.
async fn open(console: Console) -> color_eyre::Result<ExitCode> {
    let keys = match KeyMap::of(&console.config) {
        Ok(keys) => keys,
        Err(error) => {
            console.service.close().await;
            eprintln!("{}", safe(&error.to_string()));
            return Ok(Exit::Usage.into());
        }
    };
    let screen = Screen::of(&console.config, &console.environment);
    let mut options = Options::of(&console.config, &console.environment, &screen);
    options.keys = keys;
    options.organization.clone_from(&console.organization);
    options.demo_accounts = console.accounts.iter().map(demo_account).collect();
    if !console.accounts.is_empty() {
        "demo".clone_into(&mut options.environment);
    }
    let ended = tui::run(console.service.clone(), options, screen).await;
    console.service.close().await;
    match ended {
        Ok(code) => Ok(ExitCode::from(code)),
        Err(error @ TerminalError::Io(_)) => Err(error.into()),
        Err(error) => {
            eprintln!("{}", safe(&error.to_string()));
            Ok(Exit::Usage.into())
        }
    }
}

fn demo_account(account: &Account) -> DemoAccount {
    DemoAccount {
        name: account.username.to_owned(),
        password: account.password.to_owned(),
        purpose: account.purpose.to_owned(),
    }
}
