//! The table of who may do what to whom: every request × every built-in role × where its target stands.
//!
//! Nothing in it is worked out from rules: each cell is one request, asked or performed and taken back. The lines of a
//! deed are the roles, its columns the targets; a cell is
//!
//! | cell | means |
//! |---|---|
//! | yes | it is done |
//! | no | the right is missing, or doesn't reach that target |
//! | unseen | for this operator there is no such target |
//! | refused: … | a rule of power, of giving or of oneself stands against it, whatever the rights |
//! | dots, part, nothing | it is answered without the sensitive fields; in part; there is nothing to do |
//!
//! All operators stand in the unit Sales of Acme and are assigned to it. Sales lies below Acme and above Inside; Works
//! stands beside it; Lab is a unit of Globex. A request that isn't in the table fails the test.

mod jobs;
mod people;
mod records;

use super::denied::requests;
use crate::support::engine::Engine;
use crate::support::town::{PASSWORD, Town, UserBuilder, a_group, a_role, a_user};
use rstest::rstest;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use wardroom::domain::UserId;
use wardroom::domain::permission::Level;
use wardroom::service::users::UserRef;
use wardroom::service::{Action, Error, Query, Result, Session};
use wardroom::store::sql::Sql;

/// The built-in roles, and the Manager's at narrower levels.
const ROLES: &[&str] = &[
    "Administrator",
    "Manager",
    "Manager, division",
    "Manager, unit",
    "Manager, own",
    "Helpdesk",
    "Auditor",
    "Member",
];

/// Where a target stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// The operator; the group or unit they are in; the role they have.
    Themselves,
    Unit,
    /// In their unit, and an administrator.
    Above,
    Below,
    Aside,
    SystemWide,
    Abroad,
}

impl Place {
    const fn unit(self) -> &'static str {
        match self {
            Self::Themselves | Self::Unit | Self::Above => "Sales",
            Self::Below => "Inside",
            Self::Aside => "Works",
            Self::SystemWide => "",
            Self::Abroad => "Globex/Lab",
        }
    }

    /// Whoever stands there; themselves aside.
    const fn person(self) -> &'static str {
        match self {
            Self::Themselves | Self::SystemWide => "",
            Self::Unit => "una",
            Self::Above => "boss",
            Self::Below => "bea",
            Self::Aside => "sid",
            Self::Abroad => "abe",
        }
    }
}

type Columns = &'static [(Place, &'static str)];

struct Operator {
    role: &'static str,
    username: String,
    session: Session,
}

/// One cell that is to be filled: who tries it, on whom.
struct At<'a> {
    operator: &'a Operator,
    place: Place,
    ids: &'a BTreeMap<String, UserId>,
    /// Sequence of the audit row of a person's sign-in.
    sign_ins: &'a BTreeMap<String, i64>,
}

impl At<'_> {
    /// The person there, or another of the same place: `una_off`. There is only one of oneself.
    fn another(&self, suffix: &str) -> String {
        match self.place {
            Place::Themselves => self.operator.username.clone(),
            place => format!("{}{suffix}", place.person()),
        }
    }

    fn name(&self) -> String {
        self.another("")
    }

    fn user(&self) -> UserRef {
        UserRef::Name(self.name())
    }

    fn id(&self) -> UserId {
        self.ids[&self.name()]
    }
}

/// The grids of one noun, each with the deeds that it is the answer to.
struct Part {
    name: &'static str,
    grids: Vec<(Vec<String>, String)>,
}

impl Part {
    /// Deeds in a row that have the same answers share them.
    fn add(&mut self, deed: String, grid: String) {
        match self.grids.last_mut() {
            Some((deeds, last)) if *last == grid => deeds.push(deed),
            _ => self.grids.push((vec![deed], grid)),
        }
    }

    fn text(&self) -> String {
        let texts = self.grids.iter().map(|(deeds, grid)| {
            let deeds = deeds.join("\n");
            format!("{deeds}\n{grid}\n")
        });
        texts.collect::<Vec<_>>().join("\n")
    }
}

struct Table {
    town: Town,
    operators: Vec<Operator>,
    ids: BTreeMap<String, UserId>,
    sign_ins: BTreeMap<String, i64>,
    columns: Columns,
    parts: Vec<Part>,
    tried: BTreeSet<String>,
}

