//! The PostgreSQL server of this test process: one of our own, or `WARDROOM_TEST_POSTGRES`.
//!
//! The first test that needs it starts it. A keeper process ends it when the pipe from us closes,
//! so it goes away however we end: no test has to succeed, and no destructor has to run.
//! `WARDROOM_TEST_POSTGRES`, the URL of a role that may create databases, takes its place.

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::LazyLock;

/// The server. Every test that asks is told why there is none, not only the first.
pub fn server() -> &'static Server {
    static SERVER: LazyLock<Result<Server, String>> = LazyLock::new(|| {
        #[expect(
            clippy::disallowed_methods,
            reason = "the test's own switch, not configuration"
        )]
        match std::env::var("WARDROOM_TEST_POSTGRES") {
            Ok(url) => Ok(Server::of_somebody_else(&url)),
            Err(_) => Server::of_our_own(),
        }
    });
    SERVER.as_ref().unwrap_or_else(|why| panic!("{why}"))
}

pub struct Server {
    /// What the names of our databases begin with; no other process uses it.
    pub prefix: String,
    url: UrlAround,
    psql: PathBuf,
    /// Holds the pipe whose end the keeper waits for.
    _keeper: Child,
}

/// A URL, without the name of the database in the middle.
struct UrlAround {
    before: String,
    maintenance: String,
    after: String,
}

impl Server {
    pub fn url_of(&self, database: &str) -> String {
        format!("{}{database}{}", self.url.before, self.url.after)
    }

    /// Runs one statement in the maintenance database and returns what it prints.
    pub fn run(&self, statement: &str) -> String {
        self.run_in(&self.url_of(&self.url.maintenance), statement)
    }

    pub fn run_in(&self, url: &str, statement: &str) -> String {
        let output = self.try_in(url, statement);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`{statement}` failed: {errors}");
        String::from_utf8(output.stdout)
            .unwrap()
            .trim_end()
            .to_owned()
    }

    /// Drops a database with the sessions in it. Says so when it can't, but never panics: this runs
    /// while a failed test unwinds.
    pub fn drop_database(&self, name: &str) {
        if name.is_empty() {
            return;
        }
        let maintenance = self.url_of(&self.url.maintenance);
        let output = self.try_in(&maintenance, &format!("drop database {name} with (force)"));
        if !output.status.success() {
            eprintln!("{name} stays: {}", String::from_utf8_lossy(&output.stderr));
        }
    }

    fn try_in(&self, url: &str, statement: &str) -> Output {
        Command::new(&self.psql)
            .args(["-XAtq", "-v", "ON_ERROR_STOP=1", "-d", url, "-c", statement])
            .stdin(Stdio::null())
            .output()
            .unwrap_or_else(|error| {
                panic!(
                    "{}: {error}. Install the package postgresql-client.",
                    self.psql.display()
                )
            })
    }

    fn of_our_own() -> Result<Self, String> {
        let programs = programs_folder().ok_or(
            "no initdb found: install the package postgresql, or set WARDROOM_TEST_POSTGRES to the \
             URL of a role that may create databases",
        )?;
        let (mut keeper, first_line) = start_keeper(as_server_user().args([
            "sh".as_ref(),
            "-c".as_ref(),
            include_str!("cluster.sh").as_ref(),
            "cluster.sh".as_ref(),
            programs.as_os_str(),
        ]));
        let folder = first_line.trim_end();
        if folder.is_empty() {
            let mut log = String::new();
            keeper
                .stderr
                .take()
                .unwrap()
                .read_to_string(&mut log)
                .unwrap();
            return Err(format!(
                "the PostgreSQL server for the tests did not start:\n{log}"
            ));
        }
        let url = UrlAround {
            before: "postgres://postgres@localhost:5432/".to_owned(),
            maintenance: "postgres".to_owned(),
            after: format!("?host={folder}"),
        };
        Ok(Self {
            prefix: prefix(),
            url,
            psql: programs.join("psql"),
            _keeper: keeper,
        })
    }

    fn of_somebody_else(url: &str) -> Self {
        let prefix = prefix();
        let leave = format!(
            "echo ready; cat >/dev/null; psql -XAtq -d \"$1\" -c \
             \"select format('drop database %I with (force);', datname) from pg_database \
             where starts_with(datname, '{prefix}')\" | psql -Xq -d \"$1\""
        );
        let (keeper, _) = start_keeper(Command::new("sh").args(["-c", &leave, "leave", url]));
        Self {
            prefix,
            url: UrlAround::from(url),
            psql: "psql".into(),
            _keeper: keeper,
        }
    }
}

impl UrlAround {
    fn from(url: &str) -> Self {
        let (address, after) = url.split_at(url.find('?').unwrap_or(url.len()));
        let (scheme, rest) = address
            .split_once("://")
            .expect("postgres://USER@HOST/DATABASE");
        let (host, maintenance) = rest.split_once('/').unwrap_or((rest, "postgres"));
        let maintenance = if maintenance.is_empty() {
            "postgres"
        } else {
            maintenance
        };
        Self {
            before: format!("{scheme}://{host}/"),
            maintenance: maintenance.to_owned(),
            after: after.to_owned(),
        }
    }
}

fn prefix() -> String {
    format!("wardroom_test_{}_", std::process::id())
}

/// Starts a keeper and waits for its first line. It gets a process group of its own, so that
/// Ctrl-C, which goes to every process of the terminal's group, leaves it its work to do.
fn start_keeper(command: &mut Command) -> (Child, String) {
    let mut keeper = command
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first_line = String::new();
    BufReader::new(keeper.stdout.take().unwrap())
        .read_line(&mut first_line)
        .unwrap();
    (keeper, first_line)
}

/// PostgreSQL refuses to run as root; its package brings the user `postgres`.
fn as_server_user() -> Command {
    if rustix::process::geteuid().is_root() {
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]);
        command
    } else {
        Command::new("env")
    }
}

/// Debian keeps the programs of each version in a folder of its own, outside `PATH`.
fn programs_folder() -> Option<PathBuf> {
    let packaged = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    packaged
        .map(|entry| entry.path())
        .filter(|folder| folder.join("bin/initdb").exists())
        .max_by_key(|folder| version(folder))
        .map(|folder| folder.join("bin"))
        .or_else(programs_in_path)
}

fn programs_in_path() -> Option<PathBuf> {
    let found = Command::new("sh")
        .args(["-c", "command -v initdb"])
        .output()
        .ok()?;
    let link = PathBuf::from(String::from_utf8(found.stdout).ok()?.trim_end());
    link.canonicalize().ok()?.parent().map(Path::to_owned)
}
