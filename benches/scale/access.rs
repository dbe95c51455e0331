//! What a permission costs: one check, its reason, who can, and lists that end where a right ends.

use super::{line, time};
use std::fmt::Write as _;
use std::time::{Duration, Instant};
use wardroom::domain::catalogue::CatalogueFile;
use wardroom::domain::user::Profile;
use wardroom::service::catalogue::ImportCatalogue;
use wardroom::service::explain::{Asked, Can, WhatCan, WhatIf, WhoCan};
use wardroom::service::roles::{CreateRole, RoleDraft};
use wardroom::service::units::ListUnits;
use wardroom::service::users::{CountUsers, CreateUser, ListUsers, UserDraft, UserRef, UserSort};
use wardroom::service::{Consent, Home, ListChange, Origin, Secret, Service, Session, SignIn};
use wardroom::store::page::Page;

const PASSWORD: &str = "marble ocean trumpet";
const NODES: usize = 100_000;

pub async fn access(service: &Service, session: &Session) {
    nodes(service, session).await;
    checks(service, session).await;
    who_can(service, session).await;
    let (above, below) = units(service, session).await;
    let root = operator(service, session, "bench.root", &above).await;
    let site = operator(service, session, "bench.site", &below).await;
    let sessions = [
        ("administrator", session),
        ("division of all", &root),
        ("division of a site", &site),
    ];
    pages(service, sessions).await;
    filters(service, sessions).await;
}

/// A tree of pages, ten below each.
async fn nodes(service: &Service, session: &Session) {
    let mut text = String::new();
    for number in 1..=NODES {
        let path: Vec<String> = number
            .to_string()
            .chars()
            .map(|digit| format!("n{digit}"))
            .collect();
        let _ = writeln!(
            text,
            "[[node]]\ntree = \"content\"\npath = \"/{}\"",
            path.join("/")
        );
    }
    let file = CatalogueFile::parse(&text).expect("a catalogue");
    let started = Instant::now();
    service
        .perform(
            session,
            ImportCatalogue {
                file,
                replace: false,
                consent: Consent::default(),
            },
        )
        .await
        .expect("the nodes");
    line(&format!("take in {NODES} nodes"), started.elapsed(), None);
}

fn asked(action: &str, resource: &str) -> Asked {
    Asked {
        action: action.to_owned(),
        resource: resource.to_owned(),
        ..Asked::default()
    }
}

fn of(owner: &str, asked: Asked) -> Asked {
    Asked {
        owner: Some(UserRef::Name(owner.to_owned())),
        ..asked
    }
}

fn at(node: &str, asked: Asked) -> Asked {
    Asked {
        node: Some(node.to_owned()),
        ..asked
    }
}

async fn checks(service: &Service, session: &Session) {
    line(
        "every right of an operator, as each request reads them",
        time(50, || service.permissions(session)).await,
        None,
    );
    for (what, user, asked) in [
        ("yes", "helpdesk", of("k.tanaka", asked("unlock", "user"))),
        ("no", "helpdesk", of("k.tanaka", asked("delete", "user"))),
        (
            "no, by a member",
            "k.tanaka",
            asked("refund", "sales.order"),
        ),
        (
            "at a node",
            "admin",
            at("/n1/n2/n3/n4/n5", asked("edit", "content")),
        ),
    ] {
        let can = || Can {
            user: UserRef::Name(user.to_owned()),
            asked: asked.clone(),
            what_if: WhatIf::default(),
        };
        line(
            &format!("can, with the reason: {what}"),
            time(50, || service.ask(session, can())).await,
            None,
        );
    }
    let what_can = || WhatCan {
        user: UserRef::Name("helpdesk".to_owned()),
        what_if: WhatIf::default(),
        working: None,
    };
    line(
        "what can",
        time(20, || service.ask(session, what_can())).await,
        None,
    );
}

async fn who_can(service: &Service, session: &Session) {
    for (what, asked) in [
        ("view user", asked("view", "user")),
        ("unlock k.tanaka", of("k.tanaka", asked("unlock", "user"))),
        (
            "edit k.tanaka's profile",
            of("k.tanaka", asked("edit", "profile")),
        ),
        ("view-sensitive user", asked("view-sensitive", "user")),
        ("edit content", asked("edit", "content")),
        (
            "edit content at a node",
            at("/n1/n2/n3/n4/n5", asked("edit", "content")),
        ),
        ("refund sales.order", asked("refund", "sales.order")),
        ("view profile", asked("view", "profile")),
    ] {
        let who = || WhoCan {
            asked: asked.clone(),
            limit: 100,
        };
        line(
            &format!("who can {what}"),
            time(10, || service.ask(session, who())).await,
            None,
        );
    }
}

