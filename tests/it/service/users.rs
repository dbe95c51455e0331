//! Making, editing, showing and listing people.

use crate::support::engine::Engine;
use crate::support::records::{list, update_user as update};
use crate::support::refusal::{conflict, denied, field, missing, rule};
use crate::support::town::{NOON, PASSWORD, Town, a_group, a_role, a_user};
use rstest::rstest;
use wardroom::domain::permission::Level;
use wardroom::domain::user::{Profile, UserKind};
use wardroom::domain::{Status, Time};
use wardroom::service::Consent;
use wardroom::service::jobs::{JobState, MakePlan, Operation, Targets};
use wardroom::service::users::{
    CountUsers, CreateUser, CreatedUser, DefaultStanding, ListUsers, NewPassword, ShowUser,
    UpdateUser, UserChanges, UserDetail, UserDraft, UserRef, UserSort,
};
use wardroom::service::{Error, Result, Secret, Session};
use wardroom::store::Page;
use wardroom::store::sql::Sql;

fn profile(username: &str) -> Profile {
    Profile {
        username: username.to_owned(),
        first_name: "Nora".to_owned(),
        last_name: "Newman".to_owned(),
        email: "nora@acme.test".to_owned(),
        ..Profile::default()
    }
}

fn draft() -> UserDraft {
    UserDraft {
        profile: profile("nora"),
        ..UserDraft::default()
    }
}

async fn create(town: &Town, session: &Session, draft: UserDraft) -> Result<CreatedUser> {
    let create = CreateUser {
        draft,
        password: None,
    };
    town.service.perform(session, create).await
}

fn one(field: &'static str, value: &str) -> UserChanges {
    UserChanges {
        profile: vec![(field, value.to_owned())],
        ..UserChanges::default()
    }
}

