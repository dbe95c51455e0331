//! The part of the table about users, and the questions about them.

use super::{At, Columns, Place, Table, refused, seen, yes};
use crate::support::members;
use wardroom::domain::plan::Direction;
use wardroom::domain::user::{HIDDEN, Profile};
use wardroom::service::Consent;
use wardroom::service::audit::{ListAudit, ShowAudit};
use wardroom::service::desk::{CallerQueue, FindCallers, LockedAgain, ShowCaller};
use wardroom::service::explain::{Asked, Can, UserImpact, WhatCan, WhatIf, WhoCan};
use wardroom::service::jobs::{
    ExchangeMembers, HolderKind, MakePlan, MemberChange, Memberships, Offers, Operation, Plan,
    PlanMembers, Targets,
};
use wardroom::service::users::{
    CountUsers, CreateUser, DefaultStanding, FindAmong, ListUsers, ShowUser, Timeline, UpdateUser,
    UserChanges, UserDraft, WhyNot,
};

const PEOPLE: Columns = &[
    (Place::Themselves, "themselves"),
    (Place::Unit, "own unit"),
    (Place::Above, "administrator"),
    (Place::Below, "unit below"),
    (Place::Aside, "other unit"),
    (Place::Abroad, "other org"),
];
const UNITS: Columns = &[
    (Place::Themselves, "no unit named"),
    (Place::Unit, "own unit"),
    (Place::Below, "unit below"),
    (Place::Aside, "other unit"),
    (Place::Abroad, "other org"),
];

pub async fn fill(table: &mut Table) {
    table.part("users", PEOPLE);
    seen_and_asked(table).await;
    operations(table).await;
    edits(table).await;
    memberships(table).await;
    table.part("new_users", UNITS);
    new_users(table).await;
}

/// What a plan over one target says of it.
fn verdict(plan: &Plan) -> String {
    match plan.refusals.first() {
        _ if plan.will_change > 0 => "yes".to_owned(),
        Some(refusal) => refused(&refusal.reason),
        None if plan.already > 0 => "nothing".to_owned(),
        None => "unseen".to_owned(),
    }
}

fn targets(at: &At<'_>, suffix: &str) -> Targets {
    Targets::Users(vec![at.ids[&at.another(suffix)]])
}

async fn operations(table: &mut Table) {
    for &operation in Operation::ALL {
        let suffix = match operation {
            Operation::Enable => "_off",
            Operation::Unlock => "_locked",
            Operation::Restore | Operation::Purge => "_bin",
            _ => "",
        };
        let make = |at: &At<'_>| MakePlan::new(operation, targets(at, suffix));
        table
            .act("jobs MakePlan", operation.as_str(), make, verdict)
            .await;
    }
}

async fn seen_and_asked(table: &mut Table) {
    lists(table).await;
    let show = |sensitive| {
        move |at: &At<'_>| ShowUser {
            user: at.user(),
            sensitive,
        }
    };
    let what = "with sensitive fields";
    let phone = |phone: &str| if phone == HIDDEN { "dots" } else { "yes" }.to_owned();
    table.ask("users ShowUser", "", show(false), yes).await;
    let read = |user: &wardroom::service::users::UserDetail| phone(&user.phone);
    table.ask("users ShowUser", what, show(true), read).await;
    let caller = |at: &At<'_>| ShowCaller {
        user: at.id(),
        sensitive: true,
    };
    let read = |card: &wardroom::service::desk::CallerCard| phone(&card.user.phone);
    table.ask("desk ShowCaller", what, caller, read).await;
    let why_not = |at: &At<'_>| WhyNot { user: at.user() };
    table.ask("users WhyNot", "", why_not, yes).await;
    let timeline = |at: &At<'_>| Timeline {
        user: at.id(),
        before: None,
        limit: 5,
    };
    table.ask("users Timeline", "", timeline, yes).await;
    let offers = |at: &At<'_>| Offers {
        targets: targets(at, ""),
    };
    let read = |offers: &Vec<wardroom::service::jobs::Offer>| {
        seen(offers.iter().filter(|offer| offer.of > 0).count())
    };
    table.ask("jobs Offers", "", offers, read).await;
    questions(table).await;
}

