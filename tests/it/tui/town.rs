//! A small company: the people that the screens are walked with.

use crate::support::engine::{Engine, TestDatabase};
use crate::support::town::add_catalogue;
use wardroom::clock::Clock;
use wardroom::domain::user::Profile;
use wardroom::domain::{Kind, Time};
use wardroom::service::jobs::{ConfirmPlan, Confirmation, MakePlan, Operation, Targets, run_job};
use wardroom::service::setup::Init;
use wardroom::service::users::{CreateUser, UserDraft};
use wardroom::service::{Entropy, Origin, Policy, Secret, Service, Session, SignIn};
use wardroom::store::{Db, Options};

pub const PASSWORD: &str = "correct horse battery";

/// 2026-11-22 14:02:00 UTC: it stands still unless a test moves it.
const NOW: Time = Time(1_795_356_120_000_000);

/// A database with the company in it, and a service on it.
pub struct Town {
    pub service: Service,
    pub clock: Clock,
    pub database: TestDatabase,
}

struct Person {
    username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    role: &'static str,
    locked: bool,
}

const fn person(
    username: &'static str,
    first_name: &'static str,
    last_name: &'static str,
    role: &'static str,
    locked: bool,
) -> Person {
    Person {
        username,
        first_name,
        last_name,
        role,
        locked,
    }
}

const PEOPLE: &[Person] = &[
    person("mkhan", "Mina", "Khan", "Helpdesk", false),
    person("a.ivanova", "Анна", "Иванова", "Member", true),
    person("b.tanaka", "ボブ", "田中", "Member", true),
    person("c.obrien", "Cathal", "O'Brien", "Member", false),
    person("d.mueller", "Dörte", "Müller", "Member", false),
    person("e.haddad", "إيمان", "حداد", "Member", false),
    person("ed.editor", "Edith", "Tor", "Member", true),
    person("g.root", "Gail", "Root", "Administrator", true),
    person("k.tanaka", "恵", "田中", "Member", false),
];

impl Town {
    pub async fn on(engine: Engine) -> Self {
        let database = engine.prepared_database("screens", build).await;
        Self::open(database).await
    }

    /// The same with nobody in it but its administrator.
    pub async fn empty(engine: Engine) -> Self {
        let database = engine.prepared_database("empty screens", found).await;
        Self::open(database).await
    }

    /// The company under another policy.
    pub async fn under(engine: Engine, change: impl FnOnce(&mut Policy)) -> Self {
        let database = engine.prepared_database("screens", build).await;
        let mut policy = policy();
        change(&mut policy);
        Self::open_under(database, policy).await
    }

    async fn open(database: TestDatabase) -> Self {
        Self::open_under(database, policy()).await
    }

    async fn open_under(database: TestDatabase, policy: Policy) -> Self {
        let clock = Clock::fixed(NOW);
        let db = Db::open(&Options::new(&database.url)).await.unwrap();
        let service = Service::new(db, clock.clone(), Entropy::seeded(1), policy);
        Self {
            service,
            clock,
            database,
        }
    }

    pub async fn sign_in(&self, name: &str) -> Session {
        self.service.sign_in(attempt(name, PASSWORD)).await.unwrap()
    }

    /// As many more users as there are numbers, so that a list has to be fetched in pages.
    pub async fn crowd(engine: Engine) -> Self {
        let database = engine.prepared_database("crowded town", build_crowd).await;
        Self::open(database).await
    }

    /// What an operator elsewhere does meanwhile, in one go.
    pub async fn somebody_does(&self, operation: Operation, username: &str) {
        let admin = self.sign_in("admin").await;
        let targets = Targets::Names(vec![username.to_owned()]);
        let plan = self
            .service
            .perform(&admin, MakePlan::new(operation, targets))
            .await
            .unwrap();
        let confirm = ConfirmPlan {
            job: plan.id,
            confirmation: Confirmation::Count(plan.will_change),
            reason: "a test".to_owned(),
            ticket: String::new(),
            identified: false,
        };
        self.service.perform(&admin, confirm).await.unwrap();
        let job = run_job(&self.service, &admin, plan.id, |_| {})
            .await
            .unwrap();
        assert_eq!(job.done, 1);
    }

