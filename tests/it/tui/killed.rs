//! A terminal that dies in the middle of a job, and the next one that goes on with it.

use crate::support::engine::Engine;
use crate::support::pty::Pty;
use crate::support::town::{PASSWORD, Town};
use rstest::rstest;
use rustix::process::Signal;
use std::process::Command;
use wardroom::service::jobs::ListJobs;
use wardroom::store::sql::Sql;

fn signed_in(town: &Town) -> Pty {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardroom"));
    command
        .env_clear()
        .env("TERM", "xterm-256color")
        .env("LANG", "C.UTF-8")
        .env("HOME", "/nonexistent")
        .args(["--database", &town.database.url]);
    let mut pty = Pty::spawn(command, 80, 24);
    pty.wait_for("Name or e-mail");
    pty.type_keys("ada\r");
    pty.type_keys(&format!("{PASSWORD}\r"));
    pty.wait_for("NAME");
    pty
}

/// Users of the large job: several chunks, so that a console can be killed between two.
const CROWD: i64 = 20_000;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread")]
async fn a_job_whose_terminal_is_killed_is_resumed_in_another(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(u32::try_from(CROWD).unwrap()).await;
    let ada = town.sign_in("ada").await;
    // The card for whoever is new would take the first key.
    town.service
        .save_preference(&ada, "first-run-card", Some("seen"))
        .await
        .unwrap();
    let mut first = signed_in(&town);
    let everybody = Sql::new("select count(*) from user_states where deleted_at = 0");
    let everybody = format!("20,{:03}", town.int(everybody).await - CROWD);
    first.wait_for(&format!("{everybody} of {everybody}"));
    first.type_keys("/");
    first.type_text("crowd");
    // While somebody types it isn't counted to the end, and what was counted so stays; then it is.
    first.wait_for(&format!("10,000+ of {everybody}"));
    first.type_keys("\u{15}");
    first.wait_for(&format!("{everybody} of {everybody}"));
    first.type_text("crowd");
    first.wait_for(&format!("10,000+ of {everybody}"));
    first.type_keys("\r");
    first.wait_for("20,000 of");
    first.type_keys("A");
    first.wait_for("20,000 marked");
    first.type_keys("a");
    first.wait_for("APPLIES TO");
    first.type_keys("d");
    first.wait_for("Disable 20000 users");
    first.type_text("left the company");
    first.type_keys("\u{13}");
    first.wait_for("Confirm");
    first.type_text("disable 20000");
    first.type_keys("\r");
    first.wait_for("running:");
    first.signal(Signal::KILL);
    first.wait_for_end();

    let unfinished = ListJobs {
        limit: 5,
        unfinished: true,
    };
    let jobs = town.service.ask(&ada, unfinished).await.unwrap();
    let [job] = jobs.as_slice() else {
        panic!("one job is left behind: {jobs:?}");
    };
    assert!(job.done < CROWD, "the console was quicker than its killer");
    let stood = job.done;

    let mut second = signed_in(&town);
    second.wait_for("is not finished and stands at");
    second.type_keys("gj");
    second.wait_for("left the company");
    second.type_keys("ar");
    second.wait_for("done: Disable 20000 users");
    second.type_keys("Q");
    assert_eq!(second.wait_for_end().code(), Some(0));
    let done = "select count(*) from user_states s join users u on u.id = s.user_id
        where u.username like 'crowd%' and not s.enabled and s.version = 2";
    assert_eq!(town.int(Sql::new(done)).await, CROWD, "stood at {stood}");
    town.verify().await;
}
