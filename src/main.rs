//! The program: reads arguments and environment once, and gives them to the command line or the console.

use color_eyre::eyre::WrapErr as _;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::process::ExitCode;
use wardroom::cli::exit::Exit;
use wardroom::cli::{self, Console, Ending};
use wardroom::config::{Color, Environment, SynchronizedOutput};
use wardroom::service::demo::Account;
use wardroom::tui;
use wardroom::tui::backend::Synchronized;
use wardroom::tui::colour::{ColourChoice, ColourLevel};
use wardroom::tui::terminal::{self, TerminalError};
use wardroom::tui::theme::{Glyphs, Theme};

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
            Ending::Exit(exit) => exit.into(),
            Ending::Console(console) => open(*console).await,
        }
    });
    // A thread that waits for somebody to type would be waited for in turn.
    runtime.shutdown_background();
    Ok(exit)
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

/// Opens the console; without a usable terminal it says so in one sentence.
async fn open(console: Console) -> ExitCode {
    let Console {
        service,
        folder,
        ref config,
        ..
    } = console;
    let environment = &console.environment;
    let environment = terminal::Environment {
        term: environment.term.clone(),
        colorterm: environment.color_term.clone(),
        no_color: environment.no_color.then(|| "1".to_owned()),
        // The most specific of the three, chosen already.
        lc_all: environment.locale.clone(),
        lc_ctype: None,
        lang: None,
    };
    let colours = ColourLevel::detect(
        match config.color {
            Color::Auto => ColourChoice::Auto,
            Color::Always => ColourChoice::Always,
            Color::Never => ColourChoice::Never,
        },
        &environment,
    );
    let options = tui::Options {
        environment: config
            .environment
            .as_ref()
            .map(ToString::to_string)
            .unwrap_or_default(),
        production: config.production,
        read_only: config.read_only,
        restricted: config.restricted,
        theme: Theme::new(colours),
        glyphs: Glyphs::detect(&environment),
        demo_accounts: console.accounts.iter().map(demo_account).collect(),
        organization: console.organization,
        client_address: console.environment.ssh_client_address.unwrap_or_default(),
        watch: true,
    };
    let screen = tui::Screen {
        environment,
        colours,
        synchronized: match config.terminal.synchronized_output {
            SynchronizedOutput::Auto => Synchronized::Auto,
            SynchronizedOutput::On => Synchronized::On,
            SynchronizedOutput::Off => Synchronized::Off,
        },
    };
    let ending = tui::run(service.clone(), options, screen).await;
    service.close().await;
    // Only now, for the database of a demo lies in it.
    drop(folder);
    match ending {
        Ok(code) => code.into(),
        Err(error) => {
            eprintln!("{error}");
            match error {
                TerminalError::NotATerminal(_) | TerminalError::Dumb(_) => Exit::Usage.into(),
                TerminalError::Io(_) => Exit::Unexpected.into(),
            }
        }
    }
}

fn demo_account(account: &Account) -> tui::DemoAccount {
    tui::DemoAccount {
        name: account.username.to_owned(),
        password: account.password.to_owned(),
        purpose: account.purpose.to_owned(),
    }
}
