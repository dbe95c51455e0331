//! The desk: callers are found and identified, the queue is worked off, and who locks again is told.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, unconfirmed};
use crate::support::town::{NOON, PASSWORD, Town, UserBuilder, WRONG, a_role, a_user, attempt};
use rstest::rstest;
use wardroom::domain::Time;
use wardroom::domain::permission::Level;
use wardroom::service::desk::{
    CallerCard, CallerQueue, Callers, FindCallers, FoundBy, LockedAgain, Place, ShowCaller,
};
use wardroom::service::jobs::{
    Caller, ConfirmPlan, Confirmation, MakePlan, Operation, Outcome, Targets, UndoJob, at_once,
};
use wardroom::service::{Error, Identification, Result, Session, SignIn, TicketUse};
use wardroom::store::sql::Sql;

async fn callers(town: &Town, session: &Session, text: &str) -> Callers {
    let find = FindCallers {
        text: text.to_owned(),
        limit: 20,
    };
    town.service.ask(session, find).await.unwrap()
}

async fn found(town: &Town, session: &Session, text: &str) -> Vec<String> {
    let callers = callers(town, session, text).await;
    let names = callers.rows.into_iter().map(|row| row.user.username);
    names.collect()
}

/// Helps a caller as the desk does.
async fn help(
    town: &Town,
    session: &Session,
    operation: Operation,
    name: &str,
    caller: Caller,
    ticket: &str,
) -> Result<Outcome> {
    let make = MakePlan {
        caller,
        ticket: ticket.to_owned(),
        ..MakePlan::new(operation, Targets::Users(vec![town.id(name).await]))
    };
    at_once(&town.service, session, make).await
}

async fn card(town: &Town, session: &Session, name: &str, sensitive: bool) -> CallerCard {
    let user = town.id(name).await;
    let show = ShowCaller { user, sensitive };
    town.service.ask(session, show).await.unwrap()
}

