//! What units own and roles are held by: which record may get it, and how it is moved.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, rule, unconfirmed};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::groups::{CreateGroup, GroupDraft, ShowGroup};
use wardroom::service::units::{
    self, CreateUnit, DeleteUnit, DeletionOf, ListUnits, MoveOf, MoveOwned, MovedOwned, OwnedMove,
    ShowUnit, UnitDraft, UnitFate,
};
use wardroom::service::{Consent, Deletion, Result, Session, roles};

async fn a_unit(town: &Town, session: &Session, name: &str, description: &str) {
    let draft = UnitDraft {
        name: name.to_owned(),
        description: description.to_owned(),
        ..UnitDraft::default()
    };
    let create = CreateUnit { draft };
    town.service.perform(session, create).await.unwrap();
}

async fn after_unit(
    town: &Town,
    session: &Session,
    unit: &str,
    fate: UnitFate,
    search: &str,
) -> Result<Vec<String>> {
    let query = units::Successors {
        unit: unit.into(),
        fate,
        search: search.to_owned(),
        limit: 50,
    };
    let listed = town.service.ask(session, query).await?;
    Ok(listed.rows.into_iter().map(|row| row.name).collect())
}

async fn after_role(town: &Town, session: &Session, role: &str) -> Result<Vec<String>> {
    let query = roles::Successors {
        role: role.into(),
        search: String::new(),
        limit: 50,
    };
    let listed = town.service.ask(session, query).await?;
    Ok(listed.rows.into_iter().map(|row| row.name).collect())
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_search_puts_the_whole_name_first(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (name, description) in [
        ("Dublin", "Our first office"),
        ("Annex", "Behind Dublin"),
        ("Content Dublin", ""),
        ("Dublin Content", ""),
        ("Dublin Care", ""),
    ] {
        a_unit(&town, &ada, name, description).await;
    }
    let list = async |search: &str, limit| {
        let list = ListUnits {
            search: search.to_owned(),
            limit,
            cap: None,
        };
        let listed = town.service.ask(&ada, list).await.unwrap();
        let names = listed.rows.into_iter().map(|row| row.name);
        (names.collect::<Vec<_>>(), listed.more)
    };
    let (names, more) = list("dublin", 10).await;
    assert_eq!(
        names,
        [
            "Dublin",
            "Dublin Care",
            "Dublin Content",
            "Annex",
            "Content Dublin"
        ]
    );
    assert!(!more);
    assert_eq!(list("dublin", 1).await, (vec!["Dublin".to_owned()], true));
    let (names, _) = list("Dublin con", 10).await;
    assert_eq!(names, ["Dublin Content", "Content Dublin"]);
    let (names, _) = list("content DUBLIN", 10).await;
    assert_eq!(names, ["Content Dublin", "Dublin Content"]);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn units_that_may_get_it_are_others_of_the_organization(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let after = async |session, fate| after_unit(&town, session, "Sales", fate, "").await;
    let all = ["Acme", "Inside", "Works"];
    assert_eq!(after(&ada, UnitFate::Ends).await.unwrap(), all);
    assert_eq!(after(&ada, UnitFate::Stays).await.unwrap(), all);
    let found = after_unit(&town, &ada, "Sales", UnitFate::Ends, "works").await;
    assert_eq!(found.unwrap(), ["Works"]);
    // Only where the asker may give it.
    a_user().named("sue").owned_by("Sales").insert(&town).await;
    a_role()
        .named("Mover")
        .allows("view delete", "unit", Level::Organization)
        .allows("view assign", "user", Level::Division)
        .insert(&town)
        .await;
    let mo = a_user().named("mo").with_role("Mover");
    mo.assigned_to("Sales").insert(&town).await;
    let mo = town.sign_in("mo").await;
    assert_eq!(after(&mo, UnitFate::Ends).await.unwrap(), ["Inside"]);
    let gail = town.sign_in("gail").await;
    assert!(after(&gail, UnitFate::Ends).await.is_err());
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_deletion_names_who_gets_it_and_how_much(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_user().named("sue").owned_by("Works").insert(&town).await;
    a_user().named("sam").owned_by("Works").insert(&town).await;
    let of = async |session: &Session, next: Option<&str>| -> Result<Deletion> {
        let query = DeletionOf {
            unit: "Works".into(),
            move_records_to: next.map(str::to_owned),
        };
        town.service.ask(session, query).await
    };
    let deletion = of(&ada, None).await.unwrap();
    assert!(deletion.needs_successor);
    let deletion = of(&ada, Some("Acme/Sales")).await.unwrap();
    assert!(!deletion.needs_successor && deletion.blockers.is_empty());
    assert_eq!(deletion.effects, ["2 users go to Acme/Sales."]);
    for (next, why) in [
        ("Works", "\"Works\" is this unit itself"),
        ("Globex/Lab", "\"Lab\" belongs to Globex"),
    ] {
        let sentence = format!(
            "The records of \"Works\" go to another unit of Acme, and {why}; name another one."
        );
        assert_eq!(
            of(&ada, Some(next)).await.unwrap().blockers,
            std::slice::from_ref(&sentence)
        );
        let delete = DeleteUnit {
            unit: "Works".into(),
            move_records_to: Some(next.to_owned()),
            consent: Consent::count(1),
        };
        assert_eq!(rule(town.service.perform(&ada, delete).await), sentence);
    }
    // Who may delete there, but not give away whom it owns, reads so before anything is confirmed.
    a_role()
        .named("Clearer")
        .allows("*", "unit", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("cleo")
        .with_role("Clearer")
        .insert(&town)
        .await;
    let cleo = town.sign_in("cleo").await;
    let deletion = of(&cleo, Some("Sales")).await.unwrap();
    assert!(deletion.blockers[0].contains("user:assign"), "{deletion:?}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn roles_that_may_take_its_place_fit_all_who_have_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Clerk").insert(&town).await;
    a_role().named("Local").of("Acme").insert(&town).await;
    a_role().named("Abroad").of("Globex").insert(&town).await;
    a_user().named("bob").with_role("Clerk").insert(&town).await;
    let names = after_role(&town, &ada, "Clerk").await.unwrap();
    assert!(names.iter().any(|name| name == "Local"), "{names:?}");
    assert!(names.iter().any(|name| name == "Member"), "{names:?}");
    assert!(!names.iter().any(|name| name == "Abroad" || name == "Clerk"));
    // A group that is system-wide confers no role of an organization.
    a_group().named("Desk").confers("Clerk").insert(&town).await;
    let names = after_role(&town, &ada, "Clerk").await.unwrap();
    assert!(!names.iter().any(|name| name == "Local"), "{names:?}");
    // Nor is offered what the asker couldn't give.
    a_role()
        .named("Tidier")
        .allows("view delete", "role", Level::All)
        .insert(&town)
        .await;
    a_user()
        .named("tim")
        .with_role("Tidier")
        .insert(&town)
        .await;
    let tim = town.sign_in("tim").await;
    let names = after_role(&town, &tim, "Clerk").await.unwrap();
    assert!(names.iter().any(|name| name == "Tidier"), "{names:?}");
    assert!(
        !names.iter().any(|name| name == "Administrator"),
        "{names:?}"
    );
    assert_eq!(
        denied(after_role(&town, &town.sign_in("gail").await, "Clerk").await),
        "role:delete"
    );
    town.verify().await;
}

async fn move_owned(
    town: &Town,
    session: &Session,
    (from, to): (&str, &str),
    consent: Consent,
) -> Result<MovedOwned> {
    let owned = MoveOwned {
        unit: from.into(),
        to: to.to_owned(),
        consent,
    };
    town.service.perform(session, owned).await
}

async fn foretold(town: &Town, session: &Session, from: &str, to: &str) -> Result<OwnedMove> {
    let query = MoveOf {
        unit: from.into(),
        to: Some(to.to_owned()),
    };
    town.service.ask(session, query).await
}

/// The town with a unit Yard that owns two people, one of them in the bin, and a group; another works there.
async fn with_yard(engine: Engine) -> (Town, Session) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_unit(&town, &ada, "Yard", "").await;
    a_unit(&town, &ada, "Shed", "").await;
    a_user().named("yan").owned_by("Yard").insert(&town).await;
    let yet = a_user().named("yet").owned_by("Yard");
    yet.deleted(town.service.now()).insert(&town).await;
    a_user()
        .named("wes")
        .assigned_to("Yard")
        .insert(&town)
        .await;
    let draft = GroupDraft {
        name: "Yardies".to_owned(),
        unit: Some("Yard".to_owned()),
        ..GroupDraft::default()
    };
    town.service
        .perform(&ada, CreateGroup { draft })
        .await
        .unwrap();
    (town, ada)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn all_that_a_unit_owns_moves_and_comes_back(#[case] engine: Engine) {
    let (town, ada) = with_yard(engine).await;
    let told = foretold(&town, &ada, "Yard", "Shed").await.unwrap();
    assert_eq!((told.users, told.groups, told.tier), (2, 1, 2));
    assert_eq!(told.words(), "1 user, 1 deleted user and 1 group");
    assert_eq!(told.undo, "by moving what Acme/Shed owns to Acme/Yard");
    assert!(told.blockers.is_empty(), "{told:?}");
    let way = ("Yard", "Shed");
    let asked = unconfirmed(move_owned(&town, &ada, way, Consent::default()).await);
    assert!(
        asked.contains("move 1 user, 1 deleted user and 1 group to Acme/Shed"),
        "{asked}"
    );
    unconfirmed(move_owned(&town, &ada, way, Consent::count(4)).await);

    let version = town.record("yan").await.version;
    let moved = move_owned(&town, &ada, way, Consent::count(3))
        .await
        .unwrap();
    assert_eq!((moved.users, moved.groups), (2, 1));
    let yan = town.record("yan").await;
    assert_eq!(
        (yan.owner_unit_name.as_str(), yan.version),
        ("Shed", version + 1)
    );
    let group = ShowGroup {
        group: "Yardies".into(),
    };
    let group = town.service.ask(&ada, group).await.unwrap();
    assert_eq!(
        (group.owner_unit.as_deref(), group.version),
        (Some("Shed"), 2)
    );
    // Whoever works there still does.
    let unit = ShowUnit {
        unit: "Yard".into(),
    };
    let unit = town.service.ask(&ada, unit).await.unwrap();
    assert_eq!((unit.users, unit.assigned), (0, 1));
    assert_eq!(
        town.audit("unit_records_moved").await.pop().unwrap(),
        "done Acme/Yard {\"groups\":1,\"moved_to\":\"Acme/Shed\",\"named\":[\"Yardies\"],\"users\":2}"
    );
    let changes = "{\"owner_unit\":[\"Yard\",\"Shed\"]}";
    let rows = town.audit("user_updated").await;
    assert_eq!(
        rows,
        [format!("done yan {changes}"), format!("done yet {changes}")]
    );
    // There is nothing left to move, and the other way it comes back.
    let why = rule(move_owned(&town, &ada, way, Consent::count(0)).await);
    assert_eq!(
        why,
        "The unit \"Yard\" owns no users and no groups; there is nothing to move."
    );
    let back = ("Shed", "Yard");
    move_owned(&town, &ada, back, Consent::count(3))
        .await
        .unwrap();
    assert_eq!(town.record("yan").await.owner_unit_name, "Yard");
    let told = foretold(&town, &ada, "Yard", "Inside").await.unwrap();
    assert!(
        told.undo.contains("Acme/Inside owns 1 record already"),
        "{}",
        told.undo
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn only_whoever_may_give_it_at_both_units_moves_it(#[case] engine: Engine) {
    let (town, ada) = with_yard(engine).await;
    for (next, why) in [
        ("Yard", "this unit itself"),
        ("Globex/Lab", "\"Lab\" belongs to Globex"),
    ] {
        let refused = rule(move_owned(&town, &ada, ("Yard", next), Consent::count(3)).await);
        assert!(refused.contains(why), "{refused}");
        let told = foretold(&town, &ada, "Yard", next).await.unwrap();
        assert_eq!(told.blockers, [refused]);
    }
    // Held at one of the two only.
    a_role()
        .named("Foreman")
        .allows("view", "unit", Level::Organization)
        .allows("view assign", "user", Level::Division)
        .allows("view assign", "group", Level::Division)
        .insert(&town)
        .await;
    let mo = a_user().named("mo").with_role("Foreman");
    mo.assigned_to("Yard").insert(&town).await;
    let mo = town.sign_in("mo").await;
    a_user().named("wil").owned_by("Works").insert(&town).await;
    for way in [("Yard", "Shed"), ("Works", "Yard")] {
        let moved = move_owned(&town, &mo, way, Consent::count(3)).await;
        assert!(matches!(
            denied(moved).as_str(),
            "group:assign" | "user:assign"
        ));
    }
    let told = foretold(&town, &mo, "Yard", "Shed").await.unwrap();
    assert!(told.blockers[0].contains("group:assign"), "{told:?}");
    // Not held at all, or only for users.
    let manu = town.sign_in("manu").await;
    let moved = move_owned(&town, &manu, ("Yard", "Shed"), Consent::count(3)).await;
    assert_eq!(denied(moved), "group:assign");
    move_owned(&town, &manu, ("Works", "Shed"), Consent::count(1))
        .await
        .unwrap();
    let mem = town.sign_in("mem").await;
    assert!(
        move_owned(&town, &mem, ("Yard", "Shed"), Consent::count(3))
            .await
            .is_err()
    );
    // Nor do they learn how much it owns.
    assert_eq!(
        denied(foretold(&town, &manu, "Yard", "Shed").await),
        "group:assign"
    );
    assert_eq!(town.record("yan").await.owner_unit_name, "Yard");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_moves_the_stronger_or_under_the_stronger(#[case] engine: Engine) {
    let (town, ada) = with_yard(engine).await;
    a_role()
        .named("Carrier")
        .allows("view", "unit", Level::Organization)
        .allows("view assign", "user", Level::Organization)
        .allows("view assign", "group", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("cato")
        .with_role("Carrier")
        .insert(&town)
        .await;
    let cato = town.sign_in("cato").await;
    let boss = a_user().named("boss").with_role("Administrator");
    boss.owned_by("Yard").insert(&town).await;
    let way = ("Yard", "Shed");
    let why = rule(move_owned(&town, &cato, way, Consent::count(4)).await);
    assert!(why.starts_with("\"boss\" holds"), "{why}");
    assert_eq!(
        foretold(&town, &cato, "Yard", "Shed")
            .await
            .unwrap()
            .blockers,
        [why]
    );
    move_owned(&town, &ada, way, Consent::count(4))
        .await
        .unwrap();
    // At the new unit somebody works who could do to them what the mover can't.
    a_role()
        .named("Keeper")
        .allows("view disable", "user", Level::Unit)
        .insert(&town)
        .await;
    let kay = a_user().named("kay").with_role("Keeper");
    kay.assigned_to("Yard").insert(&town).await;
    a_user().named("sue").owned_by("Works").insert(&town).await;
    let number = foretold(&town, &ada, "Works", "Yard").await.unwrap();
    let count = Consent::count(number.records);
    let why = rule(move_owned(&town, &cato, ("Works", "Yard"), count).await);
    assert!(why.starts_with("\"kay\" would reach further"), "{why}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn many_records_ask_for_their_number_and_a_reason(#[case] engine: Engine) {
    let (town, ada) = with_yard(engine).await;
    town.crowd(600).await;
    let told = foretold(&town, &ada, "Sales", "Yard").await.unwrap();
    assert!(told.users >= 600);
    assert_eq!((told.tier, told.reason_needed), (4, true));
    let consent = Consent::count(told.records);
    let way = ("Sales", "Yard");
    let asked = unconfirmed(move_owned(&town, &ada, way, consent.clone()).await);
    assert!(asked.contains("wants a reason"), "{asked}");
    let consent = Consent {
        reason: "The office closed".to_owned(),
        ..consent
    };
    let moved = move_owned(&town, &ada, way, consent).await.unwrap();
    assert_eq!(moved.users, told.users);
    let rows = town.audit("user_updated").await.len();
    assert_eq!(rows, usize::try_from(told.users).unwrap());
    town.verify().await;
}
