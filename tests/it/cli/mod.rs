//! The command line, run as the built program.

mod acts;
mod authenticate;
mod bad_input;
mod catalogue;
mod databases;
mod demo;
mod doctor;
mod operators;
mod output;
mod records;
mod reports;
mod restricted;
mod terminal;
mod users;
mod vectors;

use crate::support::engine::{Engine, TestDatabase};
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// A password that the policy takes.
const PASSWORD: &str = "marble ocean trumpet";

/// A database with the administrator `ada`, and a home folder without any configuration.
struct Site {
    database: TestDatabase,
    home: TempDir,
    key: String,
}

/// What the program left behind.
#[derive(Debug)]
struct Answer {
    code: i32,
    stdout: String,
    stderr: String,
}

impl Site {
    async fn new(engine: Engine) -> Self {
        let mut site = Self::empty(engine).await;
        let init = "init --admin ada --email ada@example.com --api-key-stdout";
        let key = site.run(init).succeeded().stdout;
        key.trim().clone_into(&mut site.key);
        site
    }

    /// The same before `init`.
    async fn empty(engine: Engine) -> Self {
        Self {
            database: engine.fresh_database().await,
            home: TempDir::with_prefix("wardroom-home.").unwrap(),
            key: String::new(),
        }
    }

    /// The program with its database and its operator, and nothing of this process's environment.
    fn command(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("WARDROOM_DATABASE", &self.database.url)
            .current_dir(self.home.path());
        if !self.key.is_empty() {
            command.env("WARDROOM_API_KEY", &self.key);
        }
        command
    }

    /// Runs a line, split as a shell would.
    fn run(&self, line: &str) -> Answer {
        self.run_with(line, b"")
    }

    /// The same with something on standard input.
    fn run_with(&self, line: &str, input: &[u8]) -> Answer {
        let mut command = self.command();
        command.args(shell_words::split(line).unwrap());
        answer(command, input)
    }

    /// Makes a user with a role Member.
    fn add(&self, username: &str) {
        self.run(&format!(
            "user create {username} --email {username}@example.com --first-name Jo --last-name Doe"
        ))
        .succeeded();
    }

    fn path(&self) -> &Path {
        self.home.path()
    }
}

/// Runs a command to its end.
fn answer(mut command: Command, input: &[u8]) -> Answer {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that doesn't want its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Answer {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

impl Answer {
    #[track_caller]
    fn succeeded(self) -> Self {
        self.ended(0)
    }

    #[track_caller]
    fn ended(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:#?}");
        self
    }

    #[track_caller]
    fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {self:#?}"))
    }

    /// The code and the sentence, for a snapshot.
    fn said(&self) -> String {
        format!("{}: {}", self.code, self.stderr.trim_end())
    }
}
