//! Jobs: chunk by chunk, exactly once, whatever happens between; and the way back.

use crate::support::engine::Engine;
use crate::support::refusal::denied;
use crate::support::town::{NOON, PASSWORD, Town, WRONG, a_role, a_user, confirm, policy};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::user::Profile;
use wardroom::domain::{Status, Time};
use wardroom::service::jobs::{
    CancelJob, ConfirmPlan, Confirmation, Job, JobState, ListJobs, MakePlan, Operation, PauseJob,
    Plan, PlanTargets, ResumeJob, RunChunk, ShowJob, TargetChoice, Targets, UndoJob, run_job,
};
use wardroom::service::setup::Init;
use wardroom::service::users::{CreateUser, ShowUser, UserDraft, UserRef};
use wardroom::service::{Error, Origin, Secret, Session};
use wardroom::store::sql::Sql;

async fn planned(town: &Town, session: &Session, operation: Operation, filter: &str) -> Plan {
    let plan = MakePlan::new(operation, Targets::Filter(filter.to_owned()));
    town.service.perform(session, plan).await.unwrap()
}

async fn chunk(town: &Town, session: &Session, plan: &Plan) -> Job {
    let chunk = RunChunk { job: plan.id };
    town.service.perform(session, chunk).await.unwrap()
}