async fn guess(town: &Town, name: &str, times: usize) {
    for _ in 0..times {
        town.clock.advance(1);
        town.try_sign_in(name, WRONG).await.unwrap_err();
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_number_is_found_whole_by_everybody_and_in_part_by_who_may_see_it(
    #[case] engine: Engine,
) {
    let town = Town::new(engine).await;
    let (hana, ada) = (town.sign_in("hana").await, town.sign_in("ada").await);
    for whole in ["+49 30 5550123", "0049 (30) 555-01-23", "49305550123"] {
        for session in [&hana, &ada] {
            let callers = callers(&town, session, whole).await;
            assert_eq!(callers.rows.len(), 1, "{whole}");
            assert_eq!(callers.rows[0].user.username, "mem");
            assert_eq!(callers.rows[0].found_by, FoundBy::Phone);
        }
    }
    for whole in ["E-4711", "e4711", " e 4711 "] {
        let callers = callers(&town, &hana, whole).await;
        assert_eq!(callers.rows.len(), 1, "{whole}");
        assert_eq!(callers.rows[0].found_by, FoundBy::EmployeeNumber);
    }
    for part in ["5550123", "49305550", "4711", "555", "%", "_____", "E-471"] {
        assert!(found(&town, &hana, part).await.is_empty(), "{part}");
    }
    for part in ["5550123", "4930 5550", "4711", "555"] {
        assert_eq!(found(&town, &ada, part).await, ["mem"], "{part}");
    }
    for nothing in ["55", "+", "E", "", "  ", "%%%", "' or 1=1 --", "\0"] {
        let names = found(&town, &ada, nothing).await;
        assert!(nothing == "E" || names.is_empty(), "{nothing}: {names:?}");
        assert!(nothing != "E" || names.len() > 1, "a letter is of a name");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn parts_of_numbers_are_found_as_far_as_they_may_be_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Numbers of the unit")
        .allows("view", "user", Level::Organization)
        .allows("view-sensitive", "user", Level::Unit)
        .insert(&town)
        .await;
    let near = a_user().with_role("Numbers of the unit").owned_by("Works");
    near.named("near").insert(&town).await;
    UserBuilder {
        phone: "555 9".to_owned(),
        ..a_user().named("next").owned_by("Works")
    }
    .insert(&town)
    .await;
    let near = town.sign_in("near").await;
    let of_their_unit = found(&town, &near, "555").await;
    assert!(!of_their_unit.contains(&"mem".to_owned()));
    assert_eq!(found(&town, &near, "49305550123").await, ["mem"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_may_not_see_numbers_finds_nobody_by_them_unseen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (hana, ada) = (town.sign_in("hana").await, town.sign_in("ada").await);
    for nobody in ["+49 30 5550199", "E-471", "lars"] {
        callers(&town, &hana, nobody).await;
    }
    callers(&town, &ada, "+49 30 5550123").await;
    assert!(town.audit("sensitive_read").await.is_empty());
    callers(&town, &hana, "+49 30 5550123").await;
    callers(&town, &hana, "e 4711").await;
    let told = [
        r#"done mem {"searched":"phone"}"#,
        r#"done mem {"searched":"employee_number"}"#,
    ];
    assert_eq!(town.audit("sensitive_read").await, told);
    town.execute(Sql::new(
        "update users set phone_key = '4711', staff_key = '4711' where username in ('mem', 'edie')",
    ))
    .await;
    callers(&town, &hana, "4711").await;
    assert_eq!(
        town.audit("sensitive_read").await[2..],
        [r#"done  {"searched":"phone, employee_number"}"#],
        "one row for one question"
    );
    callers(&town, &ada, "4711").await;
    assert_eq!(town.audit("sensitive_read").await.len(), 3);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_is_out_of_sight_takes_nobodys_place(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.crowd(10_000).await;
    town.execute(Sql::new(
        "update users set phone_key = '555' where username like 'crowd%'",
    ))
    .await;
    let late = UserBuilder {
        phone: "555".to_owned(),
        ..a_user().named("late").of("Globex")
    };
    late.insert(&town).await;
    let gail = town.sign_in("gail").await;
    assert_eq!(found(&town, &gail, "555").await, ["late"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn callers_are_found_by_words_the_locked_first_and_within_reach(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user().named("labo").insert(&town).await;
    let hana = town.sign_in("hana").await;
    assert_eq!(
        found(&town, &hana, "l").await[..2],
        ["lars".to_owned(), "lena".to_owned()]
    );
    assert_eq!(found(&town, &hana, "LARS acme.test").await, ["lars"]);
    assert!(found(&town, &hana, "dell").await.is_empty(), "in the bin");
    assert!(found(&town, &hana, "status:locked").await.is_empty());
    assert!(found(&town, &hana, "gus").await.is_empty(), "of Globex");
    let gail = town.sign_in("gail").await;
    assert!(found(&town, &gail, "lars").await.is_empty());
    assert!(found(&town, &gail, "E-4711").await.is_empty());
    assert!(found(&town, &gail, "+49 30 5550123").await.is_empty());
    let few = FindCallers {
        text: "acme.test".to_owned(),
        limit: 2,
    };
    let few = town.service.ask(&hana, few).await.unwrap();
    assert_eq!((few.rows.len(), few.more), (2, true));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_calls_is_identified_first_and_it_stands_in_the_audit(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let unlock = Operation::Unlock;
    let refused = help(&town, &hana, unlock, "lars", Caller::Unidentified, "").await;
    assert!(unconfirmed(refused).contains("identified"));
    assert_eq!(
        town.int(Sql::new("select count(*) from jobs")).await,
        0,
        "a refused plan leaves nothing behind"
    );
    assert!(town.audit("user_unlocked").await[0].starts_with("failed"));
    let done = help(&town, &hana, unlock, "lars", Caller::Identified, "INC-7").await;
    let Ok(Outcome::Done(job)) = done else {
        panic!("{done:?}");
    };
    let rows = town.audit("user_unlocked").await;
    assert!(rows[1].contains("\"identified\":true"), "{rows:?}");
    let ticket = "select ticket from audit where action = 'user_unlocked' and outcome = 'done'";
    assert_eq!(town.texts(Sql::new(ticket)).await, ["INC-7"]);
    let undo = UndoJob { job: job.id };
    let undo = town.service.perform(&hana, undo).await.unwrap();
    assert_eq!(
        town.run(&hana, &undo).await.done,
        1,
        "taken back as elsewhere"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn no_other_request_walks_round_what_the_desk_wants(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let lars = Targets::Users(vec![town.id("lars").await]);
    for operation in [Operation::Unlock, Operation::SignOut] {
        let make = MakePlan {
            caller: Caller::Unidentified,
            ..MakePlan::new(operation, lars.clone())
        };
        assert!(unconfirmed(town.service.perform(&hana, make).await).contains("identified"));
    }
    // A plan from before the policy was made stricter is confirmed under the one that holds now.
    let lax = town.second_service(crate::support::town::policy()).await;
    let mut loose = crate::support::town::policy();
    loose.desk.identification = Identification::Off;
    let loose = town.second_service(loose).await;
    let make = MakePlan {
        caller: Caller::Unidentified,
        ..MakePlan::new(Operation::Unlock, lars)
    };
    let plan = loose.perform(&hana, make).await.unwrap();
    for confirmation in [Confirmation::Yes, Confirmation::Count(1)] {
        let confirm = ConfirmPlan {
            job: plan.id,
            confirmation,
            reason: String::new(),
            ticket: String::new(),
            identified: false,
        };
        assert!(unconfirmed(lax.perform(&hana, confirm).await).contains("identified"));
    }
    assert!(town.state("lars").await.is_locked(NOON));
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn everywhere_means_every_door_and_off_means_none(#[case] engine: Engine) {
    let strict = Town::with(engine, |policy| {
        policy.desk.identification = Identification::Everywhere;
    })
    .await;
    let hana = strict.sign_in("hana").await;
    let nobody = help(
        &strict,
        &hana,
        Operation::Unlock,
        "lars",
        Caller::Nobody,
        "",
    )
    .await;
    assert!(unconfirmed(nobody).contains("--identified"));
    let manu = strict.sign_in("manu").await;
    strict.perform(&manu, Operation::Disable, &["lena"]).await;
    let done = help(
        &strict,
        &hana,
        Operation::Unlock,
        "lars",
        Caller::Identified,
        "",
    )
    .await;
    let Ok(Outcome::Done(job)) = done else {
        panic!("{done:?}");
    };
    let undo = strict.service.perform(&hana, UndoJob { job: job.id }).await;
    let undone = strict.run(&hana, &undo.unwrap()).await;
    let redo = UndoJob { job: undone.id };
    let redo = strict.service.perform(&hana, redo).await.unwrap();
    assert_eq!(strict.run(&hana, &redo).await.done, 1);

    let lax = Town::with(engine, |policy| {
        policy.desk.identification = Identification::Off;
    })
    .await;
    let hana = lax.sign_in("hana").await;
    let done = help(
        &lax,
        &hana,
        Operation::Unlock,
        "lars",
        Caller::Unidentified,
        "",
    )
    .await;
    assert!(matches!(done, Ok(Outcome::Done(_))), "{done:?}");
    let rows = lax.audit("user_unlocked").await;
    assert!(rows[0].contains("\"identified\":false"), "{rows:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_ticket_is_wanted_for_callers_where_the_policy_says_so(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.desk.ticket = TicketUse::Required).await;
    let hana = town.sign_in("hana").await;
    let unlock = Operation::Unlock;
    for blank in ["", "  "] {
        let refused = help(&town, &hana, unlock, "lars", Caller::Identified, blank).await;
        assert!(unconfirmed(refused).contains("ticket"));
    }
    assert_eq!(town.int(Sql::new("select count(*) from jobs")).await, 0);
    let make = MakePlan {
        caller: Caller::Identified,
        ..MakePlan::new(unlock, Targets::Users(vec![town.id("lars").await]))
    };
    let plan = town.service.perform(&hana, make).await.unwrap();
    assert!(plan.ticket_needed);
    let done = help(&town, &hana, unlock, "lars", Caller::Identified, "INC-7").await;
    assert!(matches!(done, Ok(Outcome::Done(_))), "{done:?}");
    let elsewhere = help(&town, &hana, unlock, "lena", Caller::Nobody, "").await;
    assert!(matches!(elsewhere, Ok(Outcome::Done(_))), "{elsewhere:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_queue_has_who_is_locked_within_reach_the_latest_first(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let off = a_user().named("off").disabled();
    off.locked(NOON, Time::NEVER).insert(&town).await;
    let past = a_user().named("past");
    past.locked(NOON.plus_seconds(-900), NOON)
        .insert(&town)
        .await;
    let away = a_user().named("away").of("Globex");
    away.locked(NOON, Time::NEVER).insert(&town).await;
    guess(&town, "mem", 10).await;
    let queue = async |session: &Session, after: Option<Place>, limit: u32| {
        let ask = CallerQueue { after, limit };
        let queue = town.service.ask(session, ask).await.unwrap();
        let names: Vec<String> = queue.rows.iter().map(|row| row.username.clone()).collect();
        (queue.locked.number, names, queue.rows)
    };
    let hana = town.sign_in("hana").await;
    let (locked, names, rows) = queue(&hana, None, 10).await;
    assert_eq!(
        (locked, names),
        (3, ["mem", "lena", "lars"].map(str::to_owned).to_vec())
    );
    let (locked, names, _) = queue(&hana, Some(rows[0].place()), 1).await;
    assert_eq!((locked, names), (3, vec!["lena".to_owned()]));
    let (_, names, _) = queue(&hana, Some(rows[2].place()), 5).await;
    assert!(names.is_empty());
    let gail = town.sign_in("gail").await;
    assert_eq!(queue(&gail, None, 10).await.1, ["away"]);
    let aude = town.sign_in("aude").await;
    assert_eq!(
        denied(town.service.ask(&aude, CallerQueue::default()).await),
        "user:unlock"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn who_locks_again_within_ten_minutes_is_told(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let hana = town.sign_in("hana").await;
    let told = async |session: &Session| -> Vec<String> {
        let told = town.service.ask(session, LockedAgain).await.unwrap();
        told.iter().map(ToString::to_string).collect()
    };
    for name in ["lars", "lena"] {
        let done = help(
            &town,
            &hana,
            Operation::Unlock,
            name,
            Caller::Identified,
            "",
        )
        .await;
        assert!(matches!(done, Ok(Outcome::Done(_))), "{done:?}");
    }
    assert!(told(&hana).await.is_empty());
    town.clock.advance(170);
    guess(&town, "lars", 10).await;
    let again = "lars locked again after 3 min: 10 wrong passwords in 9 s from 203.0.113.7";
    assert_eq!(told(&hana).await, [again]);
    let manu = town.sign_in("manu").await;
    assert!(told(&manu).await.is_empty(), "it was hana's caller");
    town.clock.advance(500);
    guess(&town, "lena", 10).await;
    assert_eq!(told(&hana).await, [again], "lena locked later than soon");
    town.perform(&manu, Operation::Unlock, &["lars"]).await;
    assert!(
        told(&hana).await.is_empty(),
        "somebody unlocked it meanwhile"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_card_says_why_and_from_where_and_what_can_be_done(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    town.sign_in("mem").await;
    guess(&town, "mem", 10).await;
    let hana = town.sign_in("hana").await;
    let shown = card(&town, &hana, "mem", true).await;
    assert_eq!(shown.user.phone, "•••");
    assert_eq!(shown.user.employee_number, "•••");
    assert_eq!(shown.reasons.len(), 1);
    let wrong = shown.wrong.unwrap();
    assert_eq!(
        wrong.to_string(),
        "10 wrong passwords in 9 s from 203.0.113.7"
    );
    assert!(shown.usual_addresses, "they signed in from there before");
    assert_eq!(shown.open_sessions, 1);
    let offers: Vec<(Operation, bool, i64)> = shown
        .offers
        .iter()
        .map(|offer| (offer.operation, offer.allowed, offer.applies))
        .collect();
    assert_eq!(
        offers,
        [(Operation::Unlock, true, 1), (Operation::SignOut, true, 1)]
    );
    assert!(town.audit("sensitive_read").await.is_empty());
    for _ in 0..3 {
        let stranger = SignIn {
            origin: wardroom::service::Origin {
                client_address: "198.51.100.9".to_owned(),
                ..wardroom::service::Origin::of("shop")
            },
            ..attempt("edie", WRONG)
        };
        let result = town.service.authenticate(stranger).await;
        assert!(matches!(result, Err(Error::SignInRefused)));
    }
    let shown = card(&town, &hana, "edie", false).await;
    assert!(!shown.usual_addresses);
    assert!(shown.reasons.is_empty());
    let ada = town.sign_in("ada").await;
    assert_eq!(
        card(&town, &ada, "mem", true).await.user.employee_number,
        "E-4711"
    );
    assert_eq!(town.audit("sensitive_read").await.len(), 1);
    assert_eq!(
        town.try_sign_in("edie", PASSWORD).await.unwrap().username,
        "edie"
    );
}
