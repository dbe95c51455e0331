//! Several processes at one database, and processes that are killed in the middle of their work.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::town::{PASSWORD, Town, WRONG, policy};
use rstest::rstest;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use tempfile::TempDir;
use wardroom::clock::Clock;
use wardroom::domain::JobId;
use wardroom::service::jobs::{JobState, MakePlan, Operation, ShowJob, Targets};
use wardroom::service::{Entropy, Secret, Service, Session};
use wardroom::store::sql::Sql;

/// The program itself, with an empty home.
struct Program {
    home: TempDir,
    url: String,
}

impl Program {
    fn new(town: &Town) -> Self {
        Self {
            home: TempDir::with_prefix("wardroom-home.").unwrap(),
            url: town.database.url.clone(),
        }
    }

    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
        command
            .env_clear()
            .env("HOME", self.home.path())
            .env("WARDROOM_DATABASE", &self.url)
            .current_dir(self.home.path())
            .args(shell_words::split(line).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// The exit code of a guess.
    fn guess(&self, name: &str, password: &str) -> Option<i32> {
        let mut command = self.command(&format!("authenticate {name} --password-stdin"));
        let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
        let mut input = child.stdin.take().unwrap();
        input.write_all(password.as_bytes()).unwrap();
        drop(input);
        child.wait_with_output().unwrap().status.code()
    }
}

/// Guesses of several processes at once, from a program each.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn two_hundred_guesses_of_many_processes_count_at_most_the_limit(#[case] engine: Engine) {
    const AT_ONCE: usize = 8;
    let town = Town::new(engine).await;
    let program = Program::new(&town);
    thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                for _ in 0..200 / AT_ONCE {
                    assert_eq!(program.guess("hana", WRONG), Some(4));
                }
            });
        }
    });
    let outcomes = Sql::new(
        "select outcome || ' ' || count(*) from sign_in_attempts group by outcome order by outcome",
    );
    assert_eq!(
        town.texts(outcomes).await,
        ["locked 190", "wrong_password 10"]
    );
    assert_eq!(town.state("hana").await.failures, 10);
    assert_eq!(
        program.guess("hana", PASSWORD),
        Some(4),
        "the right one tells nothing either"
    );
    assert_eq!(program.guess("mem", PASSWORD), Some(0));
    assert_eq!(town.audit("authn_login_lock").await.len(), 1);
    town.verify().await;
}

/// A key that is good by the clock of this machine, which a program goes by.
async fn key_of(town: &Town, name: &str) -> Secret {
    let service = Service::new(town.db.clone(), Clock::System, Entropy::System, policy());
    service.finish_demo(name, 0).await.unwrap()
}

/// How many of the crowd stand as the job leaves them, and how many rows say so.
async fn standing(town: &Town, job: JobId, enabled: bool) -> (i64, i64) {
    let changed = Sql::new(
        "select count(*) from user_states s join users u on u.id = s.user_id
         where u.username like 'crowd%' and s.enabled = $1",
    );
    let rows = Sql::new(
        "select count(*) from audit where job_id = $1 and target_kind = 'user' and outcome = 'done'",
    );
    (
        town.int(changed.bind(enabled)).await,
        town.int(rows.bind(job)).await,
    )
}

/// Lets a program work for some milliseconds and kills it, unless it was quicker.
fn kill_after(child: &mut Child, milliseconds: usize) -> bool {
    let process = pidfd_open(Pid::from_child(child), PidfdFlags::empty()).unwrap();
    let moment = Timespec {
        tv_sec: 0,
        tv_nsec: i64::try_from(milliseconds * 1_000_000).unwrap(),
    };
    let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&moment)).unwrap() > 0;
    // SIGKILL, which nothing in the program can answer.
    child.kill().unwrap();
    child.wait().unwrap();
    !ended
}

async fn started(town: &Town, session: &Session, operation: Operation) -> JobId {
    let plan = MakePlan::new(operation, Targets::Filter("crowd".to_owned()));
    let plan = town.service.perform(session, plan).await.unwrap();
    assert_eq!(plan.will_change, 10_000);
    town.confirm(session, &plan).await;
    plan.id
}

#[rstest]
#[case::sqlite(Engine::Sqlite, 41)]
#[case::postgres(Engine::Postgres, 42)]
#[tokio::test]
async fn a_job_whose_runner_is_killed_is_done_exactly_once(
    #[case] engine: Engine,
    #[case] seed: u64,
) {
    let town = Town::new(engine).await;
    town.crowd(10_000).await;
    let program = Program::new(&town);
    let key = key_of(&town, "ada").await;
    let ada = town.sign_in("ada").await;
    let mut dice = Dice::new(seed);
    let (mut kills, mut halves) = (0, 0);
    for (round, operation) in [Operation::Disable, Operation::Enable, Operation::Disable]
        .into_iter()
        .enumerate()
    {
        let enabled = operation == Operation::Enable;
        let job = started(&town, &ada, operation).await;
        let resume = || {
            let mut command = program.command(&format!("job resume {}", job.0));
            command.env("WARDROOM_API_KEY", key.as_str());
            command.spawn().unwrap()
        };
        for _ in 0..5 {
            kills += i32::from(kill_after(&mut resume(), dice.below(400)));
            let (changed, rows) = standing(&town, job, enabled).await;
            let shown = town.service.ask(&ada, ShowJob { job }).await.unwrap();
            assert_eq!((changed, rows), (shown.done, shown.done), "round {round}");
            assert_eq!(shown.done % 5_000, 0, "a chunk is whole or not there");
            halves += i32::from(shown.done == 5_000);
        }
        let status = resume().wait_with_output().unwrap();
        let shown = town.service.ask(&ada, ShowJob { job }).await.unwrap();
        let said = String::from_utf8_lossy(&status.stderr);
        assert_eq!(
            (shown.state, shown.done, shown.failed),
            (JobState::Done, 10_000, 0),
            "{said}"
        );
        assert_eq!(standing(&town, job, enabled).await, (10_000, 10_000));
        town.verify().await;
    }
    let versions = "select count(*) from user_states s join users u on u.id = s.user_id
        where u.username like 'crowd%' and s.version <> 4";
    assert_eq!(
        town.int(Sql::new(versions)).await,
        0,
        "three jobs, each exactly once"
    );
    println!("{kills} killed, {halves} between two chunks");
    assert!(kills > 0, "every program was quicker than its killer");
    let doctor = program.command("doctor").output().unwrap();
    assert!(
        doctor.status.success(),
        "{}",
        String::from_utf8_lossy(&doctor.stdout)
    );
}