async fn lists(table: &mut Table) {
    let list = |at: &At<'_>| ListUsers {
        filter: format!("username={}", at.name()),
        limit: 5,
        ..ListUsers::default()
    };
    let read = |page: &wardroom::service::users::UserPage| seen(page.rows.len());
    table.ask("users ListUsers", "by name", list, read).await;
    let count = |at: &At<'_>| CountUsers {
        filter: format!("username={}", at.name()),
        ..CountUsers::default()
    };
    let read =
        |count: &wardroom::service::users::Count| seen(usize::try_from(count.number).unwrap());
    table.ask("users CountUsers", "by name", count, read).await;
    let among = |at: &At<'_>| FindAmong {
        users: vec![at.id()],
        filter: String::new(),
    };
    let read = |found: &Vec<wardroom::domain::UserId>| seen(found.len());
    table.ask("users FindAmong", "", among, read).await;
    let find = |at: &At<'_>| FindCallers {
        text: at.name(),
        limit: 200,
    };
    table
        .line_up("desk FindCallers", "by name", async |town, at| {
            let found = town.service.ask(&at.operator.session, find(at)).await;
            let is_there = |row: &wardroom::service::desk::CallerRow| row.user.id == at.id();
            super::cell(found, |found| {
                seen(found.rows.iter().filter(|row| is_there(row)).count())
            })
        })
        .await;
    table
        .line_up("desk CallerQueue", "who is locked", async |town, at| {
            let queue = CallerQueue {
                limit: 200,
                ..CallerQueue::default()
            };
            let found = town.service.ask(&at.operator.session, queue).await;
            let locked = at.ids[&at.another("_locked")];
            super::cell(found, |queue| {
                if at.place == Place::Themselves {
                    return "nothing".to_owned();
                }
                seen(queue.rows.iter().filter(|row| row.id == locked).count())
            })
        })
        .await;
    let list = |at: &At<'_>| ListAudit {
        operator: Some(at.name()),
        limit: 5,
        ..ListAudit::default()
    };
    let read = |list: &wardroom::service::audit::AuditList| seen(list.entries.len());
    table
        .ask("audit ListAudit", "what they did", list, read)
        .await;
    let show = |at: &At<'_>| ShowAudit {
        sequence: at.sign_ins[&at.name()],
    };
    table
        .ask("audit ShowAudit", "their sign-in", show, yes)
        .await;
}

async fn questions(table: &mut Table) {
    let can = |at: &At<'_>| Can {
        user: at.user(),
        asked: view_user(),
        what_if: WhatIf::default(),
    };
    table.ask("explain Can", "", can, yes).await;
    let what_can = |at: &At<'_>| WhatCan {
        user: at.user(),
        what_if: WhatIf::default(),
        working: None,
    };
    table.ask("explain WhatCan", "", what_can, yes).await;
    let impact = |at: &At<'_>| UserImpact {
        user: at.user(),
        roles: Some(texts(&["Member"])),
        groups: None,
    };
    table.ask("explain UserImpact", "", impact, yes).await;
    table
        .line_up("explain WhoCan", "edit a profile", async |town, at| {
            let asked = Asked {
                action: "edit".to_owned(),
                resource: "profile".to_owned(),
                ..Asked::default()
            };
            let who_can = WhoCan { asked, limit: 200 };
            let found = town.service.ask(&at.operator.session, who_can).await;
            let name = at.name();
            super::cell(found, |ables| {
                let named = ables.users.iter().filter(|able| able.username == name);
                // Of themselves, the Member alone and the Administrator may.
                match at.place {
                    Place::Themselves => "nothing".to_owned(),
                    _ => seen(named.count()),
                }
            })
        })
        .await;
}

fn view_user() -> Asked {
    Asked {
        action: "view".to_owned(),
        resource: "user".to_owned(),
        ..Asked::default()
    }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

/// The unit that somebody is moved to: one beside theirs.
const fn beside(place: Place) -> &'static str {
    match place {
        Place::Aside => "Sales",
        Place::Abroad => "Globex/Globex",
        _ => "Works",
    }
}