/// The unit above all of the organization, and one below it, by name.
async fn units(service: &Service, session: &Session) -> (String, String) {
    let units = service
        .ask(
            session,
            ListUnits {
                limit: 10_000,
                cap: Some(1),
                ..ListUnits::default()
            },
        )
        .await
        .expect("the units");
    let below = |depth: usize| {
        let mut here = units.rows.iter().filter(|unit| {
            unit.organization == session.organization_name && unit.path.len() == depth
        });
        here.next().expect("a unit").name.clone()
    };
    (below(0), below(1))
}

/// Somebody who sees the division of a unit, and the roles that they filter by.
async fn operator(service: &Service, admin: &Session, name: &str, unit: &str) -> Session {
    let role = RoleDraft {
        name: format!("{name} sees"),
        home: Home::SystemWide,
        rules: ListChange {
            add: vec![
                "allow view on user at division".to_owned(),
                "allow view on role at organization".to_owned(),
            ],
            ..ListChange::default()
        },
        ..RoleDraft::default()
    };
    service
        .perform(admin, CreateRole { draft: role })
        .await
        .expect("a role");
    let profile = Profile {
        username: name.to_owned(),
        first_name: "Bench".to_owned(),
        last_name: "Mark".to_owned(),
        email: format!("{name}@bench.test"),
        ..Profile::default()
    };
    let password = service
        .new_password(admin, &profile, Secret::new(PASSWORD.to_owned()))
        .await
        .expect("a password");
    let draft = UserDraft {
        profile,
        assigned_units: vec![unit.to_owned()],
        roles: vec![format!("{name} sees")],
        ..UserDraft::default()
    };
    let create = CreateUser {
        draft,
        password: Some(password),
    };
    service.perform(admin, create).await.expect("an operator");
    let attempt = SignIn {
        name: name.to_owned(),
        password: Secret::new(PASSWORD.to_owned()),
        organization: None,
        origin: Origin::of("bench"),
    };
    service.sign_in(attempt).await.expect("the operator")
}

/// Who asks, and who that is.
type Asker<'a> = (&'static str, &'a Session);

/// The list in every order. All ask in turn: where the threads of a connection run makes more of a difference than who asks.
async fn pages(service: &Service, askers: [Asker<'_>; 3]) {
    let mut sums = [Duration::ZERO; 3];
    for &sort in UserSort::ALL {
        for (which, page) in [("first", Page::First), ("last", Page::Last)] {
            let mut times: [Vec<Duration>; 3] = Default::default();
            for _ in 0..40 {
                for (times, (_, session)) in times.iter_mut().zip(askers) {
                    let query = ListUsers {
                        sort,
                        page: page.clone(),
                        limit: 100,
                        ..ListUsers::default()
                    };
                    let started = Instant::now();
                    service.ask(session, query).await.expect("a page");
                    times.push(started.elapsed());
                }
            }
            let what = format!("{which} page by {}", sort.as_str());
            let medians = times.map(|mut times| {
                times.sort();
                times.get(20).copied().unwrap_or_default()
            });
            note(&what, askers, medians);
            for (sum, took) in sums.iter_mut().zip(medians) {
                *sum += took;
            }
        }
    }
    note("all of these together", askers, sums);
}

async fn filters(service: &Service, askers: [Asker<'_>; 3]) {
    for filter in [
        "status:locked",
        "status:active",
        "role:Member",
        "tan",
        "田",
        "example",
    ] {
        let (mut lists, mut counts) = ([Duration::ZERO; 3], [Duration::ZERO; 3]);
        let both = lists.iter_mut().zip(&mut counts);
        for ((list, counted), (_, session)) in both.zip(askers) {
            let query = || ListUsers {
                filter: filter.to_owned(),
                limit: 100,
                ..ListUsers::default()
            };
            *list = time(10, || service.ask(session, query())).await;
            let count = || CountUsers {
                filter: filter.to_owned(),
                cap: Some(10_000),
            };
            *counted = time(10, || service.ask(session, count())).await;
        }
        note(&format!("list {filter}"), askers, lists);
        note(&format!("count {filter}, capped"), askers, counts);
    }
}

/// What it took each, and how many times what it took the first.
fn note(what: &str, askers: [Asker<'_>; 3], took: [Duration; 3]) {
    let [first, ..] = took;
    for ((who, _), took) in askers.into_iter().zip(took) {
        line(&format!("{who}: {what}"), took, Some(first));
    }
}
