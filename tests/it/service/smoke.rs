//! One walk along the whole main job: set up, sign in, create, find, plan, run, undo, verify.

use crate::support::engine::Engine;
use rstest::rstest;
use wardroom::clock::Clock;
use wardroom::domain::status::Status;
use wardroom::domain::user::Profile;
use wardroom::domain::{Time, text};
use wardroom::service::audit::VerifyAudit;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, MakePlan, Operation, Targets, UndoJob, run_job,
};
use wardroom::service::setup::Init;
use wardroom::service::users::{CreateUser, ListUsers, UserDraft};
use wardroom::service::{Entropy, Origin, Policy, Secret, Service, SignIn};
use wardroom::store::{Db, Options};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn walks_the_main_job(#[case] engine: Engine) {
    let database = engine.fresh_database().await;
    let db = Db::create(&Options::new(&database.url)).await.unwrap();
    db.close().await;
    let db = Db::open(&Options::new(&database.url)).await.unwrap();
    let mut policy = Policy::default();
    policy.argon2.memory_kib = 64;
    let clock = Clock::fixed(Time(1_790_000_000_000_000));
    let service = Service::new(db, clock, Entropy::seeded(1), policy);
    let password = "marble ocean trumpet";
    service
        .initialize(Init {
            admin: "ada".to_owned(),
            email: "ada@acme.test".to_owned(),
            password: Some(Secret::new(password.to_owned())),
            ..Init::default()
        })
        .await
        .unwrap();
    let session = service
        .sign_in(SignIn {
            name: "ADA".to_owned(),
            password: Secret::new(password.to_owned()),
            organization: None,
            origin: Origin::of("test"),
        })
        .await
        .unwrap();
    for name in ["bob", "cäcilie", "田中"] {
        let draft = UserDraft {
            profile: Profile {
                username: name.to_owned(),
                first_name: name.to_owned(),
                last_name: "Müller".to_owned(),
                email: format!("{}@acme.test", text::fold(name).len()),
                ..Profile::default()
            },
            ..UserDraft::default()
        };
        let create = CreateUser {
            draft,
            password: None,
        };
        service.perform(&session, create).await.unwrap();
    }
    let list = ListUsers {
        filter: "mueller".to_owned(),
        limit: 50,
        ..ListUsers::default()
    };
    let page = service.ask(&session, list.clone()).await.unwrap();
    let names: Vec<&str> = page.rows.iter().map(|row| row.username.as_str()).collect();
    assert_eq!(names, ["bob", "cäcilie", "田中"]);

    let plan = MakePlan::new(Operation::Disable, Targets::Filter("mueller".to_owned()));
    let plan = service.perform(&session, plan).await.unwrap();
    assert_eq!((plan.targets, plan.will_change, plan.tier), (3, 3, 2));
    let confirm = ConfirmPlan {
        job: plan.id,
        confirmation: Confirmation::Yes,
        reason: String::new(),
        ticket: String::new(),
        identified: false,
    };
    service.perform(&session, confirm.clone()).await.unwrap();
    let job = run_job(&service, &session, plan.id, |_| {}).await.unwrap();
    assert_eq!((job.done, job.failed), (3, 0));
    let page = service.ask(&session, list.clone()).await.unwrap();
    assert!(page.rows.iter().all(|row| row.status == Status::Disabled));

    let undo = service
        .perform(&session, UndoJob { job: plan.id })
        .await
        .unwrap();
    let confirm = ConfirmPlan {
        job: undo.id,
        ..confirm
    };
    service.perform(&session, confirm).await.unwrap();
    let job = run_job(&service, &session, undo.id, |_| {}).await.unwrap();
    assert_eq!((job.done, job.failed), (3, 0));
    let page = service.ask(&session, list).await.unwrap();
    assert!(
        page.rows
            .iter()
            .all(|row| row.status == Status::NeverSignedIn)
    );

    let verified = service.ask(&session, VerifyAudit::default()).await.unwrap();
    assert_eq!(verified.findings, [""; 0]);
    // init, sign-in, three users; then twice: plan, start, three targets, end.
    assert_eq!(verified.rows, 5 + 2 * 6);
}