async fn edits(table: &mut Table) {
    let profile = |field: &'static str, value: &'static str| UserChanges {
        profile: vec![(field, value.to_owned())],
        ..UserChanges::default()
    };
    edit(table, "title", |_| profile("title", "Lead")).await;
    edit(table, "e-mail", |_| profile("email", "new@acme.test")).await;
    edit(table, "expiry date that is over", |_| UserChanges {
        expires: Some("2001-01-01".to_owned()),
        ..UserChanges::default()
    })
    .await;
    edit(table, "owner unit, to one beside theirs", |at| {
        UserChanges {
            unit: Some(beside(at.place).to_owned()),
            ..UserChanges::default()
        }
    })
    .await;
    edit(table, "owner unit, to the one below", |at| UserChanges {
        unit: Some(if at.place == Place::Abroad {
            "Globex/Globex".to_owned()
        } else {
            "Inside".to_owned()
        }),
        ..UserChanges::default()
    })
    .await;
    edit(table, "assigned also to a unit beside", |at| UserChanges {
        assigned_units: Some(texts(&[beside(at.place)])),
        ..UserChanges::default()
    })
    .await;
    edit(table, "may also sign in to Globex", |_| UserChanges {
        organizations: Some(texts(&["Acme", "Globex"])),
        ..UserChanges::default()
    })
    .await;
    for roles in [&["Member", "Spare"], &["Member", "Helpdesk"]] {
        let what = format!("roles: {}", roles.join(" and "));
        edit(table, &what, |_| UserChanges {
            roles: Some(texts(roles)),
            ..UserChanges::default()
        })
        .await;
    }
    for group in ["Everywhere", "Desk"] {
        let what = format!("groups: {group}");
        edit(table, &what, |at| UserChanges {
            groups: Some(texts(&[group])),
            organizations: (at.place == Place::Abroad && group == "Desk")
                .then(|| texts(&["Acme", "Globex"])),
            ..UserChanges::default()
        })
        .await;
    }
}

async fn edit(table: &mut Table, what: &str, changes: impl Fn(&At<'_>) -> UserChanges) {
    let make = |at: &At<'_>| UpdateUser {
        user: at.user(),
        version: None,
        changes: changes(at),
        consent: Consent::default(),
    };
    table.act("users UpdateUser", what, make, yes).await;
}

async fn memberships(table: &mut Table) {
    let plan = |change: MemberChange| {
        move |at: &At<'_>| PlanMembers::new(targets(at, ""), vec![change.clone()])
    };
    for (what, change) in [
        (
            "into the group Sales crew",
            members::group("Acme/Sales crew", Direction::Add),
        ),
        (
            "into the group Desk, which confers Helpdesk",
            members::group("Acme/Desk", Direction::Add),
        ),
        (
            "into the system-wide group Everywhere",
            members::group("Everywhere", Direction::Add),
        ),
        ("the role Spare", members::role("Spare", Direction::Add)),
        (
            "the role Helpdesk",
            members::role("Helpdesk", Direction::Add),
        ),
        (
            "the role Acme/Plain",
            members::role("Acme/Plain", Direction::Add),
        ),
    ] {
        table
            .act("jobs PlanMembers", what, plan(change), verdict)
            .await;
    }
    let exchange = |at: &At<'_>| ExchangeMembers {
        holder: members::group("Acme/Sales crew", Direction::Add).holder,
        incoming: vec![at.id()],
        leaving: Vec::new(),
    };
    let what = "into the group Sales crew";
    table
        .act("jobs ExchangeMembers", what, exchange, verdict)
        .await;
    let list = |at: &At<'_>| Memberships {
        targets: targets(at, ""),
        kind: HolderKind::Group,
        search: String::new(),
        limit: 5,
    };
    let read =
        |page: &wardroom::service::jobs::MembershipsPage| seen(usize::try_from(page.of).unwrap());
    table.ask("jobs Memberships", "groups", list, read).await;
}

async fn new_users(table: &mut Table) {
    for role in ["Member", "Helpdesk"] {
        let make = |at: &At<'_>| CreateUser {
            draft: UserDraft {
                profile: Profile {
                    username: "neu".to_owned(),
                    first_name: "New".to_owned(),
                    last_name: "Comer".to_owned(),
                    email: "neu@acme.test".to_owned(),
                    ..Profile::default()
                },
                unit: (at.place != Place::Themselves).then(|| at.place.unit().to_owned()),
                roles: texts(&[role]),
                ..UserDraft::default()
            },
            password: None,
        };
        let what = format!("with the role {role}");
        table.act("users CreateUser", &what, make, yes).await;
    }
    table
        .ask("users DefaultStanding", "", |_| DefaultStanding, yes)
        .await;
    table
        .ask("desk LockedAgain", "", |_| LockedAgain, yes)
        .await;
}
