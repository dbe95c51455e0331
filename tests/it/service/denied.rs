//! Every request, asked by somebody without its right: it is denied, nothing changes, and an action leaves its row.
//!
//! A new action or query that isn't in the table fails a test here.

use crate::support::engine::Engine;
use crate::support::members;
use crate::support::town::{PASSWORD, Town, confirm, policy};
use rstest::rstest;
use std::collections::BTreeSet;
use std::path::Path;
use wardroom::clock::Clock;
use wardroom::domain::catalogue::CatalogueFile;
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Permission;
use wardroom::domain::{JobId, UserId};
use wardroom::service::audit::{ListAudit, ShowAudit, VerifyAudit};
use wardroom::service::desk::{CallerQueue, FindCallers, LockedAgain, ShowCaller};
use wardroom::service::jobs::{
    CancelJob, Direction, DropPlan, ExchangeMembers, HolderKind, LeaveOut, ListJobs, MakePlan,
    Memberships, Offers, Operation, PauseJob, PlanMembers, PlanTargets, ResumeJob, RetryJob,
    RunChunk, ShowJob, TargetChoice, Targets, UndoJob,
};
use wardroom::service::users::{
    CountUsers, CreateUser, DefaultStanding, FindAmong, ListUsers, ShowUser, Timeline, UpdateUser,
    UserChanges, UserDraft, UserRef, WhyNot,
};
use wardroom::service::{
    Action, Consent, Entropy, Error, Home, ListChange, Query, RecordRef, Result, Service, Session,
    groups, organizations, roles, units,
};
use wardroom::service::{catalogue, explain, reports};
use wardroom::store::sql::Sql;

/// What became of one line of the table.
struct Answer {
    request: &'static str,
    /// The right that was missing, or what came instead.
    denied: std::result::Result<Permission, String>,
    needed: Permission,
    is_action: bool,
}

struct Asker<'a> {
    service: &'a Service,
    session: &'a Session,
    answers: Vec<Answer>,
}

impl Asker<'_> {
    async fn perform<A: Action>(&mut self, request: &'static str, action: A) {
        let needed = action.needs();
        let denied = denied(self.service.perform(self.session, action).await);
        self.answers.push(Answer {
            request,
            denied,
            needed,
            is_action: true,
        });
    }

    async fn ask<Q: Query>(&mut self, request: &'static str, query: Q) {
        let needed = query.needs();
        let denied = denied(self.service.ask(self.session, query).await);
        self.answers.push(Answer {
            request,
            denied,
            needed,
            is_action: false,
        });
    }
}

fn denied<T>(result: Result<T>) -> std::result::Result<Permission, String> {
    match result {
        Err(Error::Denied { permission, .. }) => Ok(permission),
        Err(error) => Err(format!("{error:?}")),
        Ok(_) => Err("it was done".to_owned()),
    }
}

/// The table: folder of the noun and name of the request.
async fn ask_everything(asker: &mut Asker<'_>, mem: UserId) {
    users(asker, mem).await;
    jobs(asker, mem).await;
    of_the_desk(asker, mem).await;
    of_groups(asker).await;
    of_roles(asker).await;
    of_the_catalogue(asker).await;
    of_explanations(asker).await;
    of_reports(asker).await;
    of_units(asker).await;
    of_organizations(asker).await;
    asker
        .ask(
            "audit ListAudit",
            ListAudit {
                limit: 5,
                ..ListAudit::default()
            },
        )
        .await;
    asker
        .ask("audit ShowAudit", ShowAudit { sequence: 1 })
        .await;
    asker.ask("audit VerifyAudit", VerifyAudit::default()).await;
}

