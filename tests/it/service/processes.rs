//! Several processes at one database, processes that are killed in the middle of their work, connections that break.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::saving::edited;
use crate::support::town::{PASSWORD, Town, WRONG, attempt, policy};
use rstest::rstest;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::thread;
use tempfile::TempDir;
use wardroom::clock::Clock;
use wardroom::domain::JobId;
use wardroom::service::Consent;
use wardroom::service::jobs::{JobState, MakePlan, Operation, ShowJob, Targets, run_job};
use wardroom::service::users::{CountUsers, UpdateUser, UserChanges, UserRef};
use wardroom::service::{Entropy, Error, Secret, Service, Session};
use wardroom::store::sql::Sql;
use wardroom::store::{Db, Options};

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

/// Ends every other connection to the database, as a server does that is restarted.
async fn end_connections(town: &Town) -> i64 {
    let others = Sql::new(
        "select count(*) from (
            select pg_terminate_backend(pid) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()) ended",
    );
    let db = Db::open(&Options::new(&town.database.url)).await.unwrap();
    let mut tx = db.write().await.unwrap();
    let ended = others.int(&mut tx).await.unwrap();
    tx.rollback().await.unwrap();
    db.close().await;
    ended
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_a_job_outlives_its_connections() {
    let town = Town::new(Engine::Postgres).await;
    town.crowd(10_000).await;
    let ada = town.sign_in("ada").await;
    let job = started(&town, &ada, Operation::Disable).await;
    let mut breaks = 0;
    let done = loop {
        let (service, session) = (town.service.clone(), ada.clone());
        let runner = tokio::spawn(async move { run_job(&service, &session, job, |_| {}).await });
        // A few times only, or the job might never end.
        while !runner.is_finished() && breaks < 6 {
            end_connections(&town).await;
            breaks += 1;
        }
        match runner.await.unwrap() {
            Ok(job) => break job,
            Err(error) => assert!(error.to_string().contains("can't be reached"), "{error:?}"),
        }
    };
    assert_eq!((done.state, done.done), (JobState::Done, 10_000));
    assert_eq!(standing(&town, job, false).await, (10_000, 10_000));
    town.verify().await;
}

#[tokio::test]
async fn postgres_the_next_request_finds_the_server_again() {
    let town = Town::new(Engine::Postgres).await;
    let ada = town.sign_in("ada").await;
    for _ in 0..3 {
        assert!(end_connections(&town).await > 0);
        let count = town.service.ask(&ada, CountUsers::default()).await.unwrap();
        assert!(count.number > 10);
        assert!(end_connections(&town).await > 0);
        town.perform(&ada, Operation::Disable, &["mem"]).await;
        town.perform(&ada, Operation::Enable, &["mem"]).await;
    }
    town.verify().await;
}

/// A job holds the head of the audit and takes the states of users; a guess that locks holds a state and takes the head.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn guesses_that_lock_and_jobs_do_not_stop_each_other(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.lockout.failures = 1).await;
    town.crowd(10_000).await;
    let ada = town.sign_in("ada").await;
    let job = started(&town, &ada, Operation::Disable).await;
    let mut guesses = tokio::task::JoinSet::new();
    for number in 1..=60 {
        let service = town.service.clone();
        let name = format!("crowd{}", number * 150);
        guesses.spawn(async move { service.sign_in(attempt(&name, WRONG)).await });
    }
    let done = run_job(&town.service, &ada, job, |_| {}).await.unwrap();
    while let Some(guess) = guesses.join_next().await {
        let error = guess.unwrap().unwrap_err();
        assert!(matches!(error, Error::SignInRefused), "{error:?}");
    }
    assert_eq!((done.done, done.failed), (10_000, 0));
    let locked = Sql::new("select count(*) from user_states where locked_at > 0 and not enabled");
    assert_eq!(town.int(locked).await, 60, "no lock is lost");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_save_at_once_one_does(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let other = town.second_service(policy()).await;
    let ada = town.sign_in("ada").await;
    for version in 1..=4 {
        let mut savers = tokio::task::JoinSet::new();
        for number in 0..12 {
            let service = if number % 2 == 0 {
                &town.service
            } else {
                &other
            };
            let (service, session) = (service.clone(), ada.clone());
            let update = UpdateUser {
                user: UserRef::Name("mem".to_owned()),
                version: Some(version),
                changes: UserChanges {
                    profile: vec![("title", format!("Title {number}"))],
                    ..UserChanges::default()
                },
                consent: Consent::default(),
            };
            savers.spawn(async move { edited(&service, &session, update).await });
        }
        let mut saved = 0;
        while let Some(result) = savers.join_next().await {
            match result.unwrap() {
                Ok(_) => saved += 1,
                Err(Error::Conflict { .. }) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
        assert_eq!((saved, town.record("mem").await.version), (1, version + 1));
    }
    town.verify().await;
}
