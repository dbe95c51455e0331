//! Plans: whom they mean, what becomes of each, how much is asked before they run.

use crate::support::engine::Engine;
use crate::support::town::{NOON, PASSWORD, Town, WRONG, a_role, a_user, confirm};
use rstest::rstest;
use wardroom::domain::UserId;
use wardroom::domain::permission::Level;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, DropPlan, MakePlan, Offers, Operation, Outcome, Plan, PlanTargets,
    ShowJob, TargetChoice, Targets, quick, run_job,
};
use wardroom::service::users::FindAmong;
use wardroom::service::{Error, Policy, Session};
use wardroom::store::sql::Sql;

async fn verdict(town: &Town, session: &Session, operation: Operation, name: &str) -> String {
    let plan = town.plan(session, operation, &[name]).await;
    let targets = targets(town, session, &plan).await;
    assert_eq!(targets.len(), 1);
    match targets[0].1.as_str() {
        "change" => "change".to_owned(),
        verdict => format!("{verdict}: {}", targets[0].2),
    }
}

/// Username, verdict and note of every target.
async fn targets(town: &Town, session: &Session, plan: &Plan) -> Vec<(String, String, String)> {
    let ask = PlanTargets {
        job: plan.id,
        choice: TargetChoice::All,
        after: 0,
        limit: 1_000,
    };
    let targets = town.service.ask(session, ask).await.unwrap();
    let told = targets
        .into_iter()
        .map(|target| (target.username, target.verdict, target.note));
    told.collect()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn say_of_each_target_what_becomes_of_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let gone = "refused: is deleted: restore it first";
    for (operation, active, disabled, locked, deleted) in [
        (
            Operation::Enable,
            "already: is enabled already",
            "change",
            "already: is enabled already",
            gone,
        ),
        (
            Operation::Disable,
            "change",
            "already: is disabled already",
            "change",
            gone,
        ),
        (
            Operation::Unlock,
            "already: is not locked",
            "already: is not locked",
            "change",
            gone,
        ),
        (
            Operation::SignOut,
            "already: has no open session",
            "already: has no open session",
            "already: has no open session",
            gone,
        ),
        (
            Operation::Delete,
            "change",
            "change",
            "change",
            "already: is deleted already",
        ),
    ] {
        for (name, wanted) in [
            ("mem", active),
            ("dora", disabled),
            ("lars", locked),
            ("dell", deleted),
        ] {
            let found = verdict(&town, &ada, operation, name).await;
            assert_eq!(found, wanted, "{operation:?} {name}");
        }
    }
    for (operation, name, wanted) in [
        (Operation::Restore, "dell", "change"),
        (Operation::Purge, "dell", "change"),
        (Operation::Restore, "mem", "already: is not deleted"),
        (
            Operation::Purge,
            "mem",
            "refused: is not deleted: only what lies in the bin is purged",
        ),
        (
            Operation::Disable,
            "ada",
            "refused: is yourself: another operator has to do it",
        ),
    ] {
        assert_eq!(
            verdict(&town, &ada, operation, name).await,
            wanted,
            "{operation:?} {name}"
        );
    }
    town.sign_in("mem").await;
    town.sign_in("mem").await;
    let plan = town.plan(&ada, Operation::SignOut, &["mem"]).await;
    assert_eq!(
        (plan.will_change, plan.sessions, plan.undoable),
        (1, 2, false)
    );
    assert_eq!(plan.side_effects(), ["ends 2 open sessions"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn know_names_once_and_tell_the_unknown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let names = ["mem", "MEM", " mem ", "lars", "no one", "a\0b", "%", ""];
    let plan = town.plan(&ada, Operation::Disable, &names).await;
    assert_eq!((plan.targets, plan.will_change), (2, 2));
    assert_eq!(plan.unknown, ["no one", "a\0b", "%", ""]);
    let error = town
        .try_plan(&ada, Operation::Disable, &["larz"])
        .await
        .unwrap_err();
    assert!(error.to_string().contains("did you mean lars?"), "{error}");
    let nobody = MakePlan::new(
        Operation::Disable,
        Targets::Users(vec![UserId(-1), UserId(i64::MAX)]),
    );
    let plan = town.service.perform(&ada, nobody).await.unwrap();
    assert_eq!(plan.targets, 0);
    let planned = Sql::new("select count(*) from jobs where state = 'planned'");
    assert_eq!(town.int(planned).await, 2, "the refused one left no plan");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn take_a_filter_as_the_list_shows_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (operation, filter, wanted) in [
        (Operation::Unlock, "status:locked", &["lars", "lena"][..]),
        (
            Operation::Disable,
            "status:locked limit:1 sort:-username",
            &["lena"],
        ),
        (
            Operation::Disable,
            "-status:active limit:3 sort:username",
            &["aude", "dora", "edie"],
        ),
        (Operation::Restore, "", &["dell"]),
        (Operation::Purge, "org:acme", &["dell"]),
        (Operation::Restore, "status:deleted", &["dell"]),
        (Operation::Disable, "unit:inside", &["mem"]),
        (Operation::Disable, "username:e username:x", &["exun"]),
    ] {
        let plan = MakePlan::new(operation, Targets::Filter(filter.to_owned()));
        let plan = town.service.perform(&ada, plan).await.unwrap();
        let names: Vec<String> = targets(&town, &ada, &plan)
            .await
            .into_iter()
            .map(|one| one.0)
            .collect();
        assert_eq!(names, wanted, "{operation:?} {filter}");
    }
    let all = MakePlan::new(Operation::Disable, Targets::Filter(String::new()));
    let plan = town.service.perform(&ada, all).await.unwrap();
    assert!(
        targets(&town, &ada, &plan)
            .await
            .iter()
            .all(|target| target.0 != "dell")
    );
    for wrong in [
        "statu:locked",
        "org:nowhere",
        "sort:username,-failures limit:2",
    ] {
        let plan = MakePlan::new(Operation::Disable, Targets::Filter(wrong.to_owned()));
        let error = town.service.perform(&ada, plan).await.unwrap_err();
        assert!(matches!(error, Error::Filter(_)), "{wrong}: {error:?}");
    }
    a_role()
        .named("Peeker")
        .allows("view disable", "user", Level::Organization)
        .allows("view-sensitive", "user", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("pete")
        .with_role("Peeker")
        .insert(&town)
        .await;
    let (manu, pete) = (town.sign_in("manu").await, town.sign_in("pete").await);
    for sensitive in [
        "phone:555",
        "birthday<2000-01-01",
        "other-email:home",
        "no:employee-number",
    ] {
        let plan = MakePlan::new(Operation::Disable, Targets::Filter(sensitive.to_owned()));
        for session in [&manu, &pete] {
            let error = town
                .service
                .perform(session, plan.clone())
                .await
                .unwrap_err();
            assert!(matches!(error, Error::Filter(_)), "{sensitive}: {error:?}");
        }
        let plan = MakePlan::new(Operation::Disable, Targets::Filter(sensitive.to_owned()));
        assert!(
            town.service.perform(&ada, plan).await.is_ok(),
            "{sensitive}"
        );
    }
}

fn said(error: Result<impl Sized, Error>) -> String {
    match error {
        Err(Error::NotConfirmed(sentence)) => sentence,
        Err(error) => panic!("{error:?}"),
        Ok(_) => panic!("it was confirmed"),
    }
}

async fn confirmed(
    town: &Town,
    session: &Session,
    plan: &Plan,
    confirmation: Confirmation,
    reason: &str,
) -> Result<(), Error> {
    let confirm = ConfirmPlan {
        confirmation,
        reason: reason.to_owned(),
        ..confirm(plan.id)
    };
    town.service.perform(session, confirm).await.map(drop)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ask_as_much_as_their_tier(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = town.plan(&ada, Operation::Unlock, &["lars"]).await;
    assert_eq!(plan.tier, 1);
    said(confirmed(&town, &ada, &plan, Confirmation::Count(2), "").await);
    confirmed(&town, &ada, &plan, Confirmation::None, "")
        .await
        .unwrap();

    let plan = town.plan(&ada, Operation::Disable, &["mem"]).await;
    assert_eq!(plan.tier, 2);
    let sentence = said(confirmed(&town, &ada, &plan, Confirmation::None, "").await);
    assert!(sentence.contains("--yes-count 1"), "{sentence}");
    confirmed(&town, &ada, &plan, Confirmation::Yes, "")
        .await
        .unwrap();
    assert!(town.state("mem").await.enabled, "nothing runs by itself");

    let plan = town.plan(&ada, Operation::Delete, &["mem"]).await;
    assert_eq!((plan.tier, plan.reason_needed), (4, true));
    said(confirmed(&town, &ada, &plan, Confirmation::Yes, "left").await);
    said(confirmed(&town, &ada, &plan, Confirmation::Count(1), " ").await);
    confirmed(&town, &ada, &plan, Confirmation::Count(1), "left")
        .await
        .unwrap();

    let hidden = MakePlan {
        hidden: 1,
        ..MakePlan::new(Operation::Enable, Targets::Names(vec!["dora".to_owned()]))
    };
    let plan = town.service.perform(&ada, hidden).await.unwrap();
    assert_eq!(plan.tier, 3);
    said(confirmed(&town, &ada, &plan, Confirmation::Yes, "").await);
    confirmed(&town, &ada, &plan, Confirmation::Count(1), "")
        .await
        .unwrap();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn rise_with_the_number_and_the_policy(#[case] engine: Engine) {
    let strict = |policy: &mut Policy| {
        policy.production = true;
        policy.tiers.ticket_required = true;
    };
    let town = Town::with(engine, strict).await;
    town.crowd(600).await;
    let ada = town.sign_in("ada").await;
    for (filter, tier) in [
        ("username=crowd7", 3),
        ("crowd limit:26", 3),
        ("crowd limit:31", 4),
        ("crowd", 4),
    ] {
        let plan = MakePlan::new(Operation::Disable, Targets::Filter(filter.to_owned()));
        let plan = town.service.perform(&ada, plan).await.unwrap();
        assert_eq!(plan.tier, tier, "{filter}");
        assert!(plan.ticket_needed);
        let count = Confirmation::Count(plan.will_change);
        let sentence = said(confirmed(&town, &ada, &plan, count, "a reason").await);
        assert!(sentence.contains("ticket"), "{sentence}");
        let with_ticket = ConfirmPlan {
            confirmation: count,
            ticket: "T-1".to_owned(),
            ..confirm(plan.id)
        };
        let job = town.service.perform(&ada, with_ticket).await.unwrap();
        assert_eq!(
            (job.ticket.as_str(), job.reason.as_str()),
            ("T-1", "a test")
        );
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn belong_to_whoever_made_them_and_run_once(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user()
        .named("abe")
        .with_role("Administrator")
        .insert(&town)
        .await;
    let (ada, abe, hana) = (
        town.sign_in("ada").await,
        town.sign_in("abe").await,
        town.sign_in("hana").await,
    );
    let plan = town.plan(&ada, Operation::Unlock, &["lars"]).await;
    let error = confirmed(&town, &abe, &plan, Confirmation::Count(1), "").await;
    assert!(matches!(error, Err(Error::Rule(_))), "{error:?}");
    let error = confirmed(&town, &hana, &plan, Confirmation::Count(1), "").await;
    assert!(matches!(error, Err(Error::Missing { .. })), "{error:?}");
    let drop = DropPlan { job: plan.id };
    assert!(matches!(
        town.service.perform(&abe, drop).await,
        Err(Error::Missing { .. })
    ));
    confirmed(&town, &ada, &plan, Confirmation::None, "")
        .await
        .unwrap();
    let error = confirmed(&town, &ada, &plan, Confirmation::None, "").await;
    assert!(matches!(error, Err(Error::Rule(_))), "{error:?}");
    let error = town.service.perform(&ada, DropPlan { job: plan.id }).await;
    assert!(matches!(error, Err(Error::Missing { .. })), "{error:?}");
    run_job(&town.service, &ada, plan.id, |_| {}).await.unwrap();
    let error = confirmed(&town, &ada, &plan, Confirmation::None, "").await;
    assert!(matches!(error, Err(Error::Rule(_))), "{error:?}");

    let plan = town.plan(&ada, Operation::Disable, &["mem"]).await;
    town.service
        .perform(&ada, DropPlan { job: plan.id })
        .await
        .unwrap();
    let error = town.service.ask(&ada, ShowJob { job: plan.id }).await;
    assert!(matches!(error, Err(Error::Missing { .. })), "{error:?}");
    assert_eq!(
        town.int(Sql::new(
            "select count(*) from plan_targets where username = 'mem'"
        ))
        .await,
        0
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn need_the_right_when_they_are_confirmed_too(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manu = town.sign_in("manu").await;
    let plan = town.plan(&manu, Operation::Disable, &["mem"]).await;
    let weaker = "update user_roles set role_id = (select id from roles where name = 'Helpdesk')
        where user_id = $1";
    let id = town.id("manu").await;
    town.execute(Sql::new(weaker).bind(id)).await;
    let error = confirmed(&town, &manu, &plan, Confirmation::Yes, "").await;
    assert!(matches!(error, Err(Error::Denied { .. })), "{error:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn take_reasons_that_can_be_shown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for wrong in [
        "a\0b",
        "\u{202e}evil",
        "\u{1b}[2J",
        &"x".repeat(501),
        &"x".repeat(1_000_000),
    ] {
        let plan = MakePlan {
            reason: wrong.to_owned(),
            ..MakePlan::new(Operation::Disable, Targets::Names(vec!["mem".to_owned()]))
        };
        let error = town.service.perform(&ada, plan).await.unwrap_err();
        assert!(matches!(error, Error::Invalid(_)), "{error:?}");
        let plan = town.plan(&ada, Operation::Disable, &["mem"]).await;
        let error = confirmed(&town, &ada, &plan, Confirmation::Yes, wrong).await;
        assert!(matches!(error, Err(Error::Invalid(_))), "{error:?}");
    }
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn quick_ones_run_only_where_nothing_is_asked(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let lars = town.id("lars").await;
    let done = quick(&town.service, &hana, Operation::Unlock, lars)
        .await
        .unwrap();
    assert!(matches!(done, Outcome::Done(job) if job.done == 1));
    assert!(town.try_sign_in("lars", PASSWORD).await.is_ok());
    let again = quick(&town.service, &hana, Operation::Unlock, lars)
        .await
        .unwrap();
    assert!(matches!(again, Outcome::Nothing(plan) if plan.already == 1));
    let ada = town.id("ada").await;
    town.try_sign_in("ada", WRONG).await.unwrap_err();
    let refused = quick(&town.service, &hana, Operation::Unlock, ada)
        .await
        .unwrap();
    assert!(matches!(refused, Outcome::Nothing(plan) if plan.refused == 1));
    let manu = town.sign_in("manu").await;
    let asked = quick(&town.service, &manu, Operation::Disable, lars)
        .await
        .unwrap();
    assert!(matches!(asked, Outcome::NeedsConfirmation(plan) if plan.tier == 2));
    assert!(town.state("lars").await.enabled);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn offers_promise_what_plans_do(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.sign_in("mem").await;
    let all = [
        "ada", "hana", "manu", "edie", "mem", "lars", "lena", "dora", "dell", "svc", "gus",
    ];
    let ids = town.ids(&all).await;
    for name in ["ada", "hana", "manu", "aude"] {
        let session = town.sign_in(name).await;
        let offers = Offers {
            targets: Targets::Users(ids.clone()),
        };
        let offers = town.service.ask(&session, offers).await.unwrap();
        assert_eq!(offers.len(), Operation::ALL.len());
        for offer in offers {
            let plan = MakePlan::new(offer.operation, Targets::Users(ids.clone()));
            match town.service.perform(&session, plan).await {
                Ok(plan) => {
                    assert!(offer.allowed);
                    let what = format!("{name} {:?} {:?}", offer.operation, offer.reason);
                    assert_eq!(
                        (offer.applies, offer.of),
                        (plan.will_change, plan.targets),
                        "{what}"
                    );
                }
                Err(Error::Denied { .. }) => assert!(!offer.allowed && offer.applies == 0),
                Err(error) => panic!("{error:?}"),
            }
        }
    }
    assert_eq!(town.service.now(), NOON);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn marks_mean_people_and_not_their_names(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let (edie, mem, lars) = (
        town.id("edie").await,
        town.id("mem").await,
        town.id("lars").await,
    );
    // Between the mark and the plan one is renamed, and somebody else takes the name.
    for (user, name) in [(edie, "edith"), (mem, "edie")] {
        let rename = Sql::new("update users set username = $2, username_key = $2 where id = $1");
        town.execute(rename.bind(user.0).bind(name)).await;
    }
    let marked = Targets::Matching {
        filter: "user in (edith edie)".to_owned(),
        except: vec![edie],
        also: vec![lars, UserId(-1), UserId(-1)],
    };
    let offers = Offers {
        targets: marked.clone(),
    };
    assert_eq!(town.service.ask(&ada, offers).await.unwrap()[0].of, 2);
    let plan = MakePlan::new(Operation::Disable, marked);
    let plan = town.service.perform(&ada, plan).await.unwrap();
    let names: Vec<String> = targets(&town, &ada, &plan)
        .await
        .into_iter()
        .map(|one| one.0)
        .collect();
    assert_eq!(names, ["edie", "lars"]);
    assert_eq!((plan.gone, plan.will_change), (1, 2));
    assert_eq!(plan.selection, "user in (edith edie) but 1 and 3 more");

    let among = FindAmong {
        users: vec![edie, lars, UserId(-1)],
        filter: "-status:locked".to_owned(),
    };
    assert_eq!(town.service.ask(&ada, among).await.unwrap(), [edie]);
}
