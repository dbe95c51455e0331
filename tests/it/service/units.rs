//! Business units: how they are made, moved and deleted.

use crate::support::engine::Engine;
use crate::support::refusal::{conflict, denied, field, missing, rule, unconfirmed};
use crate::support::town::{Town, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::groups::{CreateGroup, GroupDraft, ShowGroup};
use wardroom::service::organizations::CreateOrganization;
use wardroom::service::units::{
    CreateUnit, CreatedUnit, DeleteUnit, ListUnits, ShowUnit, UnitChanges, UnitDetail, UnitDraft,
    UpdateUnit,
};
use wardroom::service::users::{ShowUser, UserRef};
use wardroom::service::{Consent, RecordRef, Result, Session};

fn draft(name: &str) -> UnitDraft {
    UnitDraft {
        name: name.to_owned(),
        ..UnitDraft::default()
    }
}

fn below(parent: &str, name: &str) -> UnitDraft {
    UnitDraft {
        parent: Some(parent.to_owned()),
        ..draft(name)
    }
}

async fn create(town: &Town, session: &Session, draft: UnitDraft) -> Result<CreatedUnit> {
    town.service.perform(session, CreateUnit { draft }).await
}

async fn update(
    town: &Town,
    session: &Session,
    unit: &str,
    changes: UnitChanges,
) -> Result<Vec<String>> {
    let update = UpdateUnit {
        unit: unit.into(),
        version: None,
        changes,
        consent: Consent::default(),
    };
    Ok(town.service.perform(session, update).await?.fields)
}

async fn relocate(town: &Town, session: &Session, unit: &str, parent: &str) -> Result<Vec<String>> {
    let changes = UnitChanges {
        parent: Some(parent.to_owned()),
        ..UnitChanges::default()
    };
    update(town, session, unit, changes).await
}

async fn delete(town: &Town, session: &Session, unit: &str, target: Option<&str>) -> Result<()> {
    let delete = DeleteUnit {
        unit: unit.into(),
        move_records_to: target.map(str::to_owned),
        consent: Consent::count(1),
    };
    town.service.perform(session, delete).await
}

async fn show(town: &Town, session: &Session, unit: &str) -> Result<UnitDetail> {
    let unit = RecordRef::from(unit);
    town.service.ask(session, ShowUnit { unit }).await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_listed_and_shown(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let unit = UnitDraft {
        phone: "+49 30 5550100".to_owned(),
        email: "Outside@Acme.test".to_owned(),
        website: "https://acme.test/outside".to_owned(),
        fax: "+49 30 5550101".to_owned(),
        description: "On the road".to_owned(),
        ..below("Sales", "Outside")
    };
    let made = create(&town, &ada, unit).await.unwrap();
    assert_eq!(
        (made.organization.as_str(), made.parent.as_deref()),
        ("Acme", Some("Sales"))
    );
    let detail = show(&town, &ada, "outside").await.unwrap();
    assert_eq!(detail.path, ["Acme", "Sales"]);
    assert_eq!(detail.website, "https://acme.test/outside");
    assert_eq!((detail.users, detail.version), (0, 1));
    assert_eq!(
        show(&town, &ada, "Sales").await.unwrap().units,
        ["Inside", "Outside"]
    );
    // Without a parent a unit stands at the top, in the organization that is named.
    let top = UnitDraft {
        organization: Some("Globex".to_owned()),
        ..draft("Field")
    };
    let made = create(&town, &ada, top).await.unwrap();
    assert_eq!((made.organization.as_str(), made.parent), ("Globex", None));

    let list = ListUnits {
        search: "side".to_owned(),
        limit: 10,
        cap: None,
    };
    let rows = town.service.ask(&ada, list.clone()).await.unwrap().rows;
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["Inside", "Outside"]);
    assert_eq!((rows[0].users.number, rows[0].units), (1, 0));
    assert_eq!(rows[0].parent.as_deref(), Some("Sales"));
    let gail = town.sign_in("gail").await;
    assert!(town.service.ask(&gail, list).await.unwrap().rows.is_empty());
    assert_eq!(missing(show(&town, &gail, "Acme/Sales").await), "unit");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn keep_the_rules_of_their_fields(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let (name, message) = field(create(&town, &ada, draft("SALES")).await);
    assert_eq!(name, "name");
    assert!(
        message.contains("taken by another unit in Acme"),
        "{message}"
    );
    create(&town, &ada, draft("Globex/Sales")).await.unwrap();
    let (name, message) = field(create(&town, &ada, below("Globex/Lab", "Bench")).await);
    assert_eq!(name, "parent");
    assert!(
        message.contains("belongs to another organization"),
        "{message}"
    );
    // A bare name that only another organization has means that one, as well as nothing of the own one.
    let (name, message) = field(create(&town, &ada, below("Lab", "Bench")).await);
    assert_eq!(name, "parent");
    assert!(
        message.starts_with("Globex/Lab belongs to another organization"),
        "{message}"
    );
    assert_eq!(
        missing(create(&town, &ada, below("Sails", "Bench")).await),
        "unit"
    );
    let wrong: [(&str, UnitDraft); 5] = [
        ("name", draft(" ")),
        (
            "phone",
            UnitDraft {
                phone: "call me".to_owned(),
                ..draft("X")
            },
        ),
        (
            "email",
            UnitDraft {
                email: "nowhere".to_owned(),
                ..draft("X")
            },
        ),
        (
            "website",
            UnitDraft {
                website: "javascript:x".to_owned(),
                ..draft("X")
            },
        ),
        (
            "description",
            UnitDraft {
                description: "x".repeat(10_000_000),
                ..draft("X")
            },
        ),
    ];
    for (wanted, unit) in wrong {
        assert_eq!(field(create(&town, &ada, unit).await).0, wanted);
    }
    let rename = UnitChanges {
        name: Some("works".to_owned()),
        ..UnitChanges::default()
    };
    assert_eq!(field(update(&town, &ada, "Inside", rename).await).0, "name");
    let at = |version: i64| UpdateUnit {
        unit: "Inside".into(),
        version: Some(version),
        changes: UnitChanges {
            fax: Some("+49 30 5550109".to_owned()),
            ..UnitChanges::default()
        },
        consent: Consent::default(),
    };
    let edited = town.service.perform(&ada, at(1)).await.unwrap();
    assert_eq!(edited.fields, ["fax"]);
    assert_eq!(conflict(town.service.perform(&ada, at(1)).await), "unit");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn move_with_all_below_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    create(&town, &ada, below("Inside", "Desk")).await.unwrap();
    create(&town, &ada, below("Desk", "Drawer")).await.unwrap();
    assert_eq!(
        relocate(&town, &ada, "Inside", "Works").await.unwrap(),
        ["parent"]
    );
    let path = show(&town, &ada, "Drawer").await.unwrap().path;
    assert_eq!(path, ["Acme", "Works", "Inside", "Desk"]);
    town.verify().await;
    assert_eq!(relocate(&town, &ada, "Desk", "").await.unwrap(), ["parent"]);
    assert_eq!(show(&town, &ada, "Drawer").await.unwrap().path, ["Desk"]);
    assert_eq!(show(&town, &ada, "Desk").await.unwrap().parent, None);
    town.verify().await;
    // Where it stands already, nothing changes.
    assert!(relocate(&town, &ada, "Desk", "").await.unwrap().is_empty());
    relocate(&town, &ada, "Acme", "Desk").await.unwrap();
    for parent in ["Acme", "Inside", "Works"] {
        let (name, message) = field(relocate(&town, &ada, "Acme", parent).await);
        assert_eq!(name, "parent");
        let wanted = if parent == "Acme" {
            "its own parent"
        } else {
            "lies below"
        };
        assert!(message.contains(wanted), "{message}");
    }
    assert_eq!(
        field(relocate(&town, &ada, "Works", "Globex/Lab").await).0,
        "parent"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_changed_only_where_a_right_reaches(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Builder")
        .allows("*", "unit", Level::Division)
        .insert(&town)
        .await;
    a_user()
        .named("bea")
        .with_role("Builder")
        .assigned_to("Sales")
        .insert(&town)
        .await;
    let bea = town.sign_in("bea").await;
    create(&town, &bea, below("Inside", "Desk")).await.unwrap();
    assert_eq!(
        missing(create(&town, &bea, below("Works", "Bench")).await),
        "unit"
    );
    // At the top of the tree nothing is below her.
    assert_eq!(missing(show(&town, &bea, "Works").await), "unit");
    assert_eq!(denied(relocate(&town, &bea, "Desk", "").await), "unit:edit");
    relocate(&town, &bea, "Desk", "Sales").await.unwrap();
    let manu = town.sign_in("manu").await;
    assert_eq!(
        denied(create(&town, &manu, draft("Yard")).await),
        "unit:create"
    );
    assert_eq!(
        denied(delete(&town, &manu, "Works", None).await),
        "unit:delete"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn that_own_records_are_deleted_only_with_a_successor(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_user()
        .named("bob")
        .assigned_to("Inside")
        .insert(&town)
        .await;
    let group = GroupDraft {
        name: "Insiders".to_owned(),
        unit: Some("Inside".to_owned()),
        ..GroupDraft::default()
    };
    town.service
        .perform(&ada, CreateGroup { draft: group })
        .await
        .unwrap();
    create(&town, &ada, below("Inside", "Desk")).await.unwrap();
    let why = rule(delete(&town, &ada, "Inside", None).await);
    assert_eq!(
        why,
        "The unit \"Inside\" still has 1 user, 1 assigned user \
         and 1 group; say where they go with --move-records-to UNIT."
    );
    for target in ["Inside", "Globex/Lab"] {
        let why = rule(delete(&town, &ada, "Inside", Some(target)).await);
        assert!(why.contains("go to another unit of Acme"), "{why}");
    }
    let asked = DeleteUnit {
        unit: "Inside".into(),
        move_records_to: Some("Works".to_owned()),
        consent: Consent::default(),
    };
    let asked = unconfirmed(town.service.perform(&ada, asked).await);
    assert!(
        asked.contains("delete the unit \"Inside\", give 1 user, 1 assigned user and 1 group to the unit \"Works\" and move the unit below it up"),
        "{asked}"
    );
    let version = town.record("mem").await.version;
    delete(&town, &ada, "Inside", Some("Works")).await.unwrap();
    let mem = town.record("mem").await;
    assert_eq!(
        (mem.owner_unit_name.as_str(), mem.version),
        ("Works", version + 1)
    );
    let bob = ShowUser {
        user: UserRef::Name("bob".to_owned()),
        sensitive: false,
    };
    assert_eq!(town.service.ask(&ada, bob).await.unwrap().units, ["Works"]);
    let group = ShowGroup {
        group: "Insiders".into(),
    };
    let group = town.service.ask(&ada, group).await.unwrap();
    assert_eq!(
        (group.owner_unit.as_deref(), group.version),
        (Some("Works"), 2)
    );
    assert_eq!(
        show(&town, &ada, "Desk").await.unwrap().path,
        ["Acme", "Sales"]
    );
    // An empty unit goes as it is.
    delete(&town, &ada, "Desk", None).await.unwrap();
    assert_eq!(missing(show(&town, &ada, "Desk").await), "unit");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn stay_one_at_least(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let initech = CreateOrganization {
        name: "Initech".to_owned(),
        description: String::new(),
    };
    town.service.perform(&ada, initech).await.unwrap();
    let why = rule(delete(&town, &ada, "Initech/Initech", None).await);
    assert!(why.contains("is the last unit of Initech"), "{why}");
    create(&town, &ada, draft("Initech/Basement"))
        .await
        .unwrap();
    delete(&town, &ada, "Initech/Initech", None).await.unwrap();
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn whoever_is_assigned_is_not_moved_by_the_less_powerful(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Builder")
        .allows("view delete", "unit", Level::Organization)
        .allows("view assign", "user", Level::Organization)
        .insert(&town)
        .await;
    a_user()
        .named("bea")
        .with_role("Builder")
        .insert(&town)
        .await;
    a_user()
        .named("boss")
        .with_role("Administrator")
        .assigned_to("Works")
        .insert(&town)
        .await;
    let bea = town.sign_in("bea").await;
    let why = rule(delete(&town, &bea, "Works", Some("Sales")).await);
    assert!(why.contains("boss"), "{why}");
    let ada = town.sign_in("ada").await;
    delete(&town, &ada, "Works", Some("Sales")).await.unwrap();
    town.verify().await;
}