async fn users(asker: &mut Asker<'_>, mem: UserId) {
    let create = CreateUser {
        draft: UserDraft::default(),
        password: None,
    };
    asker.perform("users CreateUser", create).await;
    let update = UpdateUser {
        user: UserRef::Id(mem),
        version: None,
        changes: UserChanges::default(),
        consent: Consent::default(),
    };
    asker.perform("users UpdateUser", update).await;
    asker.ask("users DefaultStanding", DefaultStanding).await;
    asker.ask("users ListUsers", ListUsers::default()).await;
    asker.ask("users CountUsers", CountUsers::default()).await;
    let among = FindAmong {
        users: vec![mem],
        filter: String::new(),
    };
    asker.ask("users FindAmong", among).await;
    asker
        .ask(
            "users ShowUser",
            ShowUser {
                user: UserRef::Id(mem),
                sensitive: true,
            },
        )
        .await;
    asker
        .ask(
            "users WhyNot",
            WhyNot {
                user: UserRef::Id(mem),
            },
        )
        .await;
    asker
        .ask(
            "users Timeline",
            Timeline {
                user: mem,
                before: None,
                limit: 5,
            },
        )
        .await;
}

async fn of_the_desk(asker: &mut Asker<'_>, mem: UserId) {
    let find = FindCallers {
        text: "E-4711".to_owned(),
        limit: 5,
    };
    asker.ask("desk FindCallers", find).await;
    let show = ShowCaller {
        user: mem,
        sensitive: true,
    };
    asker.ask("desk ShowCaller", show).await;
    asker.ask("desk CallerQueue", CallerQueue::default()).await;
    asker.ask("desk LockedAgain", LockedAgain).await;
}

async fn jobs(asker: &mut Asker<'_>, mem: UserId) {
    let targets = || Targets::Users(vec![mem]);
    let job = JobId(1);
    for &operation in Operation::ALL {
        asker
            .perform("jobs MakePlan", MakePlan::new(operation, targets()))
            .await;
    }
    for change in [
        members::group("Authors", Direction::Add),
        members::role("Editor", Direction::Remove),
    ] {
        asker
            .perform(
                "jobs PlanMembers",
                PlanMembers::new(targets(), vec![change]),
            )
            .await;
    }
    let exchange = ExchangeMembers {
        holder: members::group("Authors", Direction::Add).holder,
        incoming: vec![mem],
        leaving: Vec::new(),
    };
    asker.perform("jobs ExchangeMembers", exchange).await;
    asker.perform("jobs ConfirmPlan", confirm(job)).await;
    asker.perform("jobs DropPlan", DropPlan { job }).await;
    asker.perform("jobs RunChunk", RunChunk { job }).await;
    asker.perform("jobs UndoJob", UndoJob { job }).await;
    asker.perform("jobs RetryJob", RetryJob { job }).await;
    let leave_out = LeaveOut {
        job,
        position: 1,
        back_in: false,
    };
    asker.perform("jobs LeaveOut", leave_out).await;
    asker.perform("jobs PauseJob", PauseJob { job }).await;
    asker.perform("jobs CancelJob", CancelJob { job }).await;
    asker.perform("jobs ResumeJob", ResumeJob { job }).await;
    asker
        .ask(
            "jobs ListJobs",
            ListJobs {
                limit: 5,
                unfinished: false,
            },
        )
        .await;
    asker.ask("jobs ShowJob", ShowJob { job }).await;
    asker
        .ask("jobs Offers", Offers { targets: targets() })
        .await;
    for kind in [HolderKind::Group, HolderKind::Role] {
        let list = Memberships {
            targets: targets(),
            kind,
            search: String::new(),
            limit: 5,
        };
        asker.ask("jobs Memberships", list).await;
    }
    let choice = TargetChoice::All;
    asker
        .ask(
            "jobs PlanTargets",
            PlanTargets {
                job,
                choice,
                after: 0,
                limit: 5,
            },
        )
        .await;
}

async fn of_the_catalogue(asker: &mut Asker<'_>) {
    let file = CatalogueFile::default();
    asker
        .perform(
            "catalogue ImportCatalogue",
            catalogue::ImportCatalogue {
                file,
                replace: false,
                consent: Consent::default(),
            },
        )
        .await;
    asker
        .ask("catalogue ShowCatalogue", catalogue::ShowCatalogue)
        .await;
    asker
        .ask(
            "catalogue ListNodes",
            catalogue::ListNodes {
                tree: "content".to_owned(),
                below: NodePath::root(),
                limit: 5,
            },
        )
        .await;
}

