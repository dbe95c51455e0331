//! What deleting a group or a role would do, told beforehand: it is what the deletion then does or is refused with.

use crate::support::engine::Engine;
use crate::support::refusal::{denied, missing, rule};
use crate::support::town::{Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::service::{Consent, Deletion, RecordRef, Result, Session, groups, roles};

async fn of_group(town: &Town, session: &Session, group: &str) -> Result<Deletion> {
    let group = RecordRef::from(group);
    let query = groups::DeletionOf { group };
    town.service.ask(session, query).await
}

async fn of_role(
    town: &Town,
    session: &Session,
    role: &str,
    next: Option<&str>,
) -> Result<Deletion> {
    let query = roles::DeletionOf {
        role: role.into(),
        move_holders_to: next.map(RecordRef::from),
    };
    town.service.ask(session, query).await
}

/// What the deletion itself is refused with.
async fn refused(town: &Town, session: &Session, group: &str) -> String {
    let delete = groups::DeleteGroup {
        group: group.into(),
        consent: Consent::count(1),
    };
    rule(town.service.perform(session, delete).await)
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_a_group_names_who_leaves_it_and_what_they_lose(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Clerk").insert(&town).await;
    a_group().named("Desk").confers("Clerk").insert(&town).await;
    for name in ["bea", "bob", "ben", "bud"] {
        let user = a_user().named(name).with_role("Member").in_group("Desk");
        user.insert(&town).await;
    }
    let deletion = of_group(&town, &ada, "Desk").await.unwrap();
    assert_eq!(deletion.blockers, Vec::<String>::new());
    assert_eq!(
        deletion.effects,
        [
            "4 users leave it: \"bea\", \"ben\", \"bob\" and 1 more.",
            "Unless they have them otherwise, they lose the roles: \"Clerk\".",
        ]
    );
    assert!(!deletion.reason_needed && !deletion.ticket_needed);
    a_group().named("Empty").insert(&town).await;
    let deletion = of_group(&town, &ada, "Empty").await.unwrap();
    assert_eq!(deletion.effects, ["Nobody is in it."]);
    assert_eq!(missing(of_group(&town, &ada, "Nowhere").await), "group");
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_a_group_lists_everything_that_stands_against_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    // Members who would have no role left.
    let deletion = of_group(&town, &ada, "Authors").await.unwrap();
    assert_eq!(deletion.blockers, [refused(&town, &ada, "Authors").await]);
    assert!(deletion.blockers[0].starts_with("\"edie\" would be left without any role"));
    // Built in, and the asker is in it.
    let deletion = of_group(&town, &ada, "Sensitive data").await.unwrap();
    let first = refused(&town, &ada, "Sensitive data").await;
    assert_eq!(deletion.blockers.first(), Some(&first));
    assert!(first.contains("is built in"), "{first}");
    assert!(deletion.blockers[1].contains("nobody changes their own groups"));
    // Members of more power than the asker's.
    a_role()
        .named("Caretaker")
        .allows("view delete", "group", Level::All)
        .allows("view", "user", Level::All)
        .insert(&town)
        .await;
    a_group().named("Bosses").insert(&town).await;
    let boss = a_user().named("boss").with_role("Administrator");
    boss.in_group("Bosses").insert(&town).await;
    a_user()
        .named("carl")
        .with_role("Caretaker")
        .insert(&town)
        .await;
    let carl = town.sign_in("carl").await;
    let deletion = of_group(&town, &carl, "Bosses").await.unwrap();
    assert_eq!(deletion.blockers, [refused(&town, &carl, "Bosses").await]);
    assert!(deletion.blockers[0].starts_with("\"boss\" holds"));
    // An asker who may not delete at all.
    a_user()
        .named("hal")
        .with_role("Helpdesk")
        .insert(&town)
        .await;
    let hal = town.sign_in("hal").await;
    let needed = denied(of_group(&town, &hal, "Bosses").await);
    assert_eq!(needed, "group:delete");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_a_role_asks_for_a_successor_and_looks_at_it(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Clerk").insert(&town).await;
    let deletion = of_role(&town, &ada, "Clerk", None).await.unwrap();
    assert!(!deletion.needs_successor && deletion.blockers.is_empty());
    assert_eq!(
        deletion.effects,
        ["Nobody has it, and no group confers it."]
    );

    a_group().named("Desk").confers("Clerk").insert(&town).await;
    a_user().named("bob").with_role("Clerk").insert(&town).await;
    let gil = a_user().named("gil").of("Globex").with_role("Clerk");
    gil.insert(&town).await;
    let deletion = of_role(&town, &ada, "Clerk", None).await.unwrap();
    assert!(deletion.needs_successor && deletion.blockers.is_empty());
    assert_eq!(
        deletion.effects,
        [
            "2 users have it: \"bob\" and \"gil\".",
            "1 group confers it: \"Desk\".",
        ]
    );
    let deletion = of_role(&town, &ada, "Clerk", Some("Member")).await.unwrap();
    assert!(!deletion.needs_successor && deletion.blockers.is_empty());
    assert_eq!(
        deletion.effects[0],
        "2 users have it and get Member in its place: \"bob\" and \"gil\"."
    );
    let local = roles::CreateRole {
        draft: roles::RoleDraft {
            name: "Local".to_owned(),
            ..roles::RoleDraft::default()
        },
    };
    town.service.perform(&ada, local).await.unwrap();
    let deletion = of_role(&town, &ada, "Clerk", Some("Local")).await.unwrap();
    assert!(deletion.blockers[0].contains("and \"gil\" may not"));
    let deletion = of_role(&town, &ada, "Clerk", Some("Clerk")).await.unwrap();
    assert!(deletion.blockers[0].contains("name another one"));
    let next = Some("Administrator");
    let deletion = of_role(&town, &ada, "Clerk", next).await.unwrap();
    assert!(deletion.blockers[0].starts_with("Nobody becomes an administrator"));
    let deletion = of_role(&town, &ada, "Helpdesk", None).await.unwrap();
    assert!(deletion.blockers[0].contains("is built in"));
    let deletion = of_role(&town, &ada, "Administrator", None).await.unwrap();
    assert!(deletion.blockers[1].contains("nobody changes their own roles"));
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn of_a_role_is_not_mistaken_for_that_of_its_namesake(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    a_role().named("Dup").of("Acme").insert(&town).await;
    a_user().named("bob").with_role("Dup").insert(&town).await;
    a_role().named("Dup").insert(&town).await;
    let deletion = of_role(&town, &ada, "Acme/Dup", Some("/Dup")).await;
    assert_eq!(
        deletion.unwrap().effects,
        ["1 user has it and gets /Dup in its place: \"bob\"."]
    );
    let delete = roles::DeleteRole {
        role: "Acme/Dup".into(),
        move_holders_to: Some("/Dup".into()),
        consent: Consent::default(),
    };
    let asked = town.service.perform(&ada, delete).await.unwrap_err();
    let deed = "delete the role \"Acme/Dup\" and give \"/Dup\" in its place to 1 user";
    assert!(asked.to_string().contains(deed), "{asked}");
}
