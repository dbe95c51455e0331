//! The budgets on a large company, as times and as ratios to the plain SQL in the same run.
//!
//! `cargo bench` (or `cargo bench -- access` for a part of it) fills a throw-away SQLite file with `WARDROOM_BENCH_USERS` people (100,000 where it isn't set), and a PostgreSQL
//! database too where `WARDROOM_BENCH_POSTGRES` names an empty one. Every line is the median of several runs.

mod access;

use std::path::PathBuf;
use std::time::{Duration, Instant};
use wardroom::config::{Config, DatabaseAddress};
use wardroom::domain::UserId;
use wardroom::service::demo::Demo;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, MakePlan, Operation, Targets, UndoJob, run_job,
};
use wardroom::service::users::{
    CountUsers, ListUsers, ShowUser, Timeline, UserPage, UserRef, UserSort, WhyNot,
};
use wardroom::service::{Origin, Secret, Service, Session, SignIn};
use wardroom::store::page::{Cursor, Key, Page};

/// A part of the run, by the name that `cargo bench -- NAME` chooses it with.
const PARTS: [&str; 4] = ["lists", "people", "access", "jobs"];

#[tokio::main]
async fn main() {
    let users: u64 = setting("WARDROOM_BENCH_USERS")
        .and_then(|text| text.parse().ok())
        .unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("bench.db");
    let url = format!("sqlite:{}", file.display());
    engine("SQLite", &url, Some(file), users).await;
    if let Some(url) = setting("WARDROOM_BENCH_POSTGRES") {
        engine("PostgreSQL", &url, None, users).await;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a benchmark has no configuration"
)]
fn setting(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Whether a part was asked for: all are where none is named.
fn is_asked_for(part: &str) -> bool {
    let named: Vec<String> = std::env::args()
        .filter(|argument| PARTS.contains(&argument.as_str()))
        .collect();
    named.is_empty() || named.iter().any(|name| name == part)
}

async fn engine(name: &str, url: &str, file: Option<PathBuf>, users: u64) {
    let started = Instant::now();
    let mut config = Config::default();
    config.database = DatabaseAddress::parse(url).expect("the address of a database");
    let (service, demo) = Service::create_demo(&config, users, 1)
        .await
        .expect("a populated database");
    println!(
        "\n{name}: {} users, {} units, {} groups",
        demo.summary.users, demo.summary.units, demo.summary.groups
    );
    line("populate", started.elapsed(), None);
    let session = sign_in(&service, &demo).await;
    if is_asked_for("lists") {
        lists(&service, &session, file.as_ref()).await;
    }
    if is_asked_for("people") {
        people(&service, &session).await;
    }
    if is_asked_for("access") {
        access::access(&service, &session).await;
    }
    if is_asked_for("jobs") {
        jobs(&service, &session, users, file.as_ref()).await;
    }
}

async fn sign_in(service: &Service, demo: &Demo) -> Session {
    let [admin, ..] = &demo.accounts;
    let attempt = SignIn {
        name: admin.username.to_owned(),
        password: Secret::new(admin.password.to_owned()),
        organization: None,
        origin: Origin::of("bench"),
    };
    let started = Instant::now();
    let session = service
        .sign_in(attempt)
        .await
        .expect("the demo's administrator");
    line("sign-in, password included", started.elapsed(), None);
    session
}

async fn lists(service: &Service, session: &Session, file: Option<&PathBuf>) {
    let raw = file.map(|file| {
        raw_ms(file, "select id, username, first_name, last_name, email from users order by username_key limit 100")
    });
    for &sort in UserSort::ALL {
        for descending in [false, true] {
            let query = || ListUsers {
                sort,
                descending,
                limit: 100,
                ..ListUsers::default()
            };
            let first = time(20, || service.ask(session, query())).await;
            let order = if descending { " descending" } else { "" };
            line(
                &format!("first page by {}{order}", sort.as_str()),
                first,
                raw,
            );
        }
        let last = || ListUsers {
            sort,
            page: Page::Last,
            limit: 100,
            ..ListUsers::default()
        };
        line(
            &format!("last page by {}", sort.as_str()),
            time(20, || service.ask(session, last())).await,
            raw,
        );
    }
    let middle = middle(service, session).await;
    let query = || ListUsers {
        page: Page::After(middle.clone()),
        limit: 100,
        ..ListUsers::default()
    };
    line(
        "middle page by username",
        time(20, || service.ask(session, query())).await,
        raw,
    );
    ties(service, session, middle.id, raw).await;
    for filter in [
        "status:locked",
        "status:disabled",
        "status:active",
        "status:deleted",
        "role:Administrator",
        "role:Member",
        "kind:service",
        "signed-in.age>180d",
        "failures>5",
        "status:locked role:Editor",
        "a",
        "ta",
        "田",
        "tan",
        "田中 恵",
        "muller",
        "example",
        "nobodyisnamedlikethis",
        "o'b",
    ] {
        for sort in [UserSort::Username, UserSort::Name] {
            let query = || ListUsers {
                filter: filter.to_owned(),
                sort,
                limit: 100,
                ..ListUsers::default()
            };
            let took = time(10, || service.ask(session, query())).await;
            line(&format!("list {filter} by {}", sort.as_str()), took, None);
        }
        let count = || CountUsers {
            filter: filter.to_owned(),
            cap: Some(10_000),
        };
        line(
            &format!("count {filter}, capped"),
            time(10, || service.ask(session, count())).await,
            None,
        );
    }
    let exact = || CountUsers {
        filter: String::new(),
        cap: None,
    };
    line(
        "count all, exactly",
        time(5, || service.ask(session, exact())).await,
        None,
    );
}

/// Pages that begin in the middle of many who have the same key.
async fn ties(service: &Service, session: &Session, id: i64, raw: Option<Duration>) {
    for (sort, key) in [
        (UserSort::Failures, 0),
        (UserSort::Status, 7),
        (UserSort::Organization, session.organization.0),
    ] {
        let cursor = Cursor {
            key: Key::Int(key),
            id,
        };
        for page in [Page::After(cursor.clone()), Page::Before(cursor)] {
            let query = || ListUsers {
                sort,
                page: page.clone(),
                limit: 100,
                ..ListUsers::default()
            };
            let took = time(20, || service.ask(session, query())).await;
            line(&format!("middle page by {}", sort.as_str()), took, raw);
        }
    }
}

async fn middle(service: &Service, session: &Session) -> Cursor {
    let page: UserPage = service
        .ask(
            session,
            ListUsers {
                filter: "m".to_owned(),
                limit: 1,
                ..ListUsers::default()
            },
        )
        .await
        .expect("somebody with an m");
    page.rows.first().expect("a row").cursor.clone()
}

async fn people(service: &Service, session: &Session) {
    let user = UserRef::Name("k.tanaka".to_owned());
    let show = || ShowUser {
        user: user.clone(),
        sensitive: false,
    };
    line(
        "show one user",
        time(20, || service.ask(session, show())).await,
        None,
    );
    let why = || WhyNot { user: user.clone() };
    line(
        "why not",
        time(20, || service.ask(session, why())).await,
        None,
    );
    let id = service.ask(session, show()).await.expect("k.tanaka").id;
    let timeline = || Timeline {
        user: id,
        before: None,
        limit: 50,
    };
    line(
        "timeline",
        time(20, || service.ask(session, timeline())).await,
        None,
    );
    unlock_one(service, session, id).await;
}

async fn unlock_one(service: &Service, session: &Session, id: UserId) {
    let started = Instant::now();
    let plan = service
        .perform(
            session,
            MakePlan::new(Operation::Unlock, Targets::Users(vec![id])),
        )
        .await
        .expect("a plan");
    line("plan to unlock one", started.elapsed(), None);
    let started = Instant::now();
    run(service, session, plan.id, Confirmation::None).await;
    line("confirm and unlock one", started.elapsed(), None);
}

async fn run(
    service: &Service,
    session: &Session,
    job: wardroom::domain::JobId,
    confirmation: Confirmation,
) {
    let reason = "benchmark".to_owned();
    let confirm = ConfirmPlan {
        job,
        confirmation,
        reason,
        ticket: String::new(),
        identified: false,
    };
    service.perform(session, confirm).await.expect("confirmed");
    run_job(service, session, job, |_| {}).await.expect("run");
}

async fn jobs(service: &Service, session: &Session, users: u64, file: Option<&PathBuf>) {
    let raw = file.map(raw_update_ms);
    let started = Instant::now();
    let targets = Targets::Filter("status:active or status:never-signed-in".to_owned());
    let plan = service
        .perform(session, MakePlan::new(Operation::Disable, targets))
        .await
        .expect("a plan");
    let number = plan.will_change;
    line(
        &format!("plan to disable {number} of {users}"),
        started.elapsed(),
        None,
    );
    let started = Instant::now();
    run(service, session, plan.id, Confirmation::Count(number)).await;
    line(
        &format!("disable {number}, audited"),
        started.elapsed(),
        raw,
    );
    let started = Instant::now();
    let undo = service
        .perform(session, UndoJob { job: plan.id })
        .await
        .expect("an undo plan");
    line("plan its undo", started.elapsed(), None);
    let started = Instant::now();
    run(
        service,
        session,
        undo.id,
        Confirmation::Count(undo.will_change),
    )
    .await;
    line("undo it", started.elapsed(), raw);
    let started = Instant::now();
    let verify = wardroom::service::audit::VerifyAudit::default();
    let verification = service.ask(session, verify).await.expect("a verification");
    assert!(
        verification.findings.is_empty(),
        "{:?}",
        verification.findings
    );
    line(
        &format!("verify {} audit rows", verification.rows),
        started.elapsed(),
        None,
    );
}

/// The median of some runs.
async fn time<T, E: std::fmt::Display, F: Future<Output = Result<T, E>>>(
    runs: usize,
    mut work: impl FnMut() -> F,
) -> Duration {
    let mut times = Vec::with_capacity(runs);
    for _ in 0..runs {
        let started = Instant::now();
        if let Err(error) = work().await {
            println!("    {error}");
            return Duration::ZERO;
        }
        times.push(started.elapsed());
    }
    times.sort();
    times.get(runs / 2).copied().unwrap_or_default()
}

/// The plain SQL on the plain engine.
fn raw_ms(file: &PathBuf, sql: &str) -> Duration {
    let connection = rusqlite::Connection::open(file).expect("the file");
    let mut times: Vec<Duration> = (0..20)
        .map(|_| {
            let started = Instant::now();
            let mut statement = connection.prepare(sql).expect("a statement");
            let mut rows = statement.query([]).expect("rows");
            while rows.next().expect("a row").is_some() {}
            started.elapsed()
        })
        .collect();
    times.sort();
    times.get(10).copied().unwrap_or_default()
}

/// The raw update and insert of the same size, in one transaction that is rolled back.
fn raw_update_ms(file: &PathBuf) -> Duration {
    let connection = rusqlite::Connection::open(file).expect("the file");
    connection
        .execute_batch("pragma synchronous = full; create temp table target as select user_id from user_states where status_rank in (6, 7);")
        .expect("targets");
    let started = Instant::now();
    connection
        .execute_batch(
            "begin immediate;
             update user_states set enabled = false, version = version + 1 where user_id in (select user_id from target);
             insert into audit (sequence, at, operator_name, origin, action, target_kind, target_id, target_name, changes, outcome, hash)
             select 1000000 + row_number() over (), 1, 'raw', 'bench', 'user_disabled', 'user', t.user_id, u.username, '{\"enabled\":[true,false]}', 'done', zeroblob(32)
             from target t join users u on u.id = t.user_id;",
        )
        .expect("the raw update");
    let took = started.elapsed();
    connection.execute_batch("rollback").expect("a rollback");
    took
}

/// A line of the table, with the ratio to the plain SQL or whatever else it is measured against.
fn line(what: &str, took: Duration, against: Option<Duration>) {
    let ms = took.as_secs_f64() * 1_000.0;
    match against {
        Some(raw) if !raw.is_zero() => {
            println!(
                "{what:<60} {ms:>10.2} ms   {:>6.2} x",
                took.as_secs_f64() / raw.as_secs_f64()
            );
        }
        _ => println!("{what:<60} {ms:>10.2} ms"),
    }
}