async fn of_explanations(asker: &mut Asker<'_>) {
    let question = || explain::Asked {
        action: "view".to_owned(),
        resource: "user".to_owned(),
        ..explain::Asked::default()
    };
    let what_if = explain::WhatIf::default;
    let user = || UserRef::Name("mem".to_owned());
    asker
        .ask(
            "explain Can",
            explain::Can {
                user: user(),
                asked: question(),
                what_if: what_if(),
            },
        )
        .await;
    asker
        .ask(
            "explain WhoCan",
            explain::WhoCan {
                asked: question(),
                limit: 5,
            },
        )
        .await;
    asker
        .ask(
            "explain WhatCan",
            explain::WhatCan {
                user: user(),
                what_if: what_if(),
                working: None,
            },
        )
        .await;
    asker
        .ask(
            "explain RoleImpact",
            explain::RoleImpact {
                role: RecordRef::from("Editor"),
                rules: ListChange::default(),
            },
        )
        .await;
    asker
        .ask(
            "explain GroupImpact",
            explain::GroupImpact {
                group: RecordRef::from("Authors"),
                roles: ListChange::default(),
                rules: ListChange::default(),
                groups: ListChange::default(),
            },
        )
        .await;
    let job = JobId(1);
    asker
        .ask("explain PlanImpact", explain::PlanImpact { job })
        .await;
    asker
        .ask(
            "explain UserImpact",
            explain::UserImpact {
                user: user(),
                roles: Some(vec!["Member".to_owned()]),
                groups: None,
            },
        )
        .await;
}

async fn of_reports(asker: &mut Asker<'_>) {
    let dominant = reports::DominantAccounts::default();
    asker.ask("reports DominantAccounts", dominant).await;
    let powerless = reports::PowerlessUsers::default();
    asker.ask("reports PowerlessUsers", powerless).await;
    let unheld = reports::UnheldRoles { limit: 5 };
    asker.ask("reports UnheldRoles", unheld).await;
    let duplicates = reports::Duplicates { limit: 5 };
    asker.ask("reports Duplicates", duplicates).await;
}

async fn of_groups(asker: &mut Asker<'_>) {
    let group = || RecordRef::from("Authors");
    let draft = groups::GroupDraft {
        name: "New".to_owned(),
        home: Home::SystemWide,
        ..Default::default()
    };
    asker
        .perform("groups CreateGroup", groups::CreateGroup { draft })
        .await;
    asker.ask("groups DefaultOwner", groups::DefaultOwner).await;
    let changes = groups::GroupChanges::default();
    asker
        .perform(
            "groups UpdateGroup",
            groups::UpdateGroup {
                group: group(),
                version: None,
                changes,
                consent: Consent::default(),
            },
        )
        .await;
    asker
        .perform(
            "groups DeleteGroup",
            groups::DeleteGroup {
                group: group(),
                consent: Consent::count(1),
            },
        )
        .await;
    asker
        .ask(
            "groups ListGroups",
            groups::ListGroups {
                limit: 5,
                cap: Some(100),
                ..groups::ListGroups::default()
            },
        )
        .await;
    asker
        .ask("groups ShowGroup", groups::ShowGroup { group: group() })
        .await;
    asker
        .ask("groups DeletionOf", groups::DeletionOf { group: group() })
        .await;
}

async fn of_roles(asker: &mut Asker<'_>) {
    let role = || RecordRef::from("Editor");
    let draft = roles::RoleDraft {
        name: "New".to_owned(),
        description: None,
        home: Home::Here,
        like: None,
        rules: ListChange::default(),
    };
    asker
        .perform("roles CreateRole", roles::CreateRole { draft })
        .await;
    let changes = roles::RoleChanges::default();
    asker
        .perform(
            "roles UpdateRole",
            roles::UpdateRole {
                role: role(),
                version: None,
                changes,
                consent: Consent::default(),
            },
        )
        .await;
    let consent = Consent::count(1);
    asker
        .perform(
            "roles DeleteRole",
            roles::DeleteRole {
                role: role(),
                move_holders_to: None,
                consent,
            },
        )
        .await;
    asker
        .ask(
            "roles ListRoles",
            roles::ListRoles {
                search: String::new(),
                limit: 5,
                cap: Some(100),
                ..roles::ListRoles::default()
            },
        )
        .await;
    asker
        .ask("roles ShowRole", roles::ShowRole { role: role() })
        .await;
    asker
        .ask(
            "roles DeletionOf",
            roles::DeletionOf {
                role: role(),
                move_holders_to: None,
            },
        )
        .await;
    asker
        .ask(
            "roles Successors",
            roles::Successors {
                role: role(),
                search: String::new(),
                limit: 5,
            },
        )
        .await;
}