async fn show(town: &Town, session: &Session, name: &str) -> UserDetail {
    let show = ShowUser {
        user: UserRef::Name(name.to_owned()),
        sensitive: true,
    };
    town.service.ask(session, show).await.unwrap()
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_rehearsal_says_all_and_writes_nothing(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let create = |draft| CreateUser {
        draft,
        password: None,
    };
    let made = town.service.rehearse(&ada, create(draft())).await.unwrap();
    let standing = town.service.ask(&ada, DefaultStanding).await.unwrap();
    assert_eq!(made.standing, standing);
    assert_eq!(standing.roles, ["Member"]);
    let nobody = ShowUser {
        user: UserRef::Name("nora".to_owned()),
        sensitive: false,
    };
    assert_eq!(missing(town.service.ask(&ada, nobody).await), "user");
    assert_eq!(town.audit("user_created").await, [""; 0]);
    let mut wrong = draft();
    wrong.profile.username = "MEM".to_owned();
    wrong.profile.first_name = String::new();
    wrong.other_emails = list(&["nowhere"]);
    let error = town.service.rehearse(&ada, create(wrong)).await;
    let error = error.unwrap_err();
    let fields: Vec<&str> = error.fields().iter().map(|wrong| wrong.field).collect();
    assert_eq!(fields, ["first_name", "username", "other_emails"]);
    let [row] = &town.audit("user_created").await[..] else {
        panic!("a refused rehearsal is audited as a refused deed");
    };
    assert!(row.starts_with("failed MEM"), "{row}");
    assert!(row.contains("\"rehearsed\":true"), "{row}");
    // The deed itself leaves no such mark.
    let mut wrong = draft();
    wrong.profile.username = "MEM".to_owned();
    let error = town.service.perform(&ada, create(wrong)).await;
    error.unwrap_err();
    let row = town.audit("user_created").await.pop().unwrap();
    assert!(
        row.starts_with("failed MEM") && !row.contains("rehearsed"),
        "{row}"
    );
    // Nor is a rehearsal without the right a deed.
    let mem = town.sign_in("mem").await;
    let plan = MakePlan::new(Operation::Disable, Targets::Names(vec!["ada".to_owned()]));
    denied(town.service.draft(&mem, plan).await);
    let row = town.audit("authz_fail").await.pop().unwrap();
    let wanted = "\"rehearsed\":true,\"wanted\":\"user_disabled (user:disable)\"";
    assert!(row.contains(wanted), "{row}");
    denied(town.service.rehearse(&mem, create(draft())).await);
    let row = town.audit("authz_fail").await.pop().unwrap();
    assert!(
        row.contains("\"rehearsed\":true,\"wanted\":\"user_created (user:create)\""),
        "{row}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_made_with_all_that_was_said(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let whole = UserDraft {
        profile: Profile {
            name_prefix: "Dr.".to_owned(),
            first_name: " Nora ".to_owned(),
            also_known_as: "No\u{301}ra".to_owned(),
            title: "Lead".to_owned(),
            birthday: "1990-12-31".to_owned(),
            phone: "+49 30 55".to_owned(),
            time_zone: "Europe/Berlin".to_owned(),
            ..profile("nora")
        },
        kind: UserKind::Shared,
        agent: true,
        disabled: true,
        expires: "2026-12-31".to_owned(),
        manager: Some("MEM".to_owned()),
        other_emails: list(&["Nora@home.test", "Nora@home.test"]),
        unit: Some("Inside".to_owned()),
        assigned_units: list(&["Acme/Works", "sales"]),
        organizations: list(&["Globex"]),
        groups: list(&["Authors"]),
        roles: list(&["member", "Helpdesk", "Member"]),
        like: None,
        nodes: wardroom::service::NodeChanges::default(),
    };
    let made = create(&town, &ada, whole).await.unwrap();
    assert_eq!(made.id, town.id("nora").await);
    let nora = show(&town, &ada, "nora").await;
    assert_eq!(
        (nora.status, nora.kind, nora.agent),
        (Status::Disabled, UserKind::Shared, true)
    );
    assert_eq!(
        (nora.first_name.as_str(), nora.also_known_as.as_str()),
        ("Nora", "N\u{f3}ra")
    );
    assert_eq!(
        (nora.organization.as_str(), nora.owner_unit.as_str()),
        ("Acme", "Inside")
    );
    assert_eq!(
        nora.expiry_date.to_rfc3339().unwrap(),
        "2027-01-01T00:00:00Z"
    );
    assert_eq!(nora.manager.as_deref(), Some("mem"));
    assert_eq!(nora.other_emails, ["Nora@home.test"]);
    assert_eq!(nora.units, ["Sales", "Works"]);
    assert_eq!(nora.organizations, ["Acme", "Globex"]);
    assert_eq!(nora.groups, ["Authors"]);
    assert_eq!(nora.roles, ["Editor", "Helpdesk", "Member"]);
    assert_eq!((nora.version, nora.state_version), (1, 1));
    let row = town.audit("user_created").await.pop().unwrap();
    assert!(
        row.contains("\"roles\":[[],[\"Member\",\"Helpdesk\"]]"),
        "{row}"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn stand_where_their_maker_does_unless_told(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let manager = a_user().named("max").with_role("Manager");
    manager.owned_by("Sales").insert(&town).await;
    let max = town.sign_in("max").await;
    create(&town, &max, draft()).await.unwrap();
    let ada = town.sign_in("ada").await;
    let nora = show(&town, &ada, "nora").await;
    assert_eq!(
        (nora.owner_unit.as_str(), nora.roles),
        ("Sales", list(&["Member"]))
    );
    assert_eq!(
        (nora.organizations, nora.units),
        (list(&["Acme"]), list(&[]))
    );
    assert_eq!(nora.status, Status::NeverSignedIn);
    let like = UserDraft {
        profile: Profile {
            email: "n2@acme.test".to_owned(),
            ..profile("n2")
        },
        like: Some("edie".to_owned()),
        ..UserDraft::default()
    };
    create(&town, &ada, like).await.unwrap();
    let second = show(&town, &ada, "n2").await;
    assert_eq!(
        (second.groups, second.roles),
        (list(&["Authors"]), list(&["Editor"]))
    );
    assert_eq!(second.owner_unit, "Acme");
    // In the other organization, the first unit there stands in for one's own.
    let there = town.sign_in_to("ada", "Acme").await;
    assert_eq!(there.organization_name, "Acme");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_refused_at_the_field_and_nothing_stays(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Lab hand")
        .of("Globex")
        .allows("view", "profile", Level::Own)
        .insert(&town)
        .await;
    let ada = town.sign_in("ada").await;
    let before = town.int(Sql::new("select count(*) from users")).await;
    let huge = "x".repeat(10_000_000);
    for (change, value, wanted) in [
        ("username", "", "missing"),
        ("username", "-rf", "can't start with"),
        ("username", &huge, "255"),
        ("username", "a\u{202e}b", "U+202E"),
        ("first_name", " ", "missing"),
        ("last_name", "a\0b", "U+0000"),
        ("email", "nora", ""),
        ("birthday", "31.13.1990", ""),
        ("birthday", "2026-11-23", "future"),
        ("time_zone", "Mars/Olympus", ""),
        ("description", &huge, "4000"),
        ("title", "a\u{1b}[2J", "U+001B"),
    ] {
        let mut draft = draft();
        value.clone_into(draft.profile.field_mut(change).unwrap());
        let (name, message) = field(create(&town, &ada, draft).await);
        assert_eq!(name, change, "{message}");
        assert!(message.contains(wanted), "{change}: {message}");
        assert!(message.chars().count() < 300, "{change}: {message}");
    }
    for (username, email, wanted) in [
        ("HANA", "n@acme.test", "username"),
        ("ｈａｎａ", "n@acme.test", "username"),
        ("dell", "n@acme.test", "username"),
        ("h\u{430}na", "n@acme.test", "username"),
        ("nora", "HANA@acme.test", "email"),
        ("nora", "dell@acme.test", "email"),
        ("hana", "hana@acme.test", "username"),
    ] {
        let mut draft = draft();
        username.clone_into(&mut draft.profile.username);
        email.clone_into(&mut draft.profile.email);
        assert_eq!(
            field(create(&town, &ada, draft).await).0,
            wanted,
            "{username} {email}"
        );
    }
    let expired = UserDraft {
        expires: "soon".to_owned(),
        ..draft()
    };
    assert_eq!(field(create(&town, &ada, expired).await).0, "expires");
    let emails = UserDraft {
        other_emails: vec!["a@b.test".to_owned(); 21],
        ..draft()
    };
    assert_eq!(field(create(&town, &ada, emails).await).0, "other_emails");
    for (kind, draft) in [
        (
            "user",
            UserDraft {
                manager: Some("nobody".to_owned()),
                ..draft()
            },
        ),
        (
            "user",
            UserDraft {
                like: Some("nobody".to_owned()),
                ..draft()
            },
        ),
        (
            "unit",
            UserDraft {
                unit: Some("nowhere".to_owned()),
                ..draft()
            },
        ),
        (
            "unit",
            UserDraft {
                assigned_units: list(&["Globex/Sales"]),
                ..draft()
            },
        ),
        (
            "organization",
            UserDraft {
                organizations: list(&["nothing"]),
                ..draft()
            },
        ),
        (
            "group",
            UserDraft {
                groups: list(&["a\0b"]),
                ..draft()
            },
        ),
        (
            "role",
            UserDraft {
                roles: list(&["Helpdeks"]),
                ..draft()
            },
        ),
    ] {
        assert_eq!(missing(create(&town, &ada, draft).await), kind);
    }
    let foreign = UserDraft {
        roles: list(&["Lab hand"]),
        ..draft()
    };
    assert!(rule(create(&town, &ada, foreign).await).contains("another organization"));
    let foreign = UserDraft {
        assigned_units: list(&["Lab"]),
        ..draft()
    };
    assert!(rule(create(&town, &ada, foreign).await).contains("another organization"));
    assert_eq!(
        town.int(Sql::new("select count(*) from users")).await,
        before
    );
    town.verify().await;
}

async fn password(town: &Town, session: &Session, text: &str) -> Result<NewPassword> {
    let secret = Secret::new(text.to_owned());
    town.service
        .new_password(session, &profile("nora"), secret)
        .await
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn get_the_password_that_was_checked_for_them(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (wrong, why) in [
        ("short", "12"),
        ("newman-newman-1", "newman"),
        ("password1234", "guess"),
        ("acme umbrella lake", "acme"),
    ] {
        let (name, message) = field(password(&town, &ada, wrong).await.map(|_| ()));
        assert_eq!(name, "password");
        assert!(message.contains(why), "{wrong}: {message}");
    }
    let good = password(&town, &ada, PASSWORD).await.unwrap();
    let other = CreateUser {
        draft: UserDraft {
            profile: profile("norbert"),
            ..UserDraft::default()
        },
        password: Some(good.clone()),
    };
    let error = town.service.perform(&ada, other).await.unwrap_err();
    assert!(matches!(error, Error::Unexpected(_)), "{error:?}");
    let robot = CreateUser {
        draft: UserDraft {
            kind: UserKind::Service,
            ..draft()
        },
        password: Some(good.clone()),
    };
    assert_eq!(field(town.service.perform(&ada, robot).await).0, "password");
    let create = CreateUser {
        draft: draft(),
        password: Some(good),
    };
    town.service.perform(&ada, create).await.unwrap();
    town.try_sign_in("nora", PASSWORD).await.unwrap();
    let rows = town.texts(Sql::new("select changes from audit")).await;
    assert!(
        rows.iter()
            .all(|row| !row.contains("argon2") && !row.contains("marble"))
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_edited_over_the_version_that_was_seen(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    let seen = show(&town, &ada, "mem").await.version;
    let edit = |title: &str| UpdateUser {
        user: UserRef::Name("mem".to_owned()),
        version: Some(seen),
        changes: one("title", title),
        consent: Consent::default(),
    };
    assert_eq!(
        town.service
            .perform(&ada, edit("First"))
            .await
            .unwrap()
            .fields,
        ["title"]
    );
    assert_eq!(
        conflict(town.service.perform(&manu, edit("Second")).await),
        "user"
    );
    let mem = show(&town, &ada, "mem").await;
    assert_eq!(
        (mem.title.as_str(), mem.version, mem.state_version),
        ("First", seen + 1, 1)
    );
    // A guess, a lock and a sign-in are no edits.
    town.try_sign_in("mem", PASSWORD).await.unwrap();
    assert_eq!(town.record("mem").await.version, seen + 1);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_edited_field_by_field_or_not_at_all(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let changes = UserChanges {
        profile: vec![("last_name", "Müller".to_owned()), ("phone", String::new())],
        manager: Some("hana".to_owned()),
        other_emails: Some(Vec::new()),
        unit: Some("Works".to_owned()),
        assigned_units: Some(list(&["Sales"])),
        groups: Some(list(&["Authors"])),
        roles: Some(Vec::new()),
        expires: Some("2027-01-31".to_owned()),
        agent: Some(true),
        ..UserChanges::default()
    };
    let mut changed = update(&town, &ada, "mem", changes).await.unwrap();
    changed.sort();
    assert_eq!(
        changed,
        [
            "agent",
            "expiry_date",
            "groups",
            "last_name",
            "manager",
            "other_emails",
            "owner_unit",
            "phone",
            "roles",
            "units"
        ]
    );
    let mem = show(&town, &ada, "mem").await;
    assert_eq!(
        (
            mem.last_name.as_str(),
            mem.phone.as_str(),
            mem.birthday.as_str()
        ),
        ("Müller", "", "1990-05-17")
    );
    assert_eq!(
        (mem.roles, mem.groups, mem.owner_unit.as_str()),
        (list(&["Editor"]), list(&["Authors"]), "Works")
    );
    let found = ListUsers {
        filter: "mueller".to_owned(),
        limit: 5,
        ..ListUsers::default()
    };
    assert_eq!(town.service.ask(&ada, found).await.unwrap().rows.len(), 1);

    let before = town.record("mem").await;
    let none = UserChanges {
        roles: Some(Vec::new()),
        groups: Some(Vec::new()),
        ..UserChanges::default()
    };
    assert!(rule(update(&town, &ada, "mem", none).await).contains("no role"));
    let own = UserChanges {
        manager: Some("mem".to_owned()),
        ..UserChanges::default()
    };
    assert_eq!(field(update(&town, &ada, "mem", own).await).0, "manager");
    for (name, value, wanted) in [
        ("username", "HANA", "username"),
        ("username", "h\u{430}na", "username"),
        ("email", "hana@acme.test", "email"),
    ] {
        let taken = UserChanges {
            groups: Some(list(&[])),
            roles: Some(list(&["Member"])),
            ..one(name, value)
        };
        assert_eq!(field(update(&town, &ada, "mem", taken).await).0, wanted);
    }
    let after = town.record("mem").await;
    assert_eq!(
        (after.version, after.profile),
        (before.version, before.profile)
    );
    let groups = show(&town, &ada, "mem").await.groups;
    assert_eq!(groups, ["Authors"], "nothing is half written");
    // The same name in another case is one's own.
    update(&town, &ada, "mem", one("username", "MEM"))
        .await
        .unwrap();
    let gone = UserChanges {
        manager: Some(String::new()),
        ..UserChanges::default()
    };
    update(&town, &ada, "mem", gone).await.unwrap();
    assert_eq!(town.record("mem").await.manager, None);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn an_edit_of_the_expiry_stops_plans_made_before(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let plan = town.plan(&ada, Operation::Disable, &["mem", "edie"]).await;
    let changes = UserChanges {
        expires: Some("2027-01-31".to_owned()),
        ..one("title", "x")
    };
    update(&town, &ada, "mem", changes).await.unwrap();
    update(&town, &ada, "edie", one("title", "x"))
        .await
        .unwrap();
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.state, job.done, job.failed), (JobState::Partial, 1, 1));
    assert!(town.state("mem").await.enabled && !town.state("edie").await.enabled);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn editing_reaches_as_far_as_its_right(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Clerk")
        .allows("view", "user", Level::Organization)
        .allows("edit", "user", Level::Unit)
        .insert(&town)
        .await;
    a_user()
        .named("cleo")
        .with_role("Clerk")
        .assigned_to("Inside")
        .insert(&town)
        .await;
    let cleo = town.sign_in("cleo").await;
    update(&town, &cleo, "mem", one("title", "x"))
        .await
        .unwrap();
    assert_eq!(
        denied(update(&town, &cleo, "lars", one("title", "x")).await),
        "user:edit"
    );
    assert_eq!(
        missing(update(&town, &cleo, "gus", one("title", "x")).await),
        "user"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn lists_tell_where_they_go_on(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let list = |page: Page| ListUsers {
        page,
        limit: 5,
        ..ListUsers::default()
    };
    let first = town.service.ask(&ada, list(Page::First)).await.unwrap();
    let names = |page: &wardroom::service::users::UserPage| {
        page.rows
            .iter()
            .map(|row| row.username.clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["ada", "aude", "dora", "edie", "exun"]);
    assert_eq!((first.more_before, first.more_after), (false, true));
    let after = Page::After(first.rows[4].cursor.clone());
    let second = town.service.ask(&ada, list(after)).await.unwrap();
    assert_eq!(names(&second), ["gail", "gus", "hana", "inva", "lars"]);
    let before = Page::Before(second.rows[0].cursor.clone());
    let back = town.service.ask(&ada, list(before)).await.unwrap();
    assert_eq!(
        (names(&back), back.more_before, back.more_after),
        (names(&first), false, true)
    );
    let last = town.service.ask(&ada, list(Page::Last)).await.unwrap();
    assert_eq!(names(&last), ["lena", "manu", "mem", "rese", "svc"]);
    assert_eq!((last.more_before, last.more_after), (true, false));
    let again = Page::From(second.rows[1].cursor.clone());
    let again = town.service.ask(&ada, list(again)).await.unwrap();
    assert_eq!(names(&again)[0], "gus");
    let sorted = ListUsers {
        filter: "sort:-username limit:2".to_owned(),
        sort: UserSort::Created,
        limit: 50,
        ..ListUsers::default()
    };
    let sorted = town.service.ask(&ada, sorted).await.unwrap();
    assert_eq!(names(&sorted), ["svc", "rese"]);
    for (cap, number, capped) in [
        (None, 15, false),
        (Some(15), 15, false),
        (Some(14), 14, true),
    ] {
        let count = CountUsers {
            filter: String::new(),
            cap,
        };
        let count = town.service.ask(&ada, count).await.unwrap();
        assert_eq!((count.number, count.capped), (number, capped));
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn filters_point_at_what_they_do_not_know(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let (ada, manu) = (town.sign_in("ada").await, town.sign_in("manu").await);
    a_group()
        .named("Globex only")
        .of("Globex")
        .insert(&town)
        .await;
    for (session, filter, column, near) in [
        (&ada, "lars role:Helpdeks", 11, "Helpdesk"),
        (&ada, "org:\"Acmee\"", 5, "Acme"),
        (&ada, "manager:hanna", 9, "hana"),
        (&manu, "group:\"Globex only\"", 7, ""),
        (&manu, "birthday<1990-01-01", 1, ""),
    ] {
        let list = ListUsers {
            filter: filter.to_owned(),
            limit: 5,
            ..ListUsers::default()
        };
        let error = town.service.ask(session, list).await.unwrap_err();
        assert!(matches!(error, Error::Filter(_)), "{filter}: {error:?}");
        let said = error.to_string();
        assert!(
            said.contains(&format!("column {column}")) && said.contains(near),
            "{filter}: {said}"
        );
    }
    let found = async |filter: &str| {
        let list = ListUsers {
            filter: filter.to_owned(),
            limit: 50,
            ..ListUsers::default()
        };
        let page = town.service.ask(&ada, list).await.unwrap();
        page.rows
            .into_iter()
            .map(|row| row.username)
            .collect::<Vec<_>>()
    };
    assert_eq!(found("role.via:Authors").await, ["edie"]);
    assert_eq!(found("birthday<1990-06-01").await, ["mem"]);
    assert_eq!(found("birthday>1990-06-01").await, [""; 0]);
    assert_eq!(found("birthday.age>30y").await, ["mem"]);
    assert_eq!(found("birthday.age>40y").await, [""; 0]);
    assert_eq!(found("-manager:hana org:globex").await, ["gail", "gus"]);
    assert_eq!(found("is:self").await, ["ada"]);
    assert_eq!(found("user in (dell mem nobody)").await, ["dell", "mem"]);
    assert_eq!(
        found("is:privileged -role:administrator").await,
        ["aude", "gail", "hana", "manu", "svc"]
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_list_shows_each_state_as_it_is_now(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    for (name, status) in [
        ("lars", Status::Locked),
        ("lena", Status::Locked),
        ("dora", Status::Disabled),
        ("inva", Status::Invited),
        ("rese", Status::PasswordReset),
        ("exun", Status::Expired),
        ("mem", Status::NeverSignedIn),
        ("ada", Status::Active),
        ("dell", Status::Deleted),
    ] {
        let filter = format!("username={name} status:{status}");
        let list = ListUsers {
            filter,
            limit: 5,
            ..ListUsers::default()
        };
        let page = town.service.ask(&ada, list).await.unwrap();
        assert_eq!(page.rows.len(), 1, "{name}");
        assert_eq!(page.rows[0].status, status, "{name}");
    }
    town.clock.advance(25 * 60);
    let list = ListUsers {
        filter: "status:locked".to_owned(),
        limit: 5,
        ..ListUsers::default()
    };
    let page = town.service.ask(&ada, list).await.unwrap();
    assert_eq!(page.rows.len(), 1, "a lock that ran out is none");
    assert_eq!(
        town.state("lars").await.locked_until,
        NOON.plus_seconds(25 * 60)
    );
    assert_ne!(town.state("lars").await.locked_at, Time::NEVER);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_change_moves_the_mark_of_lists_that_are_alive(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let ada = town.sign_in("ada").await;
    let mut mark = town.service.change_mark().await.unwrap();
    let moved = async |mark: &mut i64| {
        let now = town.service.change_mark().await.unwrap();
        let before = std::mem::replace(mark, now);
        now > before
    };
    assert!(!moved(&mut mark).await);
    town.try_sign_in("mem", "wrong").await.unwrap_err();
    assert!(moved(&mut mark).await, "a guess");
    update(&town, &ada, "mem", one("title", "x")).await.unwrap();
    assert!(moved(&mut mark).await, "an edit");
    town.perform(&ada, Operation::Disable, &["mem"]).await;
    assert!(moved(&mut mark).await, "a job");
    show(&town, &ada, "edie").await;
    assert!(!moved(&mut mark).await, "a look");
}