impl Table {
    async fn new(engine: Engine) -> Self {
        let town = Town::new(engine).await;
        populate(&town).await;
        let mut operators = Vec::new();
        for role in ROLES {
            let username = username_of(role);
            let session = town.sign_in(&username).await;
            operators.push(Operator {
                role,
                username,
                session,
            });
        }
        for place in ["una", "boss", "bea", "sid", "abe"] {
            town.sign_in(place).await;
        }
        let mut tx = town.db.read().await.unwrap();
        let ids = Sql::new("select username, id from users")
            .all(&mut tx, |row| Ok((row.text()?, UserId(row.int()?))))
            .await
            .unwrap();
        let sign_ins = "select operator_name, max(sequence) from audit
            where action = 'authn_login_success' group by operator_name";
        let sign_ins = Sql::new(sign_ins)
            .all(&mut tx, |row| Ok((row.text()?, row.int()?)))
            .await
            .unwrap();
        tx.rollback().await.unwrap();
        Self {
            town,
            operators,
            ids: ids.into_iter().collect(),
            sign_ins: sign_ins.into_iter().collect(),
            columns: &[],
            parts: Vec::new(),
            tried: BTreeSet::new(),
        }
    }

    /// Begins a part of the table with columns of its own.
    fn part(&mut self, name: &'static str, columns: Columns) {
        self.columns = columns;
        let grids = Vec::new();
        self.parts.push(Part { name, grids });
    }