async fn of_units(asker: &mut Asker<'_>) {
    let unit = || RecordRef::from("Sales");
    let draft = units::UnitDraft {
        name: "New".to_owned(),
        ..Default::default()
    };
    asker
        .perform("units CreateUnit", units::CreateUnit { draft })
        .await;
    let changes = units::UnitChanges::default();
    asker
        .perform(
            "units UpdateUnit",
            units::UpdateUnit {
                unit: unit(),
                version: None,
                changes,
                consent: Consent::default(),
            },
        )
        .await;
    let consent = Consent::count(1);
    asker
        .perform(
            "units DeleteUnit",
            units::DeleteUnit {
                unit: unit(),
                move_records_to: None,
                consent,
            },
        )
        .await;
    asker
        .ask(
            "units ListUnits",
            units::ListUnits {
                search: String::new(),
                limit: 5,
                cap: Some(100),
            },
        )
        .await;
    asker
        .ask(
            "units DeletionOf",
            units::DeletionOf {
                unit: unit(),
                move_records_to: None,
            },
        )
        .await;
    let consent = Consent::count(1);
    asker
        .perform(
            "units MoveOwned",
            units::MoveOwned {
                unit: unit(),
                to: "Works".to_owned(),
                consent,
            },
        )
        .await;
    asker
        .ask(
            "units MoveOf",
            units::MoveOf {
                unit: unit(),
                to: None,
            },
        )
        .await;
    asker
        .ask(
            "units Successors",
            units::Successors {
                unit: unit(),
                fate: units::UnitFate::Ends,
                search: String::new(),
                limit: 5,
            },
        )
        .await;
    asker
        .ask("units ShowUnit", units::ShowUnit { unit: unit() })
        .await;
}

async fn of_organizations(asker: &mut Asker<'_>) {
    let organization = || RecordRef::from("Globex");
    let create = organizations::CreateOrganization {
        name: "New".to_owned(),
        description: String::new(),
    };
    asker
        .perform("organizations CreateOrganization", create)
        .await;
    let update = organizations::UpdateOrganization {
        organization: organization(),
        version: None,
        changes: organizations::OrganizationChanges::default(),
        consent: Consent::default(),
    };
    asker
        .perform("organizations UpdateOrganization", update)
        .await;
    let delete = organizations::DeleteOrganization {
        organization: organization(),
        consent: Consent::count(1),
    };
    asker
        .perform("organizations DeleteOrganization", delete)
        .await;
    let list = organizations::ListOrganizations {
        search: String::new(),
        limit: 5,
        cap: Some(100),
    };
    asker.ask("organizations ListOrganizations", list).await;
    asker
        .ask("organizations Places", organizations::Places::default())
        .await;
    let deletion = organizations::DeletionOf {
        organization: organization(),
    };
    asker.ask("organizations DeletionOf", deletion).await;
    let show = organizations::ShowOrganization {
        organization: organization(),
    };
    asker.ask("organizations ShowOrganization", show).await;
}

