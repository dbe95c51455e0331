//! Once more: those who failed are planned again, and rows are left out of a plan before it runs.

use crate::support::engine::Engine;
use crate::support::members;
use crate::support::town::{Town, confirm};
use rstest::rstest;
use wardroom::domain::JobId;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, Direction, ExchangeMembers, Holder, JobState, LeaveOut, ListJobs,
    MakePlan, Operation, PlanMembers, PlanTargets, RetryJob, TargetChoice, Targets, UndoJob,
};
use wardroom::service::{Error, Session};

async fn retried(town: &Town, session: &Session, job: JobId) -> Error {
    let retry = RetryJob { job };
    town.service.perform(session, retry).await.unwrap_err()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn those_who_failed_are_planned_again(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, hana) = (town.sign_in("ada").await, town.sign_in("hana").await);
    let plan = town
        .plan(&ada, Operation::Disable, &["mem", "lars", "edie"])
        .await;
    town.perform(&ada, Operation::Unlock, &["lars"]).await;
    let error = retried(&town, &ada, plan.id).await;
    assert!(error.to_string().contains("is planned"), "{error}");
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.state, job.done, job.failed), (JobState::Partial, 2, 1));

    let again = RetryJob { job: job.id };
    let again = town.service.perform(&ada, again).await.unwrap();
    assert_eq!((again.targets, again.will_change), (1, 1));
    assert_eq!(
        again.selection,
        format!("those who failed in job {}", job.id.0)
    );
    let second = town.run(&ada, &again).await;
    assert_eq!((second.done, second.selection), (1, again.selection));
    assert!(!town.state("lars").await.enabled);

    let error = retried(&town, &ada, second.id).await;
    assert!(error.to_string().contains("Nobody failed"), "{error}");
    let error = retried(&town, &hana, job.id).await;
    assert!(
        matches!(error, Error::Missing { .. } | Error::Denied { .. }),
        "{error:?}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_row_that_is_left_out_is_not_changed(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    let plan = town.plan(&ada, Operation::Disable, &["edie", "mem"]).await;
    assert_eq!((plan.will_change, plan.tier), (2, 2));
    let row = |position, back_in| LeaveOut {
        job: plan.id,
        position,
        back_in,
    };
    let narrowed = town.service.perform(&ada, row(1, false)).await.unwrap();
    assert_eq!((narrowed.will_change, narrowed.already), (1, 1));
    let error = town.service.perform(&ada, row(1, false)).await.unwrap_err();
    assert!(matches!(error, Error::Rule(_)), "{error:?}");
    let error = town
        .service
        .perform(&manu, row(2, false))
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    let whole = town.service.perform(&ada, row(1, true)).await.unwrap();
    assert_eq!((whole.will_change, whole.already), (2, 0));
    let narrowed = town.service.perform(&ada, row(1, false)).await.unwrap();

    // What is typed is the number of the plan as it is now.
    let wrong = ConfirmPlan {
        confirmation: Confirmation::Count(2),
        ..confirm(plan.id)
    };
    let error = town.service.perform(&ada, wrong).await.unwrap_err();
    assert!(matches!(error, Error::NotConfirmed(_)), "{error:?}");
    let job = town.run(&ada, &narrowed).await;
    assert_eq!((job.state, job.done), (JobState::Done, 1));
    assert!(town.state("edie").await.enabled && !town.state("mem").await.enabled);
    let error = town.service.perform(&ada, row(1, true)).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
    let all = PlanTargets {
        job: job.id,
        choice: TargetChoice::All,
        after: 0,
        limit: 10,
    };
    let all = town.service.ask(&ada, all).await.unwrap();
    assert_eq!(all[0].note, "left out of the plan");
    let list = ListJobs {
        limit: 10,
        unfinished: true,
    };
    assert!(town.service.ask(&ada, list).await.unwrap().is_empty());
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_an_undo_leaves_out_can_be_undone_later(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = town.plan(&ada, Operation::Disable, &["edie", "mem"]).await;
    let job = town.run(&ada, &plan).await;
    let undo = UndoJob { job: job.id };
    let part = town.service.perform(&ada, undo.clone()).await.unwrap();
    let leave_out = LeaveOut {
        job: part.id,
        position: 1,
        back_in: false,
    };
    let part = town.service.perform(&ada, leave_out).await.unwrap();
    assert_eq!(town.run(&ada, &part).await.done, 1);
    let rest = town.service.perform(&ada, undo.clone()).await.unwrap();
    assert_eq!((rest.will_change, rest.refused), (1, 1));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_was_spared_by_a_name_is_not_acted_on_under_another(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = |filter: &str| {
        let targets = Targets::Filter(filter.to_owned());
        MakePlan::new(Operation::Disable, targets)
    };
    let filter = "user in (mem edie) -user in (nobody)";
    let error = town.service.perform(&ada, plan(filter)).await.unwrap_err();
    assert!(matches!(error, Error::Filter(_)), "{error:?}");
    assert!(error.to_string().contains("nobody"), "{error}");
    let filter = "user in (mem edie nobody) -user in (edie)";
    let plan = town.service.perform(&ada, plan(filter)).await.unwrap();
    assert_eq!(plan.will_change, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_the_memberships_that_failed_are_planned_again(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let names = |names: &[&str]| Targets::Names(names.iter().map(|&one| one.to_owned()).collect());
    let (crew, clerk) = (
        members::group("Authors", Direction::Add),
        members::role("Editor", Direction::Add),
    );
    let both = PlanMembers::new(names(&["lars", "mem"]), vec![crew.clone(), clerk]);
    let plan = town.service.perform(&ada, both).await.unwrap();
    assert_eq!(plan.will_change, 4, "{plan:?}");
    // What is left out on purpose is not what failed.
    let leave_out = LeaveOut {
        job: plan.id,
        position: 2,
        back_in: false,
    };
    let plan = town.service.perform(&ada, leave_out).await.unwrap();
    let one = PlanMembers::new(names(&["lars"]), vec![crew]);
    let one = town.service.perform(&ada, one).await.unwrap();
    town.run(&ada, &one).await;
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.done, job.failed), (2, 1));
    let undo = UndoJob { job: one.id };
    let undo = town.service.perform(&ada, undo).await.unwrap();
    town.run(&ada, &undo).await;
    let again = RetryJob { job: job.id };
    let again = town.service.perform(&ada, again).await.unwrap();
    assert_eq!((again.targets, again.will_change), (1, 1));
    assert_eq!(again.names, ["lars"]);
    assert_eq!(town.run(&ada, &again).await.done, 1);
    let told = town
        .texts(wardroom::store::sql::Sql::new(
            "select action from audit where action in
                ('plan_narrowed', 'job_retry_planned', 'job_undo_planned') order by sequence",
        ))
        .await;
    let wanted = ["plan_narrowed", "job_undo_planned", "job_retry_planned"];
    assert_eq!(told, wanted);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_comes_and_who_leaves_are_one_plan_and_one_undo(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let group = || Holder::Group("Authors".into());
    let exchange = async |incoming: &[&str], leaving: &[&str]| {
        let exchange = ExchangeMembers {
            holder: group(),
            incoming: town.ids(incoming).await,
            leaving: town.ids(leaving).await,
        };
        town.service.perform(&ada, exchange).await.unwrap()
    };
    let plan = exchange(&["lars"], &[]).await;
    assert_eq!((plan.targets, plan.tier), (1, 1));
    town.run(&ada, &plan).await;
    let plan = exchange(&["mem"], &["lars"]).await;
    assert_eq!((plan.targets, plan.will_change), (2, 2));
    let job = town.run(&ada, &plan).await;
    assert_eq!(job.done, 2);
    let undo = UndoJob { job: job.id };
    let undo = town.service.perform(&ada, undo).await.unwrap();
    assert_eq!((undo.targets, undo.will_change), (2, 2));
    assert_eq!(town.run(&ada, &undo).await.done, 2);
    town.verify().await;
}
