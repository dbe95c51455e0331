//! What a filter of the audit finds, and who is told what.

use crate::support::engine::Engine;
use crate::support::town::{NOON, Town, a_role, a_user};
use rstest::rstest;
use std::path::Path;
use wardroom::domain::audit::ACTIONS;
use wardroom::domain::permission::Level;
use wardroom::service::audit::{ListAudit, ShowAudit};
use wardroom::service::groups::{CreateGroup, DeleteGroup, GroupDraft};
use wardroom::service::jobs::Operation;
use wardroom::service::units::{CreateUnit, UnitDraft};
use wardroom::service::{Consent, Error, Result, Session};

async fn found(town: &Town, session: &Session, filter: &str) -> Result<Vec<String>> {
    let list = ListAudit {
        filter: filter.to_owned(),
        limit: 50,
        ..ListAudit::default()
    };
    let list = town.service.ask(session, list).await?;
    let words = |entry: &wardroom::service::audit::AuditEntry| {
        format!("{} {} {}", entry.operator, entry.action, entry.target)
    };
    Ok(list.entries.iter().map(words).collect())
}

async fn said(town: &Town, session: &Session, filter: &str) -> String {
    match found(town, session, filter).await {
        Err(Error::Filter(error)) => error.to_string(),
        other => panic!("{filter} was no wrong filter: {other:?}"),
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_condition_finds_its_entries(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_user()
        .named("jörg")
        .with_role("Member")
        .insert(&town)
        .await;
    let (ada, hana, aude) = (
        town.sign_in("ada").await,
        town.sign_in("hana").await,
        town.sign_in("aude").await,
    );
    let job = town
        .perform(&ada, Operation::Disable, &["mem", "jörg"])
        .await;
    town.try_plan(&hana, Operation::Disable, &["mem"])
        .await
        .unwrap_err();
    let draft = UnitDraft {
        name: "North".to_owned(),
        parent: Some("Sales".to_owned()),
        ..UnitDraft::default()
    };
    town.service
        .perform(&ada, CreateUnit { draft })
        .await
        .unwrap();
    town.clock.advance(3 * 86_400);
    let (ada, aude) = (town.sign_in("ada").await, {
        drop(aude);
        town.sign_in("aude").await
    });
    town.perform(&ada, Operation::Enable, &["mem"]).await;
    let number = job.id.0;
    for (filter, entries) in [
        (
            "operator:hana",
            vec!["hana authz_fail mem", "hana authn_login_success hana"],
        ),
        (
            "target:MEM outcome:done",
            vec!["ada user_enabled mem", "ada user_disabled mem"],
        ),
        (
            "target:mem",
            vec![
                "ada user_enabled mem",
                "hana authz_fail mem",
                "ada user_disabled mem",
            ],
        ),
        ("outcome:denied", vec!["hana authz_fail mem"]),
        ("outcome:denied,failed operator:ada", vec![]),
        (
            "action:user_disabled",
            vec!["ada user_disabled mem", "ada user_disabled jörg"],
        ),
        (
            "action:user_* target:user/mem",
            vec!["ada user_enabled mem", "ada user_disabled mem"],
        ),
        (
            "target:unit/Acme/North",
            vec!["ada unit_created Acme/North"],
        ),
        ("target:unit/north", vec!["ada unit_created Acme/North"]),
        ("JORG", vec!["ada user_disabled jörg"]),
        ("joerg", vec!["ada user_disabled jörg"]),
        ("jörg ada", vec!["ada user_disabled jörg"]),
        ("a%", vec![]),
        ("north", vec!["ada unit_created Acme/North"]),
        ("action:user_* since:today", vec!["ada user_enabled mem"]),
        (
            "action:user_* until:-1d",
            vec!["ada user_disabled mem", "ada user_disabled jörg"],
        ),
        ("until:2020-01-01", vec![]),
        ("since:+2d", vec![]),
    ] {
        assert_eq!(
            found(&town, &aude, filter).await.unwrap(),
            entries,
            "{filter}"
        );
    }
    let of_job = found(&town, &aude, &format!("job:{number}")).await.unwrap();
    assert_eq!(of_job.len(), 5, "{of_job:?}");
    let same = found(&town, &aude, &format!("job:{number} action:user_*")).await;
    assert_eq!(same.unwrap().len(), 2);
    assert_eq!(
        found(&town, &aude, &format!("target:job/{number}"))
            .await
            .unwrap()
            .len(),
        3
    );
    // A walk along several indexes goes on where the last page ended.
    let page = |before| ListAudit {
        filter: "action:user_disabled,user_enabled".to_owned(),
        before,
        limit: 2,
        ..ListAudit::default()
    };
    let first = town.service.ask(&aude, page(None)).await.unwrap().entries;
    let rest = page(Some(first[1].sequence));
    let rest = town.service.ask(&aude, rest).await.unwrap().entries;
    assert_eq!((first.len(), rest.len()), (2, 1));
    let after = ListAudit {
        after: Some(rest[0].sequence),
        ..page(None)
    };
    let mut again = town.service.ask(&aude, after).await.unwrap().entries;
    again.reverse();
    let sequences = |entries: &[wardroom::service::audit::AuditEntry]| {
        entries
            .iter()
            .map(|entry| entry.sequence)
            .collect::<Vec<_>>()
    };
    assert_eq!(sequences(&again), sequences(&first));
    assert!(NOON < first[0].at);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_gone_is_found_by_the_name_in_the_row(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, aude) = (town.sign_in("ada").await, town.sign_in("aude").await);
    let hana = town.sign_in("hana").await;
    town.perform(&hana, Operation::Unlock, &["lars"]).await;
    town.perform(&ada, Operation::Delete, &["hana", "lars"])
        .await;
    assert_eq!(
        found(&town, &aude, "operator:hana action:user_unlocked")
            .await
            .unwrap(),
        ["hana user_unlocked lars"],
        "in the bin"
    );
    town.perform(&ada, Operation::Purge, &["hana", "lars"])
        .await;
    assert_eq!(
        found(&town, &aude, "operator:hana action:user_unlocked")
            .await
            .unwrap(),
        ["hana user_unlocked lars"],
        "purged"
    );
    assert_eq!(
        found(&town, &aude, "target:lars").await.unwrap(),
        [
            "ada user_deleted lars",
            "ada user_archived lars",
            "hana user_unlocked lars"
        ]
    );
    let draft = GroupDraft {
        name: "Payroll Staff".to_owned(),
        ..GroupDraft::default()
    };
    town.service
        .perform(&ada, CreateGroup { draft })
        .await
        .unwrap();
    let delete = DeleteGroup {
        group: "Payroll Staff".into(),
        consent: Consent::count(1),
    };
    town.service.perform(&ada, delete).await.unwrap();
    assert_eq!(
        found(&town, &aude, "target:\"group/Acme/Payroll Staff\"")
            .await
            .unwrap(),
        [
            "ada group_deleted Acme/Payroll Staff",
            "ada group_created Acme/Payroll Staff"
        ]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_wrong_filter_says_where_and_what_was_meant(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let aude = town.sign_in("aude").await;
    for (filter, error) in [
        (
            "operator:adda",
            "column 10: no operator named \"adda\"; did you mean \"ada\"?",
        ),
        (
            "x target:memm",
            "column 10: no user named \"memm\"; did you mean \"mem\"?",
        ),
        (
            "target:group/Autors",
            "column 14: no group named \"Autors\"; did you mean \"Authors\"?",
        ),
        (
            "target:unit/Sale",
            "column 13: no unit named \"Sale\"; did you mean \"Sales\"?",
        ),
        (
            "acton:x",
            "column 1: the audit has no filter field named \"acton\"",
        ),
    ] {
        let said = said(&town, &aude, filter).await;
        assert!(said.contains(error), "{filter}: {said}");
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_finds_more_than_their_right_reaches(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Local auditor")
        .allows("view", "audit", Level::Organization)
        .insert(&town)
        .await;
    a_role()
        .named("Own auditor")
        .allows("view", "audit", Level::Own)
        .insert(&town)
        .await;
    a_user()
        .named("loc")
        .of("Globex")
        .with_role("Local auditor")
        .insert(&town)
        .await;
    a_user()
        .named("own")
        .with_role("Own auditor")
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    let (loc, own) = (town.sign_in("loc").await, town.sign_in("own").await);
    assert_eq!(
        found(&town, &loc, "").await.unwrap(),
        ["loc authn_login_success loc"]
    );
    assert_eq!(
        found(&town, &own, "").await.unwrap(),
        ["own authn_login_success own"]
    );
    // What they may not see is not there, whatever they name it.
    for session in [&loc, &own] {
        let said = said(&town, session, "operator:ada").await;
        assert_eq!(said, "column 10: no operator named \"ada\"");
        assert_eq!(found(&town, session, "ada").await.unwrap(), [""; 0]);
        assert_eq!(
            found(&town, session, "action:user_disabled").await.unwrap(),
            [""; 0]
        );
        let missing = town.service.ask(session, ShowAudit { sequence: 1 }).await;
        assert!(matches!(missing, Err(Error::Missing { .. })), "{missing:?}");
    }
}

/// A new action is found by its name, and by the star of its kind, only if the filter knows it.
#[test]
fn every_action_that_is_written_down_is_known_to_the_filter() {
    let mut written = Vec::new();
    for folder in ["src/service", "src/domain"] {
        names_in(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
            &mut written,
        );
    }
    assert!(written.len() > 30, "the scan found only {}", written.len());
    written.retain(|name| !ACTIONS.contains(&name.as_str()));
    assert!(
        written.is_empty(),
        "add to domain::audit::ACTIONS: {written:?}"
    );
    assert!(ACTIONS.is_sorted());
}

fn names_in(folder: &Path, written: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            names_in(&path, written);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, _) in text.match_indices("Event::new(\"") {
            let name = text[at + "Event::new(\"".len()..]
                .split('"')
                .next()
                .unwrap();
            if name.contains('_') {
                written.push(name.to_owned());
            }
        }
        for line in text.lines().map(str::trim) {
            let operation = line
                .strip_prefix("Self::")
                .and_then(|line| line.split_once("=> \"user_"));
            if let Some((_, name)) = operation {
                written.push(format!("user_{}", name.trim_end_matches("\",")));
            }
        }
    }
}