const COUNTS: &str = "select cast((select count(*) from users) + (select count(*) from groups)
    + (select count(*) from roles) + (select count(*) from units) + (select count(*) from organizations)
    + (select count(*) from jobs) + (select count(*) from group_users) + (select count(*) from user_roles)
    + (select sum(version) from users) + (select sum(version) from user_states) as bigint)";

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_without_the_right_gets_anything(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("edie").await;
    let before = town.int(Sql::new(COUNTS)).await;
    let mut asker = Asker {
        service: &town.service,
        session: &session,
        answers: Vec::new(),
    };
    ask_everything(&mut asker, town.id("mem").await).await;
    let answers = asker.answers;
    let mut actions = 0;
    for answer in &answers {
        assert_eq!(answer.denied, Ok(answer.needed), "{}", answer.request);
        actions += usize::from(answer.is_action);
    }
    assert_eq!(town.audit("authz_fail").await.len(), actions);
    assert_eq!(town.int(Sql::new(COUNTS)).await, before);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nobody_whose_session_is_over_gets_anything(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let session = town.sign_in("ada").await;
    town.service.sign_out(&session).await.unwrap();
    let mut asker = Asker {
        service: &town.service,
        session: &session,
        answers: Vec::new(),
    };
    ask_everything(&mut asker, town.id("mem").await).await;
    for answer in &asker.answers {
        let said = answer.denied.as_ref().unwrap_err();
        assert!(said.contains("NotSignedIn"), "{}: {said}", answer.request);
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn nothing_is_done_by_a_read_only_wardroom(#[case] engine: Engine) {
    let town = Town::with(engine, |policy| policy.read_only = true).await;
    let session = town.sign_in("ada").await;
    let before = town.int(Sql::new(COUNTS)).await;
    let mut asker = Asker {
        service: &town.service,
        session: &session,
        answers: Vec::new(),
    };
    ask_everything(&mut asker, town.id("mem").await).await;
    for answer in asker.answers.iter().filter(|answer| answer.is_action) {
        assert_eq!(
            answer.denied,
            Err("ReadOnly".to_owned()),
            "{}",
            answer.request
        );
    }
    assert_eq!(town.int(Sql::new(COUNTS)).await, before);
}

/// A session is good for the service that opened it, by its row: another database knows nothing of it.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_session_of_another_database_opens_nothing(#[case] engine: Engine) {
    let (here, there) = (Town::new(engine).await, Town::new(engine).await);
    let session = here.sign_in("ada").await;
    let service = Service::new(there.db.clone(), Clock::System, Entropy::System, policy());
    let answer = denied(service.ask(&session, CountUsers::default()).await);
    assert!(answer.unwrap_err().contains("NotSignedIn"));
    assert!(there.try_sign_in("ada", PASSWORD).await.is_ok());
}

#[tokio::test]
async fn every_request_is_in_the_table() {
    let town = Town::new(Engine::Sqlite).await;
    let session = town.sign_in("edie").await;
    let mut asker = Asker {
        service: &town.service,
        session: &session,
        answers: Vec::new(),
    };
    ask_everything(&mut asker, UserId(1)).await;
    let table: BTreeSet<String> = asker
        .answers
        .iter()
        .map(|answer| answer.request.to_owned())
        .collect();
    let written = requests(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service"),
        "",
    );
    assert!(written.len() > 40, "the scan found only {}", written.len());
    let missing: Vec<_> = written.difference(&table).collect();
    assert!(missing.is_empty(), "add to the table: {missing:?}");
    let gone: Vec<_> = table.difference(&written).collect();
    assert!(gone.is_empty(), "take out of the table: {gone:?}");
}

/// `folder Name` of every `impl Action for Name` and `impl Query for Name`; a macro that makes them names each in a line
/// `Name: …` of its call.
pub fn requests(folder: &Path, noun: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            found.append(&mut requests(&path, &stem));
            continue;
        }
        let noun = if noun.is_empty() { &stem } else { noun };
        let text = std::fs::read_to_string(&path).unwrap();
        let lines = text.lines().map(str::trim);
        let made = lines.clone().filter_map(|line| {
            let name = line
                .strip_prefix("impl Action for ")
                .or_else(|| line.strip_prefix("impl Query for "))?;
            name.split([' ', '<']).next()
        });
        let called = lines
            .skip_while(|line| !line.starts_with("state_changes! {"))
            .skip(1)
            .take_while(|line| *line != "}")
            .filter_map(|line| Some(line.split_once(':')?.0))
            .filter(|name| name.chars().all(char::is_alphanumeric));
        let names = made.chain(called).filter(|name| !name.starts_with('$'));
        found.extend(names.map(|name| format!("{noun} {name}")));
    }
    found
}