    /// Writes the lines of one deed. `what` says which it is of those that one request can be.
    async fn line_up(
        &mut self,
        request: &str,
        what: &str,
        deed: impl AsyncFn(&Town, &At<'_>) -> String,
    ) {
        self.tried.insert(request.to_owned());
        let mut lines = format!("{:20}", "");
        for (_, head) in self.columns {
            let _ = write!(lines, "{head:15}");
        }
        for operator in &self.operators {
            let _ = write!(lines, "\n  {:18}", operator.role);
            for (place, _) in self.columns {
                let at = At {
                    operator,
                    place: *place,
                    ids: &self.ids,
                    sign_ins: &self.sign_ins,
                };
                let _ = write!(lines, "{:15}", deed(&self.town, &at).await);
            }
        }
        let lines: Vec<&str> = lines.lines().map(str::trim_end).collect();
        let part = self.parts.last_mut().unwrap();
        let deed = format!("{request} {what}").trim_end().to_owned();
        part.add(deed, lines.join("\n"));
    }

    /// Performs and takes back.
    async fn act<A: Action>(
        &mut self,
        request: &str,
        what: &str,
        make: impl Fn(&At<'_>) -> A,
        read: impl Fn(&A::Output) -> String,
    ) {
        self.line_up(request, what, async |town, at| {
            cell(
                town.service.rehearse(&at.operator.session, make(at)).await,
                &read,
            )
        })
        .await;
    }

    async fn ask<Q: Query>(
        &mut self,
        request: &str,
        what: &str,
        make: impl Fn(&At<'_>) -> Q,
        read: impl Fn(&Q::Output) -> String,
    ) {
        self.line_up(request, what, async |town, at| {
            cell(
                town.service.ask(&at.operator.session, make(at)).await,
                &read,
            )
        })
        .await;
    }
}

/// What becomes of a request, in a word or two.
fn cell<T>(result: Result<T>, read: impl FnOnce(&T) -> String) -> String {
    match result {
        Ok(output) => read(&output),
        Err(Error::Denied { .. }) => "no".to_owned(),
        Err(Error::Missing { .. }) => "unseen".to_owned(),
        Err(Error::Rule(sentence)) => refused(&sentence),
        Err(Error::Against(against)) => refused(&against.why),
        Err(error) => panic!("{error:?}"),
    }
}

fn yes<T>(_: &T) -> String {
    "yes".to_owned()
}

/// Of what shows the target or not.
fn seen(number: usize) -> String {
    if number == 0 { "unseen" } else { "yes" }.to_owned()
}

/// A part of a refusal → the rule that it stands for.
const RULES: &[(&str, &str)] = &[
    ("outside the reach of your right", "no"),
    ("doesn't reach that unit", "refused: reach"),
    ("it needs the right", "refused: reach"),
    ("so you can't decide who gets into", "refused: reach"),
    ("your own account", "refused: self"),
    ("is yourself", "refused: self"),
    ("nobody changes their own", "refused: self"),
    ("is built in", "refused: fixed"),
    ("You work in", "refused: here"),
    ("which you don't hold", "refused: gift"),
    (", which you don't", "refused: power"),
    ("is no plan of yours", "refused: owner"),
    ("still owns", "refused: in use"),
    ("belongs to another organization than", "refused: place"),
    ("may not sign in to", "refused: place"),
    ("so it can't be in \"", "refused: place"),
];

fn refused(sentence: &str) -> String {
    let known = RULES.iter().find(|(part, _)| sentence.contains(part));
    let Some((_, rule)) = known else {
        panic!("a rule that the table has no word for: {sentence}");
    };
    (*rule).to_owned()
}

fn username_of(role: &str) -> String {
    role.to_lowercase().replace(", ", "_")
}

/// Roles at narrower levels, the operators, and everybody and everything that they try themselves on.
async fn populate(town: &Town) {
    for (name, level) in [
        ("Manager, division", Level::Division),
        ("Manager, unit", Level::Unit),
        ("Manager, own", Level::Own),
    ] {
        a_role()
            .named(name)
            .allows(
                "view create edit assign enable disable unlock reset-password invite delete restore export import",
                "user",
                level,
            )
            .allows("view create edit delete members", "group", level)
            .allows("view", "role", Level::Organization)
            .allows("view", "organization", Level::Organization)
            .allows("view", "unit", Level::Organization)
            .allows("view", "job", Level::Own)
            .insert(town)
            .await;
    }
    for (name, organization) in [("Plain", "Acme"), ("Abroad", "Globex")] {
        a_role().named(name).of(organization).insert(town).await;
    }
    a_role().named("Spare").insert(town).await;
    groups(town).await;
    for role in ROLES {
        standing(&username_of(role), "Sales")
            .with_role(role)
            .in_group("Their crew")
            .assigned_to("Sales")
            .insert(town)
            .await;
    }
    for place in [
        Place::Unit,
        Place::Above,
        Place::Below,
        Place::Aside,
        Place::Abroad,
    ] {
        people_at(town, place).await;
    }
}

/// A group of each place, which nobody is in but the operators in theirs.
async fn groups(town: &Town) {
    let all = [
        ("Their crew", Some("Acme"), "Sales"),
        ("Sales crew", Some("Acme"), "Sales"),
        ("Inside crew", Some("Acme"), "Inside"),
        ("Works crew", Some("Acme"), "Works"),
        ("Everywhere", None, ""),
        ("Lab crew", Some("Globex"), "Lab"),
    ];
    for (name, organization, unit) in all {
        let group = a_group().named(name);
        let group = match organization {
            Some(organization) => group.of(organization),
            None => group,
        };
        group.insert(town).await;
        let own = "update groups set owner_unit_id = (select id from units where name = $2)
            where name = $1";
        town.execute(Sql::new(own).bind(name).bind(unit)).await;
    }
    a_group()
        .named("Desk")
        .of("Acme")
        .confers("Helpdesk")
        .insert(town)
        .await;
}

fn standing(name: &str, unit: &str) -> UserBuilder {
    UserBuilder {
        phone: "+49 30 5550123".to_owned(),
        ..a_user().named(name).owned_by(unit)
    }
}

/// Somebody as most are, and somebody for each operation that needs another state.
async fn people_at(town: &Town, place: Place) {
    let unit = place.unit().trim_start_matches("Globex/");
    let role = match place {
        Place::Above => "Administrator",
        _ => "Member",
    };
    let named = |suffix: &str| {
        let name = format!("{}{suffix}", place.person());
        standing(&name, unit).with_role(role)
    };
    let noon = crate::support::town::NOON;
    for user in [
        named(""),
        named("_off").disabled(),
        named("_locked").locked(noon.plus_seconds(-60), wardroom::domain::Time::NEVER),
        named("_bin").deleted(noon.plus_seconds(-60)),
        named("_job"),
        named("_done"),
    ] {
        user.insert(town).await;
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_action_by_every_role_on_every_place(#[case] engine: Engine) {
    let mut table = Table::new(engine).await;
    people::fill(&mut table).await;
    records::fill(&mut table).await;
    jobs::fill(&mut table).await;

    let written = requests(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("src/service"),
        "",
    );
    let missing: Vec<_> = written.difference(&table.tried).collect();
    assert!(missing.is_empty(), "add to the table: {missing:?}");
    let gone: Vec<_> = table.tried.difference(&written).collect();
    assert!(gone.is_empty(), "take out of the table: {gone:?}");
    for part in &table.parts {
        insta::assert_snapshot!(part.name, part.text());
    }
    // Trying it changed nothing.
    assert!(table.town.try_sign_in("una", PASSWORD).await.is_ok());
    table.town.verify().await;
}
