//! The program: reads arguments and environment once, and gives them to the command line or the console.

use color_eyre::eyre::WrapErr as _;
use rustix::process::{DumpableBehavior, Resource, Rlimit, set_dumpable_behavior, setrlimit};
use std::process::ExitCode;
use wardroom::cli::{self, Console, Ending};
use wardroom::config::Environment;

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

async fn open(console: Console) -> color_eyre::Result<ExitCode> {
    console.service.close().await;
    Ok(ExitCode::SUCCESS)
}
