//! The audit: what leaves a row, what the chain finds, who reads it.

use crate::support::engine::Engine;
use crate::support::saving::edited;
use crate::support::town::{NOON, Town, UserBuilder, WRONG, a_role, a_user, policy};
use rstest::rstest;
use wardroom::domain::permission::{Level, Permission, Resource, Verb};
use wardroom::domain::user::Profile;
use wardroom::service::audit::{ListAudit, Verification, VerifyAudit};
use wardroom::service::groups::DeleteGroup;
use wardroom::service::jobs::{MakePlan, Operation, Targets};
use wardroom::service::units::{UnitChanges, UpdateUnit};
use wardroom::service::users::{
    CreateUser, ShowUser, Timeline, UpdateUser, UserChanges, UserDraft, UserRef,
};
use wardroom::service::{
    Action, Consent, Error, Event, Origin, RecordRef, Result, Session, SignIn, Work,
};
use wardroom::store::sql::Sql;

async fn verified(town: &Town, session: &Session, known_head: Option<String>) -> Verification {
    let verify = VerifyAudit { known_head };
    town.service.ask(session, verify).await.unwrap()
}

fn newcomer(name: &str) -> CreateUser {
    let draft = UserDraft {
        profile: Profile {
            username: name.to_owned(),
            first_name: name.to_owned(),
            last_name: "New".to_owned(),
            email: format!("{name}@acme.test"),
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
#[case::edited("update audit set reason = 'because' where sequence = 3", "row 3 ")]
#[case::edited_name("update audit set operator_name = 'eve' where sequence = 3", "row 3 ")]
#[case::edited_number("update audit set target_id = 99 where sequence = 3", "row 3 ")]
#[case::emptied("update audit set target_id = null where sequence = 3", "row 3 ")]
#[case::moved_text(
    "update audit set target_kind = '', target_name = target_kind || target_name where sequence = 3",
    "row 3 "
)]
#[case::edited_hash(
    "update audit set hash = (select hash from audit_head) where sequence = 3",
    "row 3 "
)]
#[case::deleted("delete from audit where sequence = 3", "rows 3 to 3 are missing")]
#[case::deleted_first("delete from audit where sequence = 1", "rows 1 to 1 are missing")]
#[case::cut_off("delete from audit where sequence > 4", "end was cut off")]
#[case::emptied_all("delete from audit", "end was cut off")]
#[case::swapped(
    "update audit set sequence = case sequence when 103 then 4 else 3 end where sequence in (103, 104)",
    "row 3 "
)]
#[case::renumbered(
    "update audit set sequence = sequence + 100 where sequence > 4",
    "rows 5 to 104 are missing"
)]
#[case::inserted_before(
    "insert into audit (sequence, at, operator_name, origin, action, outcome, hash)
     select -7, 1, 'eve', '', 'user_created', 'done', hash from audit_head",
    "row -7 "
)]
#[case::inserted_behind(
    "insert into audit (sequence, at, operator_name, origin, action, outcome, hash)
     select sequence + 1, 1, 'eve', '', 'user_created', 'done', hash from audit_head",
    "eve"
)]
#[case::head_moved("update audit_head set sequence = sequence - 1", "end was cut off")]
#[tokio::test]
async fn the_chain_finds(
    #[case] tamper: &'static str,
    #[case] finding: &str,
    #[values(Engine::Sqlite, Engine::Postgres)] engine: Engine,
) {
    let town = Town::new(engine).await;
    let (ada, aude) = (town.sign_in("ada").await, town.sign_in("aude").await);
    town.perform(&ada, Operation::Disable, &["mem", "edie"])
        .await;
    assert_eq!(verified(&town, &aude, None).await.findings, [""; 0]);
    if tamper.contains("103") {
        town.execute(Sql::new(
            "update audit set sequence = sequence + 100 where sequence in (3, 4)",
        ))
        .await;
    }
    assert!(town.execute(Sql::new(tamper)).await > 0);
    let findings = verified(&town, &aude, None).await.findings;
    let said = findings.join("\n");
    let finding = finding.replace("eve", "doesn't follow");
    assert!(said.contains(&finding), "{said}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_known_head_finds_an_end_that_was_cut_off_well(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, aude) = (town.sign_in("ada").await, town.sign_in("aude").await);
    let early = verified(&town, &aude, None).await.head;
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    let late = verified(&town, &aude, None).await;
    assert_eq!((late.rows, late.sequence), (7, 7));
    for head in [
        &early,
        &late.head,
        &late.head.to_uppercase(),
        &format!(" {} ", late.head),
    ] {
        assert_eq!(
            verified(&town, &aude, Some(head.clone())).await.findings,
            [""; 0]
        );
    }
    let cut = "delete from audit where sequence > 5";
    let head =
        "update audit_head set sequence = 5, hash = (select hash from audit where sequence = 5)";
    town.execute(Sql::new(cut)).await;
    town.execute(Sql::new(head)).await;
    assert_eq!(verified(&town, &aude, None).await.findings, [""; 0]);
    let findings = verified(&town, &aude, Some(late.head)).await.findings;
    assert!(
        findings.join("").contains("known head is not in the chain"),
        "{findings:?}"
    );
    assert_eq!(verified(&town, &aude, Some(early)).await.findings, [""; 0]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn what_was_denied_or_failed_leaves_a_row(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (hana, ada) = (town.sign_in("hana").await, town.sign_in("ada").await);
    town.try_plan(&hana, Operation::Disable, &["mem"])
        .await
        .unwrap_err();
    let denied = town.audit("authz_fail").await.pop().unwrap();
    assert_eq!(
        denied,
        "denied mem {\"wanted\":\"user_disabled (user:disable)\"}"
    );
    town.try_plan(&ada, Operation::Disable, &["nobody"])
        .await
        .unwrap_err();
    let failed = town.audit("user_disabled").await.pop().unwrap();
    assert!(failed.starts_with("failed nobody {\"why\":"), "{failed}");
    town.service
        .perform(&ada, newcomer("mem"))
        .await
        .unwrap_err();
    let failed = town.audit("user_created").await.pop().unwrap();
    assert!(
        failed.starts_with("failed mem {\"why\":\"username: "),
        "{failed}"
    );
    let by = Sql::new("select operator_name from audit where outcome = 'denied'");
    assert_eq!(town.texts(by).await, ["hana"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_refusal_names_the_record_that_was_meant_if_it_can_be_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let role = a_role()
        .named("Watcher")
        .allows("view unlock", "user", Level::Unit);
    role.insert(&town).await;
    a_user()
        .named("wim")
        .with_role("Watcher")
        .insert(&town)
        .await;
    let far = a_user().named("fay").of("Globex").insert(&town).await;
    let (hana, wim) = (town.sign_in("hana").await, town.sign_in("wim").await);
    let mem = town.id("mem").await;
    let refuse = async |session: &Session, operation, targets| {
        let plan = MakePlan::new(operation, targets);
        town.service.perform(session, plan).await.unwrap_err();
        let sql = "select target_name || ' ' || coalesce(cast(target_id as text), '-')
                   from audit order by sequence desc limit 1";
        town.texts(Sql::new(sql)).await.pop().unwrap()
    };
    let named = |name: &str| Targets::Names(vec![name.to_owned()]);
    let seen = format!("mem {}", mem.0);
    let disable = Operation::Disable;
    assert_eq!(
        refuse(&hana, disable, Targets::Users(vec![mem])).await,
        seen
    );
    assert_eq!(refuse(&hana, disable, named("MEM")).await, seen);
    // Of whom they can't see it says no more than they did.
    let unseen = format!("number {0} {0}", far.0);
    assert_eq!(
        refuse(&wim, disable, Targets::Users(vec![far])).await,
        unseen
    );
    assert_eq!(refuse(&wim, disable, named("fay")).await, "fay -");
    // A name is found however long it is, and cut where it is nobody's.
    let long = format!("{}z", "x".repeat(80));
    let id = a_user().named(&long).insert(&town).await;
    let seen = format!("{long} {}", id.0);
    assert_eq!(refuse(&hana, disable, named(&long)).await, seen);
    let cut = format!("{}… -", "y".repeat(59));
    assert_eq!(refuse(&hana, disable, named(&"y".repeat(80))).await, cut);
    let authors = Sql::new("select id from groups where name = 'Authors'");
    let delete = DeleteGroup {
        group: RecordRef::Id(town.int(authors).await),
        consent: Consent::count(1),
    };
    let ada = town.sign_in("ada").await;
    town.service.perform(&ada, delete).await.unwrap_err();
    let refused = town.audit("group_deleted").await.pop().unwrap();
    assert!(refused.starts_with("failed Authors {"), "{refused}");
    town.verify().await;
}

/// An action that changes nothing and writes nothing down.
#[derive(Clone)]
struct Silent;

impl Action for Silent {
    type Output = ();

    fn needs(&self) -> Permission {
        Permission(Resource::User, Verb::View)
    }

    fn event(&self) -> Event {
        Event::new("silent")
    }

    async fn run(self, _work: &mut Work) -> Result<()> {
        Ok(())
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_committed_without_a_row(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let error = town.service.perform(&ada, Silent).await.unwrap_err();
    assert!(error.to_string().contains("no audit row"), "{error}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_at_once_make_one_chain(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let other = town.second_service(policy()).await;
    let ada = town.sign_in("ada").await;
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..40 {
        let service = if number % 2 == 0 {
            &town.service
        } else {
            &other
        };
        let (service, session) = (service.clone(), ada.clone());
        // Every name is asked for twice: one is made, the other one fails.
        let create = newcomer(&format!("new{}", number / 2));
        tasks.spawn(async move { service.perform(&session, create).await });
    }
    let mut made = 0;
    while let Some(done) = tasks.join_next().await {
        match done.unwrap() {
            Ok(_) => made += 1,
            Err(Error::Unfit(_)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(made, 20);
    let rows = town.audit("user_created").await;
    let done = rows.iter().filter(|row| row.starts_with("done")).count();
    assert_eq!((done, rows.len()), (20, 40));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn is_listed_by_whoever_may_and_as_they_ask(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, aude) = (town.sign_in("ada").await, town.sign_in("aude").await);
    let job = town
        .perform(&ada, Operation::Disable, &["mem", "lars"])
        .await;
    town.clock.advance(60);
    town.perform(&ada, Operation::Enable, &["mem"]).await;
    let list = async |list: ListAudit| {
        let list = ListAudit {
            limit: list.limit.max(50),
            ..list
        };
        let entries = town.service.ask(&aude, list).await.unwrap().entries;
        entries
            .into_iter()
            .map(|entry| format!("{} {}", entry.action, entry.target))
            .collect::<Vec<_>>()
    };
    let of_mem = ListAudit {
        target: Some("MEM".to_owned()),
        ..ListAudit::default()
    };
    assert_eq!(
        list(of_mem).await,
        ["user_enabled mem", "user_disabled mem"]
    );
    let of_job = ListAudit {
        job: Some(job.id),
        ..ListAudit::default()
    };
    assert_eq!(list(of_job).await.len(), 5);
    let action = ListAudit {
        action: Some("user_disabled".to_owned()),
        ..ListAudit::default()
    };
    assert_eq!(
        list(action).await,
        ["user_disabled mem", "user_disabled lars"]
    );
    let since = ListAudit {
        since: Some(NOON.plus_seconds(60)),
        ..ListAudit::default()
    };
    assert_eq!(list(since).await.len(), 4);
    let by = ListAudit {
        operator: Some("aude".to_owned()),
        ..ListAudit::default()
    };
    assert_eq!(list(by).await, ["authn_login_success aude"]);
    let all = list(ListAudit::default()).await;
    let after = ListAudit {
        after: Some(3),
        ..ListAudit::default()
    };
    let mut behind = list(after).await;
    behind.reverse();
    assert_eq!(behind, all[..all.len() - 3]);
    let before = ListAudit {
        before: Some(4),
        ..ListAudit::default()
    };
    assert_eq!(list(before).await, all[all.len() - 3..]);
    let unknown = ListAudit {
        target: Some("memm".to_owned()),
        limit: 5,
        ..ListAudit::default()
    };
    let error = town.service.ask(&aude, unknown).await.unwrap_err();
    assert!(matches!(error, Error::Missing { .. }), "{error:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn shows_sensitive_values_to_those_who_may_see_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, aude, manu) = (
        town.sign_in("ada").await,
        town.sign_in("aude").await,
        town.sign_in("manu").await,
    );
    let update = UpdateUser {
        user: UserRef::Name("mem".to_owned()),
        version: None,
        changes: UserChanges {
            profile: vec![
                ("phone", "+49 40 99".to_owned()),
                ("title", "Lead".to_owned()),
            ],
            other_emails: Some(vec!["secret@home.test".to_owned()]),
            ..UserChanges::default()
        },
        consent: Consent::default(),
    };
    edited(&town.service, &manu, update).await.unwrap();
    // A unit's phone is nobody's own, beside whomever it is listed.
    let changes = UnitChanges {
        phone: Some("+49 40 11".to_owned()),
        ..UnitChanges::default()
    };
    let update = UpdateUnit {
        unit: "Works".into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    town.service.perform(&ada, update).await.unwrap();
    let all = ListAudit {
        limit: 5,
        ..ListAudit::default()
    };
    let all = town.service.ask(&aude, all).await.unwrap().entries;
    let all: Vec<String> = all.iter().map(|entry| entry.changes.to_string()).collect();
    assert!(
        all.iter().any(|changes| changes.contains("+49 40 11")),
        "{all:?}"
    );
    assert!(
        !all.iter().any(|changes| changes.contains("+49 40 99")),
        "{all:?}"
    );
    let list = || ListAudit {
        action: Some("user_updated".to_owned()),
        limit: 5,
        ..ListAudit::default()
    };
    let seen = town.service.ask(&ada, list()).await.unwrap().entries[0]
        .changes
        .to_string();
    assert!(
        seen.contains("+49 40 99") && seen.contains("secret@home.test"),
        "{seen}"
    );
    assert_eq!(town.audit("sensitive_read").await, ["done  "]);
    // A right that reaches nobody else shows nobody else's.
    a_role()
        .named("Peeker")
        .allows("view", "user", Level::Organization)
        .allows("view-sensitive", "user", Level::Own)
        .allows("view", "audit", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("pete")
        .with_role("Peeker")
        .insert(&town)
        .await;
    let pete = town.sign_in("pete").await;
    let own_only = town.service.ask(&pete, list()).await.unwrap().entries[0]
        .changes
        .to_string();
    assert!(!own_only.contains("+49"), "{own_only}");
    let hidden = town.service.ask(&aude, list()).await.unwrap().entries[0]
        .changes
        .to_string();
    assert!(
        !hidden.contains("+49") && !hidden.contains("home.test"),
        "{hidden}"
    );
    assert!(
        hidden.contains("•••") && hidden.contains("Lead"),
        "{hidden}"
    );
    let mem = town.id("mem").await;
    let timeline = || Timeline {
        user: mem,
        before: None,
        limit: 5,
    };
    let seen = town.service.ask(&ada, timeline()).await.unwrap()[0]
        .text
        .clone();
    let hidden = town.service.ask(&manu, timeline()).await.unwrap()[0]
        .text
        .clone();
    assert!(
        seen.contains("+49 40 99") && !hidden.contains("+49 40 99"),
        "{hidden}"
    );
    let own_only = town.service.ask(&pete, timeline()).await.unwrap();
    assert!(!own_only[0].text.contains("+49 40 99"), "{own_only:?}");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_look_at_sensitive_fields_leaves_a_row(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    let show = |name: &str, sensitive| ShowUser {
        user: UserRef::Name(name.to_owned()),
        sensitive,
    };
    let plain = town.service.ask(&ada, show("mem", false)).await.unwrap();
    assert_eq!(
        (plain.phone.as_str(), plain.birthday.as_str()),
        ("•••", "•••")
    );
    assert_eq!(
        (
            plain.employee_number.as_str(),
            plain.other_emails[0].as_str()
        ),
        ("•••", "•••")
    );
    let refused = town.service.ask(&manu, show("mem", true)).await.unwrap();
    assert_eq!(refused.phone, "•••");
    let empty = town.service.ask(&ada, show("edie", true)).await.unwrap();
    assert_eq!(empty.phone, "");
    assert_eq!(town.audit("sensitive_read").await, [""; 0]);
    let seen = town.service.ask(&ada, show("mem", true)).await.unwrap();
    assert_eq!(
        (seen.birthday.as_str(), seen.other_emails[0].as_str()),
        ("1990-05-17", "mem@home.test")
    );
    assert_eq!(town.audit("sensitive_read").await, ["done mem "]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keeps_the_names_of_the_time_and_origins_that_can_be_shown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    town.execute(Sql::new(
        "update users set username = 'new', username_key = 'new' where username = 'mem'",
    ))
    .await;
    assert_eq!(
        town.audit("user_disabled").await,
        ["done mem {\"enabled\":[true,false]}"]
    );
    let hostile = Origin {
        application: "a\0b\u{1b}[2J\u{202e}".to_owned(),
        client_address: "x".repeat(100_000),
        agent: "y\0".repeat(100_000),
    };
    let attempt = SignIn {
        origin: hostile,
        ..crate::support::town::attempt("hana", WRONG)
    };
    for _ in 0..10 {
        town.service.sign_in(attempt.clone()).await.unwrap_err();
    }
    let kept = town
        .texts(Sql::new(
            "select origin from audit where action = 'authn_login_lock'",
        ))
        .await;
    assert!(kept[0].chars().count() <= 200, "{}", kept[0].len());
    assert!(
        !kept[0].contains(['\0', '\u{1b}', '\u{202e}']),
        "{:?}",
        kept[0]
    );
    let agents = town
        .texts(Sql::new(
            "select agent from sign_in_attempts where outcome = 'wrong_password'",
        ))
        .await;
    assert!(agents.iter().all(|agent| agent.chars().count() <= 200));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn hostile_names_stay_whole_in_the_chain(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let user = UserBuilder {
        first_name: "a'b\"c\\d%{0}{json:1}$1".to_owned(),
        last_name: "田中 \u{1f600}".to_owned(),
        ..a_user().named("o'brien\\{item}$1")
    };
    user.insert(&town).await;
    let job = town
        .perform(&ada, Operation::Disable, &["o'brien\\{item}$1"])
        .await;
    assert_eq!(job.done, 1);
    let filter = Targets::Filter("\"{json:1}$1\"".to_owned());
    let plan = town
        .service
        .perform(&ada, MakePlan::new(Operation::Enable, filter))
        .await
        .unwrap();
    assert_eq!(plan.will_change, 1);
    town.verify().await;
}