    /// Does to the tables what the service never would.
    pub async fn sql(&self, statement: &'static str) {
        if self.database.file().is_some() {
            let pool = sqlx::SqlitePool::connect(&self.database.url).await.unwrap();
            sqlx::raw_sql(statement).execute(&pool).await.unwrap();
            pool.close().await;
        } else {
            let pool = sqlx::PgPool::connect(&self.database.url).await.unwrap();
            sqlx::raw_sql(statement).execute(&pool).await.unwrap();
            pool.close().await;
        }
    }
}

pub fn attempt(name: &str, password: &str) -> SignIn {
    SignIn {
        name: name.to_owned(),
        password: Secret::new(password.to_owned()),
        organization: None,
        origin: Origin {
            application: "shop".to_owned(),
            client_address: "203.0.113.7".to_owned(),
            agent: String::new(),
        },
    }
}

/// Passwords cost next to nothing here: what is tested is not argon2.
fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.argon2.memory_kib = 64;
    policy.argon2.passes = 1;
    policy
}

fn service(db: Db, clock: Clock) -> Service {
    Service::new(db, clock, Entropy::seeded(1), policy())
}

async fn found(url: String) {
    let db = Db::create(&Options::new(&url)).await.unwrap();
    found_in(&db, &Clock::fixed(NOW)).await;
    db.close().await;
}

async fn found_in(db: &Db, clock: &Clock) -> Service {
    let service = service(db.clone(), clock.clone());
    let init = Init {
        admin: "admin".to_owned(),
        email: "admin@acme.test".to_owned(),
        first_name: "Ada".to_owned(),
        last_name: "Admin".to_owned(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        organization: "Acme".to_owned(),
        ..Init::default()
    };
    service.initialize(init).await.unwrap();
    let mut tx = db.write().await.unwrap();
    add_catalogue(&mut tx).await;
    tx.commit().await.unwrap();
    service
}

async fn build(url: String) {
    let db = Db::create(&Options::new(&url)).await.unwrap();
    let clock = Clock::fixed(NOW.plus_seconds(-40 * 86_400));
    let service = found_in(&db, &clock).await;
    let admin = service.sign_in(attempt("admin", PASSWORD)).await.unwrap();
    // The card of the first sign-in would lie over every test of the real program.
    service
        .save_preference(&admin, "first-run-card", Some("seen"))
        .await
        .unwrap();
    for person in PEOPLE {
        settle(&service, &admin, person).await;
    }
    clock.advance(40 * 86_400 - 1_300);
    for person in PEOPLE.iter().filter(|person| !person.locked) {
        service
            .sign_in(attempt(person.username, PASSWORD))
            .await
            .unwrap();
    }
    clock.advance(60);
    for person in PEOPLE.iter().filter(|person| person.locked) {
        for _ in 0..10 {
            clock.advance(1);
            let wrong = attempt(person.username, "not the password");
            assert!(service.authenticate(wrong).await.is_err());
        }
    }
    db.close().await;
}

/// Numbered users in the crowd.
pub const CROWD: usize = 260;

async fn build_crowd(url: String) {
    let db = Db::create(&Options::new(&url)).await.unwrap();
    let service = found_in(&db, &Clock::fixed(NOW)).await;
    let admin = service.sign_in(attempt("admin", PASSWORD)).await.unwrap();
    for number in 1..=CROWD {
        let profile = Profile {
            username: format!("user{number:03}"),
            first_name: "One".to_owned(),
            last_name: format!("Of Many {number:03}"),
            email: format!("user{number:03}@acme.test"),
            ..Profile::default()
        };
        let draft = UserDraft {
            profile,
            ..UserDraft::default()
        };
        service
            .perform(
                &admin,
                CreateUser {
                    draft,
                    password: None,
                },
            )
            .await
            .unwrap();
    }
    db.close().await;
}

async fn settle(service: &Service, admin: &Session, person: &Person) {
    let profile = Profile {
        username: person.username.to_owned(),
        first_name: person.first_name.to_owned(),
        last_name: person.last_name.to_owned(),
        email: format!("{}@acme.test", person.username),
        ..Profile::default()
    };
    let password = Secret::new(PASSWORD.to_owned());
    let password = service
        .new_password(admin, &profile, password)
        .await
        .unwrap();
    let draft = UserDraft {
        profile,
        kind: Kind::Person,
        roles: vec![person.role.to_owned()],
        ..UserDraft::default()
    };
    let create = CreateUser {
        draft,
        password: Some(password),
    };
    service.perform(admin, create).await.unwrap();
}