async fn disabled(town: &Town) -> i64 {
    let sql = "select count(*) from user_states s join users u on u.id = s.user_id
        where not s.enabled and u.username like 'crowd%'";
    town.int(Sql::new(sql)).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn run_in_chunks_and_write_one_row_a_target(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(10_050).await;
    let ada = town.sign_in("ada").await;
    let plan = planned(&town, &ada, Operation::Disable, "crowd").await;
    assert_eq!((plan.will_change, plan.tier), (10_050, 4));
    town.confirm(&ada, &plan).await;
    let mut progress = Vec::new();
    let job = run_job(&town.service, &ada, plan.id, |job| progress.push(job.done)).await;
    assert_eq!(progress, [5_000, 10_000, 10_050]);
    assert_eq!(job.unwrap().state, JobState::Done);
    assert_eq!(disabled(&town).await, 10_050);
    let rows = town.audit("user_disabled").await;
    assert_eq!(rows.len(), 10_050);
    assert!(rows.contains(&"done crowd7 {\"enabled\":[true,false]}".to_owned()));
    town.verify().await;

    let undo = town
        .service
        .perform(&ada, UndoJob { job: plan.id })
        .await
        .unwrap();
    assert_eq!((undo.will_change, undo.refused), (10_050, 0));
    let job = town.run(&ada, &undo).await;
    assert_eq!((job.done, job.undo_of), (10_050, Some(plan.id)));
    assert_eq!(disabled(&town).await, 0);
    let first = town
        .service
        .ask(&ada, ShowJob { job: plan.id })
        .await
        .unwrap();
    assert_eq!(
        (first.state, first.undone_by),
        (JobState::Undone, Some(undo.id))
    );
    let error = town.service.perform(&ada, UndoJob { job: plan.id }).await;
    assert!(matches!(error, Err(Error::Rule(_))), "{error:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn report_what_moved_and_overwrite_nothing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = town
        .plan(&ada, Operation::Disable, &["mem", "lars", "edie", "gus"])
        .await;
    town.perform(&ada, Operation::Delete, &["lars"]).await;
    town.perform(&ada, Operation::Disable, &["edie"]).await;
    town.perform(&ada, Operation::Enable, &["edie"]).await;
    let gus = town.id("gus").await;
    town.execute(Sql::new("delete from users where id = $1").bind(gus))
        .await;
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.state, job.done, job.failed), (JobState::Partial, 1, 3));
    assert!(!town.state("mem").await.enabled);
    assert!(town.state("edie").await.enabled && town.state("lars").await.enabled);
    let failed = PlanTargets {
        job: plan.id,
        choice: TargetChoice::Failed,
        after: 0,
        limit: 10,
    };
    let failed = town.service.ask(&ada, failed).await.unwrap();
    let told: Vec<(&str, &str)> = failed
        .iter()
        .map(|target| (target.username.as_str(), target.result.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            ("edie", "conflict"),
            ("gus", "conflict"),
            ("lars", "conflict")
        ]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn leave_guesses_and_sign_ins_since_the_plan_alone(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let disable = town.plan(&ada, Operation::Disable, &["mem"]).await;
    let delete = town.plan(&ada, Operation::Delete, &["edie"]).await;
    for name in ["mem", "edie"] {
        town.try_sign_in(name, PASSWORD).await.unwrap();
        for _ in 0..10 {
            town.try_sign_in(name, WRONG).await.unwrap_err();
        }
    }
    town.run(&ada, &disable).await;
    town.run(&ada, &delete).await;
    for name in ["mem", "edie"] {
        let state = town.state(name).await;
        assert_eq!(
            (state.failures, state.locked_at, state.sign_in_count),
            (10, NOON, 1),
            "{name}"
        );
    }
    town.perform(&ada, Operation::Enable, &["mem"]).await;
    town.perform(&ada, Operation::Restore, &["edie"]).await;
    for name in ["mem", "edie"] {
        assert_eq!(
            town.state(name).await.status(NOON),
            Status::Locked,
            "{name}"
        );
        town.try_sign_in(name, PASSWORD).await.unwrap_err();
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn unlock_what_is_locked_when_they_run_and_give_it_back(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.try_sign_in("mem", WRONG).await.unwrap_err();
    let plan = town.plan(&ada, Operation::Unlock, &["mem"]).await;
    assert_eq!(plan.will_change, 1);
    for _ in 0..9 {
        town.try_sign_in("mem", WRONG).await.unwrap_err();
    }
    let locked = town.state("mem").await;
    assert_eq!(locked.locked_at, NOON);
    let job = town.run(&ada, &plan).await;
    let open = town.state("mem").await;
    assert_eq!(
        (open.failures, open.locked_at, open.locked_until),
        (0, Time::NEVER, Time::NEVER)
    );
    let row = town.audit("user_unlocked").await.pop().unwrap();
    assert!(row.contains("\"failed_sign_ins\":[10,0]"), "{row}");
    let undo = town
        .service
        .perform(&ada, UndoJob { job: job.id })
        .await
        .unwrap();
    assert_eq!(undo.tier, 1);
    town.run(&ada, &undo).await;
    let again = town.state("mem").await;
    assert_eq!(
        (again.failures, again.locked_at, again.locked_until),
        (10, locked.locked_at, locked.locked_until)
    );
    town.try_sign_in("mem", PASSWORD).await.unwrap_err();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn stop_when_the_right_is_lost_and_go_on_under_another(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(5_010).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    let plan = planned(&town, &manu, Operation::Disable, "crowd").await;
    town.confirm(&manu, &plan).await;
    assert_eq!(chunk(&town, &manu, &plan).await.done, 5_000);
    let weaker = "update user_roles set role_id = (select id from roles where name = 'Helpdesk')
        where user_id = $1";
    let id = town.id("manu").await;
    town.execute(Sql::new(weaker).bind(id)).await;
    let error = run_job(&town.service, &manu, plan.id, |_| {}).await;
    assert!(matches!(error, Err(Error::Denied { .. })), "{error:?}");
    assert_eq!(disabled(&town).await, 5_000);
    assert_eq!(town.audit("authz_fail").await.len(), 1);
    let list = ListJobs {
        limit: 10,
        unfinished: true,
    };
    let unfinished = town.service.ask(&ada, list).await.unwrap();
    assert_eq!((unfinished.len(), unfinished[0].done), (1, 5_000));
    let job = run_job(&town.service, &ada, plan.id, |_| {}).await.unwrap();
    assert_eq!(
        (job.state, job.done, job.failed),
        (JobState::Done, 5_010, 0)
    );
    let by = Sql::new(
        "select operator_name || ' ' || count(*) from audit where action = 'user_disabled'
         group by operator_name order by 1",
    );
    assert_eq!(town.texts(by).await, ["ada 10", "manu 5000"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn look_at_reach_and_power_again_in_every_chunk(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    let plan = town
        .plan(&manu, Operation::Disable, &["edie", "lars", "mem"])
        .await;
    town.confirm(&manu, &plan).await;
    // Edie rises, and Lars moves away.
    let rise = "insert into user_roles (user_id, role_id)
        select u.id, r.id from users u cross join roles r where u.username = 'edie' and r.name = 'Helpdesk'";
    let leave = "update users set owner_unit_id = (select id from units where name = 'Lab'),
        organization_id = (select id from organizations where name = 'Globex') where username = 'lars'";
    town.execute(Sql::new(rise)).await;
    town.execute(Sql::new(leave)).await;
    let job = run_job(&town.service, &manu, plan.id, |_| {})
        .await
        .unwrap();
    assert_eq!((job.state, job.done, job.failed), (JobState::Partial, 1, 2));
    assert!(town.state("edie").await.enabled && town.state("lars").await.enabled);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn never_take_the_last_administrator_even_in_pieces(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user()
        .named("abe")
        .with_role("Administrator")
        .insert(&town)
        .await;
    let keyed = a_user()
        .named("keyed")
        .with_role("Administrator")
        .in_group("Sensitive data");
    crate::support::town::UserBuilder {
        password: false,
        ..keyed
    }
    .insert(&town)
    .await;
    let key = town.service.finish_demo("keyed", 0).await.unwrap();
    let origin = wardroom::service::Origin::of("test");
    let keyed = town
        .service
        .sign_in_with_key(&key, None, origin)
        .await
        .unwrap();
    let first = town.plan(&keyed, Operation::Disable, &["ada"]).await;
    let second = town.plan(&keyed, Operation::Disable, &["abe", "mem"]).await;
    assert_eq!((first.will_change, second.will_change), (1, 2));
    assert_eq!(town.run(&keyed, &first).await.done, 1);
    let job = town.run(&keyed, &second).await;
    assert_eq!((job.done, job.failed), (1, 1));
    assert!(town.state("abe").await.enabled);
    let both = town.plan(&keyed, Operation::Delete, &["abe"]).await;
    assert_eq!(both.will_change, 0);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn pause_resume_and_cancel(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(10_010).await;
    let ada = town.sign_in("ada").await;
    let plan = planned(&town, &ada, Operation::Disable, "crowd").await;
    let job = plan.id;
    let refused = async |error: Result<Job, Error>| {
        assert!(matches!(error, Err(Error::Rule(_))), "{error:?}");
    };
    refused(town.service.perform(&ada, PauseJob { job }).await).await;
    refused(town.service.perform(&ada, ResumeJob { job }).await).await;
    assert_eq!(
        chunk(&town, &ada, &plan).await.done,
        0,
        "a plan doesn't run"
    );
    town.confirm(&ada, &plan).await;
    chunk(&town, &ada, &plan).await;
    let paused = town.service.perform(&ada, PauseJob { job }).await.unwrap();
    assert_eq!((paused.state, paused.done), (JobState::Paused, 5_000));
    assert_eq!(
        run_job(&town.service, &ada, job, |_| {})
            .await
            .unwrap()
            .state,
        JobState::Paused
    );
    assert_eq!(disabled(&town).await, 5_000);
    let resumed = town.service.perform(&ada, ResumeJob { job }).await.unwrap();
    assert_eq!(resumed.state, JobState::Running);
    assert_eq!(chunk(&town, &ada, &plan).await.done, 10_000);
    let cancelled = town.service.perform(&ada, CancelJob { job }).await.unwrap();
    assert_eq!(
        (cancelled.state, cancelled.undoable),
        (JobState::Cancelled, true)
    );
    assert_eq!(chunk(&town, &ada, &plan).await.done, 10_000);
    refused(town.service.perform(&ada, ResumeJob { job }).await).await;
    refused(town.service.perform(&ada, CancelJob { job }).await).await;
    let undo = town.service.perform(&ada, UndoJob { job }).await.unwrap();
    assert_eq!(undo.will_change, 10_000);
    town.run(&ada, &undo).await;
    assert_eq!(disabled(&town).await, 0);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_runner_does_no_harm(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(12_000).await;
    let ada = town.sign_in("ada").await;
    let plan = planned(&town, &ada, Operation::Disable, "crowd").await;
    town.confirm(&ada, &plan).await;
    let other = town.second_service(policy()).await;
    let (first, second) = tokio::join!(
        run_job(&town.service, &ada, plan.id, |_| {}),
        run_job(&other, &ada, plan.id, |_| {}),
    );
    assert_eq!(first.unwrap().done, 12_000);
    assert_eq!(second.unwrap().done, 12_000);
    let twice = "select count(*) from user_states s join users u on u.id = s.user_id
        where u.username like 'crowd%' and s.version <> 2";
    assert_eq!(town.int(Sql::new(twice)).await, 0);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_taken_back_but_for_what_changed_since(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let job = town
        .perform(&ada, Operation::Disable, &["mem", "edie", "lars"])
        .await;
    town.perform(&ada, Operation::Enable, &["edie"]).await;
    town.perform(&ada, Operation::Disable, &["edie"]).await;
    town.clock.advance(6 * 3_600);
    let undo = town
        .service
        .perform(&ada, UndoJob { job: job.id })
        .await
        .unwrap();
    assert_eq!((undo.will_change, undo.refused), (2, 1));
    assert_eq!(undo.refusals[0].name, "edie");
    town.run(&ada, &undo).await;
    assert!(town.state("mem").await.enabled && !town.state("edie").await.enabled);
    let lars = town.state("lars").await;
    assert!(lars.enabled && lars.failures == 10, "his lock is his own");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_undo_that_could_do_nothing_leaves_the_job_as_it_is(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let job = town.perform(&ada, Operation::Disable, &["mem"]).await;
    let undo = town
        .service
        .perform(&ada, UndoJob { job: job.id })
        .await
        .unwrap();
    town.perform(&ada, Operation::Enable, &["mem"]).await;
    let tried = town.run(&ada, &undo).await;
    assert_eq!(
        (tried.done, tried.failed, tried.state),
        (0, 1, JobState::Partial)
    );
    let empty = town
        .service
        .perform(&ada, UndoJob { job: job.id })
        .await
        .unwrap();
    assert_eq!((empty.will_change, empty.refused), (0, 1));
    town.run(&ada, &empty).await;
    let first = town
        .service
        .ask(&ada, ShowJob { job: job.id })
        .await
        .unwrap();
    assert_eq!((first.state, first.undone_by), (JobState::Done, None));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_can_not_be_taken_back_says_so(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.sign_in("mem").await;
    for (operation, name) in [(Operation::SignOut, "mem"), (Operation::Purge, "dell")] {
        let job = town.perform(&ada, operation, &[name]).await;
        assert_eq!((job.done, job.undoable), (1, false));
        let error = town.service.perform(&ada, UndoJob { job: job.id }).await;
        assert!(error.unwrap_err().to_string().contains("has no undo"));
    }
    let plan = town.plan(&ada, Operation::Disable, &["edie"]).await;
    let error = town.service.perform(&ada, UndoJob { job: plan.id }).await;
    assert!(
        error
            .unwrap_err()
            .to_string()
            .contains("nothing to take back yet")
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_seen_and_taken_back_by_those_with_the_right(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user()
        .named("hugo")
        .with_role("Helpdesk")
        .insert(&town)
        .await;
    a_role()
        .named("Supervisor")
        .allows(
            "view unlock sign-out reset-password",
            "user",
            Level::Organization,
        )
        .allows("view undo", "job", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("sue")
        .with_role("Supervisor")
        .insert(&town)
        .await;
    let (hana, hugo, sue) = (
        town.sign_in("hana").await,
        town.sign_in("hugo").await,
        town.sign_in("sue").await,
    );
    let job = town.perform(&hana, Operation::Unlock, &["lars"]).await.id;
    for (session, sees) in [(&hana, true), (&hugo, false), (&sue, true)] {
        let found = town.service.ask(session, ShowJob { job }).await.is_ok();
        assert_eq!(found, sees, "{}", session.username);
    }
    assert!(matches!(
        town.service.perform(&hugo, UndoJob { job }).await,
        Err(Error::Missing { .. })
    ));
    let aude = town.sign_in("aude").await;
    assert!(matches!(
        town.service.perform(&aude, UndoJob { job }).await,
        Err(Error::Denied { .. })
    ));
    assert!(matches!(
        town.service.perform(&aude, CancelJob { job }).await,
        Err(Error::Denied { .. })
    ));
    let undo = town.service.perform(&sue, UndoJob { job }).await.unwrap();
    town.run(&sue, &undo).await;
    assert_eq!(town.state("lars").await.failures, 10);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_others_are_only_looked_at_and_as_far_as_one_sees_people(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Watcher")
        .allows("view", "user", Level::Unit)
        .allows("disable", "user", Level::Own)
        .allows("view", "job", Level::Organization)
        .insert(&town)
        .await;
    a_user().named("sam").owned_by("Sales").insert(&town).await;
    a_user()
        .named("wanda")
        .assigned_to("Sales")
        .with_role("Watcher")
        .insert(&town)
        .await;
    let (ada, wanda) = (town.sign_in("ada").await, town.sign_in("wanda").await);
    let plan = town.plan(&ada, Operation::Disable, &["mem", "sam"]).await;
    let job = plan.id;
    town.confirm(&ada, &plan).await;
    let targets = PlanTargets {
        job,
        choice: TargetChoice::All,
        after: 0,
        limit: 10,
    };
    let seen = town.service.ask(&wanda, targets).await.unwrap();
    let names: Vec<_> = seen.iter().map(|target| target.username.as_str()).collect();
    assert_eq!(names, ["sam"]);
    for refused in [
        town.service.perform(&wanda, RunChunk { job }).await,
        town.service.perform(&wanda, PauseJob { job }).await,
        town.service.perform(&wanda, ResumeJob { job }).await,
        town.service.perform(&wanda, CancelJob { job }).await,
    ] {
        assert_eq!(denied(refused), "job:undo");
    }
    assert_eq!(chunk(&town, &ada, &plan).await.done, 2);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn plans_that_nobody_confirms_for_a_day_are_forgotten(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(20_001).await;
    let ada = town.sign_in("ada").await;
    let old = planned(&town, &ada, Operation::Disable, "crowd").await;
    town.clock.advance(24 * 3_600 + 1);
    let ada = town.sign_in("ada").await;
    let error = town.service.perform(&ada, confirm(old.id)).await;
    assert!(matches!(&error, Err(Error::Rule(why)) if why.contains("more than a day old")));
    let left = || async {
        let sql = "select count(*) from plan_targets where job_id = $1";
        town.int(Sql::new(sql).bind(old.id)).await
    };
    // A large one goes in parts, so that nobody waits for it.
    for wanted in [1, 0] {
        town.plan(&ada, Operation::Unlock, &["lars"]).await;
        assert_eq!(left().await, wanted);
    }
    let gone = format!("done job {} ", old.id.0);
    assert_eq!(town.audit("plan_dropped").await, [gone]);
    assert_eq!(
        town.int(Sql::new("select count(*) from jobs")).await,
        2,
        "the new plans stay"
    );
    town.verify().await;
}

fn draft(username: &str, email: &str) -> CreateUser {
    let draft = UserDraft {
        profile: Profile {
            username: username.to_owned(),
            first_name: "New".to_owned(),
            last_name: "Comer".to_owned(),
            email: email.to_owned(),
            ..Profile::default()
        },
        ..UserDraft::default()
    };
    CreateUser {
        draft,
        password: None,
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn deleting_is_a_bin_that_gives_everything_back(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let user = a_user()
        .named("bob")
        .with_role("Helpdesk")
        .in_group("Authors");
    user.assigned_to("Sales")
        .may_enter("Globex")
        .owned_by("Inside")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let show = || ShowUser {
        user: UserRef::Name("bob".to_owned()),
        sensitive: true,
    };
    let before = town.service.ask(&ada, show()).await.unwrap();
    town.perform(&ada, Operation::Delete, &["bob"]).await;
    town.try_sign_in("bob", PASSWORD).await.unwrap_err();
    for (username, email, field) in [
        ("bob", "new@acme.test", "username"),
        ("BOB", "new@acme.test", "username"),
        ("new", "Bob@Acme.test", "email"),
    ] {
        let error = town
            .service
            .perform(&ada, draft(username, email))
            .await
            .unwrap_err();
        assert!(
            matches!(&error, Error::Unfit(taken) if taken[0].field == field),
            "{error:?}"
        );
    }
    town.perform(&ada, Operation::Restore, &["bob"]).await;
    let after = town.service.ask(&ada, show()).await.unwrap();
    assert_eq!(after.status, Status::NeverSignedIn);
    assert_eq!(
        (&after.roles, &after.groups),
        (&before.roles, &before.groups)
    );
    assert_eq!(
        (&after.organizations, &after.units),
        (&before.organizations, &before.units)
    );
    assert_eq!(after.owner_unit, "Inside");
    town.try_sign_in("bob", PASSWORD).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn purging_empties_the_bin_for_good(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.sign_in("mem").await;
    let minion = crate::support::town::UserBuilder {
        manager: Some(town.id("mem").await),
        ..a_user().named("minion")
    };
    minion.insert(&town).await;
    town.perform(&ada, Operation::Delete, &["mem", "lars"])
        .await;
    let plan = town.plan(&ada, Operation::Purge, &["mem", "lars"]).await;
    assert_eq!(plan.will_change, 2);
    town.perform(&ada, Operation::Restore, &["lars"]).await;
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.done, job.failed), (1, 1));
    assert_eq!(town.record("minion").await.manager, None);
    assert_eq!(town.state("lars").await.deleted_at, Time::NEVER);
    assert_eq!(
        town.int(Sql::new(
            "select count(*) from users where username = 'mem'"
        ))
        .await,
        0
    );
    assert_eq!(town.audit("user_deleted").await, ["done mem "]);
    town.service
        .perform(&ada, draft("mem", "mem@acme.test"))
        .await
        .unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_purge_of_somebody_edited_meanwhile_is_a_conflict(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = town.plan(&ada, Operation::Purge, &["dell"]).await;
    town.execute(Sql::new(
        "update users set version = version + 1 where username = 'dell'",
    ))
    .await;
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.done, job.failed), (0, 1));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_changed_by_a_read_only_wardroom(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.read_only = true).await;
    let ada = town.sign_in("ada").await;
    let error = town.try_plan(&ada, Operation::Unlock, &["lars"]).await;
    assert!(matches!(error, Err(Error::ReadOnly)), "{error:?}");
    let error = town
        .service
        .perform(&ada, draft("new", "new@acme.test"))
        .await;
    assert!(matches!(error, Err(Error::ReadOnly)), "{error:?}");
    let confirm = ConfirmPlan {
        confirmation: Confirmation::Yes,
        ..confirm(wardroom::domain::JobId(1))
    };
    let error = town.service.perform(&ada, confirm).await;
    assert!(matches!(error, Err(Error::ReadOnly)), "{error:?}");
    let password = Secret::new("correct horse battery staple".to_owned());
    let error = town.service.recover("ada", password, Origin::of("test"));
    assert!(matches!(error.await, Err(Error::ReadOnly)));
    let error = town.service.initialize(Init::default()).await;
    assert!(matches!(error, Err(Error::ReadOnly)), "{error:?}");
    // To look at sensitive fields leaves its row all the same.
    let show = ShowUser {
        user: UserRef::Name("mem".to_owned()),
        sensitive: true,
    };
    let detail = town.service.ask(&ada, show).await.unwrap();
    assert_eq!(detail.birthday, "1990-05-17");
    assert_eq!(town.audit("sensitive_read").await, ["done mem "]);
}
