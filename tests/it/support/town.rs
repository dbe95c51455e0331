//! A small company that most tests of the service live in, and builders for who else a test needs.
//!
//! ```ignore
//! let town = Town::new(engine).await;
//! let hana = town.sign_in("hana").await;
//! a_user().named("bob").in_group("Authors").insert(&town).await;
//! ```
//!
//! The organization Acme has the units Acme › Sales › Inside and Acme › Works, Globex has Globex › Lab.
//! Everybody's password is [`PASSWORD`] and everybody is owned by the first unit of Acme, but:
//!
//! | user | is |
//! |---|---|
//! | ada | Administrator, also sees sensitive data |
//! | hana, manu, aude | Helpdesk, Manager, Auditor |
//! | edie | Editor, a role without any right over Wardroom itself, through the group Authors |
//! | mem | Member, owned by Inside, with a birthday, a phone, an employee number and another e-mail |
//! | lars, lena | Members, locked by guessing for 30 minutes, locked until somebody unlocks |
//! | dora, dell, inva, rese, exun | Members: disabled, deleted, invited, password reset, expired |
//! | svc | a service account with the role Helpdesk and no password |
//! | gus, gail | Member and Helpdesk of Globex |

use super::engine::{Engine, TestDatabase};
use wardroom::clock::Clock;
use wardroom::domain::catalogue::ManagedResource;
use wardroom::domain::permission::{Level, Ownership};
use wardroom::domain::user::{Profile, UserKind, UserState};
use wardroom::domain::{GroupId, JobId, OrganizationId, RoleId, Time, UnitId, UserId, text};
use wardroom::service::audit::VerifyAudit;
use wardroom::service::catalogue::Preset;
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, Job, MakePlan, Operation, Plan, Targets, run_job,
};
use wardroom::service::password::Passwords;
use wardroom::service::setup::Init;
use wardroom::service::{Entropy, Origin, Policy, Result, Secret, Service, Session, SignIn};
use wardroom::store::sql::{self, Sql};
use wardroom::store::users::{self, Membership, UserRecord, UserWrite};
use wardroom::store::{Db, Options, Scope, Tx, catalogue};

pub const PASSWORD: &str = "marble ocean trumpet";
pub const WRONG: &str = "marble ocean trombone";

/// What the town's clock says at first.
pub const NOON: Time = Time(1_795_348_800_000_000);
const MINUTE: i64 = 60;

pub struct Town {
    pub service: Service,
    pub db: Db,
    pub clock: Clock,
    /// Last, so that it is dropped after its connections.
    pub database: TestDatabase,
}

/// The policy of the tests: the built-in one, but for what a hash costs.
pub fn policy() -> Policy {
    let mut policy = Policy::default();
    policy.argon2.memory_kib = 64;
    policy.argon2.passes = 1;
    policy
}

impl Town {
    pub async fn new(engine: Engine) -> Self {
        Self::with(engine, |_| {}).await
    }

    /// The town under another policy.
    pub async fn with(engine: Engine, change: impl FnOnce(&mut Policy)) -> Self {
        let database = engine.prepared_database("town", build).await;
        let mut policy = policy();
        change(&mut policy);
        Self::over(database, policy).await
    }

    /// A company of nobody but ada, begun with a preset.
    pub async fn begun_with(engine: Engine, preset: Preset) -> Result<Self> {
        let database = engine.fresh_database().await;
        let db = Db::create(&Options::new(&database.url)).await.unwrap();
        let init = Init {
            preset: Some(preset),
            ..first_records()
        };
        let begun = founder(&db).initialize(init).await;
        db.close().await;
        begun?;
        Ok(Self::over(database, policy()).await)
    }

    async fn over(database: TestDatabase, policy: Policy) -> Self {
        let db = Db::open(&Options::new(&database.url)).await.unwrap();
        let clock = Clock::fixed(NOON);
        let service = Service::new(db.clone(), clock.clone(), Entropy::seeded(7), policy);
        Self {
            service,
            db,
            clock,
            database,
        }
    }

    /// A second console on the same database, as another process would have it.
    pub async fn second_service(&self, policy: Policy) -> Service {
        let db = Db::open(&Options::new(&self.database.url)).await.unwrap();
        Service::new(db, self.clock.clone(), Entropy::seeded(8), policy)
    }

    pub async fn sign_in(&self, name: &str) -> Session {
        self.try_sign_in(name, PASSWORD).await.unwrap()
    }

    pub async fn try_sign_in(&self, name: &str, password: &str) -> Result<Session> {
        self.service.sign_in(attempt(name, password)).await
    }

    pub async fn sign_in_to(&self, name: &str, organization: &str) -> Session {
        let attempt = SignIn {
            organization: Some(organization.to_owned()),
            ..attempt(name, PASSWORD)
        };
        self.service.sign_in(attempt).await.unwrap()
    }

    /// Runs statements past the service, as somebody with the database in hand could.
    pub async fn execute(&self, sql: Sql) -> u64 {
        let mut tx = self.db.write().await.unwrap();
        let changed = sql.execute(&mut tx).await.unwrap();
        tx.commit().await.unwrap();
        changed
    }

    pub async fn int(&self, sql: Sql) -> i64 {
        let mut tx = self.db.read().await.unwrap();
        sql.int(&mut tx).await.unwrap()
    }

    pub async fn texts(&self, sql: Sql) -> Vec<String> {
        let mut tx = self.db.read().await.unwrap();
        sql.all(&mut tx, sql::text).await.unwrap()
    }

    pub async fn id(&self, username: &str) -> UserId {
        let key = text::canonical(username).unwrap();
        let sql = Sql::new("select id from users where username_key = $1").bind(key);
        UserId(self.int(sql).await)
    }

    pub async fn ids(&self, usernames: &[&str]) -> Vec<UserId> {
        let mut ids = Vec::new();
        for username in usernames {
            ids.push(self.id(username).await);
        }
        ids
    }

    pub async fn record(&self, username: &str) -> UserRecord {
        let id = self.id(username).await;
        let mut tx = self.db.read().await.unwrap();
        let record = users::lookup(&mut tx, &Scope::system(), id).await.unwrap();
        record.unwrap()
    }

    pub async fn state(&self, username: &str) -> UserState {
        self.record(username).await.state
    }

    pub async fn plan(&self, session: &Session, operation: Operation, names: &[&str]) -> Plan {
        self.try_plan(session, operation, names).await.unwrap()
    }

    pub async fn try_plan(
        &self,
        session: &Session,
        operation: Operation,
        names: &[&str],
    ) -> Result<Plan> {
        let targets = Targets::Names(names.iter().map(|&name| name.to_owned()).collect());
        let plan = MakePlan::new(operation, targets);
        self.service.perform(session, plan).await
    }

    /// Confirms a plan as firmly as any tier asks for.
    pub async fn confirm(&self, session: &Session, plan: &Plan) -> Job {
        let confirm = ConfirmPlan {
            confirmation: Confirmation::Count(plan.will_change),
            ..confirm(plan.id)
        };
        self.service.perform(session, confirm).await.unwrap()
    }

    pub async fn run(&self, session: &Session, plan: &Plan) -> Job {
        self.confirm(session, plan).await;
        run_job(&self.service, session, plan.id, |_| {})
            .await
            .unwrap()
    }

    /// Plans, confirms and runs.
    pub async fn perform(&self, session: &Session, operation: Operation, names: &[&str]) -> Job {
        let plan = self.plan(session, operation, names).await;
        self.run(session, &plan).await
    }

    /// Adds so many Members of Acme, `crowd1`, `crowd2` …, owned by Sales, in a few statements.
    pub async fn crowd(&self, number: u32) {
        let person = |number: u32| {
            let name = format!("crowd{number}");
            let profile = UserBuilder {
                first_name: "Crowd".to_owned(),
                ..a_user().named(&name)
            };
            let search_text = profile.profile().search_text();
            [text::skeleton(&name), search_text, name]
        };
        let people: Vec<[String; 3]> = (1..=number).map(person).collect();
        let mut users = Sql::new(
            "insert into users (organization_id, owner_unit_id, username, username_key,
                username_skeleton, first_name, last_name, email, email_key, name_key, search_text,
                created_at, updated_at)
            select n.organization_id, n.id, {item:2}, {item:2}, {item:0}, 'Crowd', 'Doe',
                {item:2} || '@acme.test', {item:2} || '@acme.test', 'doe crowd', {item:1}, 1, 1 from ",
        );
        users.push_json(serde_json::to_string(&people).unwrap());
        users.push(" cross join units n where n.name = 'Sales'");
        assert_eq!(self.execute(users).await, u64::from(number));
        for insert in [
            "insert into user_states (user_id, owner_unit_id, organization_id)
             select u.id, u.owner_unit_id, u.organization_id from users u where u.username like 'crowd%'",
            "insert into user_organizations (user_id, organization_id)
             select u.id, u.organization_id from users u where u.username like 'crowd%'",
            "insert into user_roles (user_id, role_id)
             select u.id, r.id from users u cross join roles r
             where u.username like 'crowd%' and r.name = 'Member'",
        ] {
            self.execute(Sql::new(insert)).await;
        }
    }

    /// The audit rows of an action, oldest first, as `outcome target changes`.
    pub async fn audit(&self, action: &str) -> Vec<String> {
        let sql = Sql::new(
            "select outcome || ' ' || target_name || ' ' || changes from audit
             where action = $1 order by sequence",
        );
        self.texts(sql.bind(action)).await
    }

    /// What must be true after whatever a test did.
    pub async fn verify(&self) {
        let auditor = self.sign_in("aude").await;
        let found = self.service.ask(&auditor, VerifyAudit::default()).await;
        assert_eq!(found.unwrap().findings, [""; 0]);
        for (what, text) in INVARIANTS {
            assert_eq!(self.int(Sql::new(text)).await, 0, "{what}");
        }
    }
}

/// What is wrong if there is any → how many there are.
const INVARIANTS: &[(&str, &str)] = &[
    (
        "users without exactly one state",
        "select count(*) from users u where 1 <> (select count(*) from user_states s where s.user_id = u.id)",
    ),
    (
        "users whose unit lies in another organization",
        "select count(*) from users u join units n on n.id = u.owner_unit_id
         where n.organization_id <> u.organization_id",
    ),
    (
        "units whose parent lies in another organization",
        "select count(*) from units n join units p on p.id = n.parent_id
         where n.organization_id <> p.organization_id",
    ),
    (
        "pairs missing from the closure of the units",
        "with recursive below (ancestor, descendant, depth) as (
            select id, id, 0 from units
            union all
            select b.ancestor, n.id, b.depth + 1 from below b join units n on n.parent_id = b.descendant)
         select count(*) from below b where not exists (
            select 1 from unit_closure c where c.ancestor_id = b.ancestor
            and c.descendant_id = b.descendant and c.depth = b.depth)",
    ),
    (
        "pairs too many in the closure of the units",
        "with recursive below (ancestor, descendant) as (
            select id, id from units
            union all
            select b.ancestor, n.id from below b join units n on n.parent_id = b.descendant)
         select (select count(*) from unit_closure) - (select count(*) from below)",
    ),
    (
        "pairs missing from the closure of the groups",
        "with recursive below (ancestor, descendant) as (
            select id, id from groups
            union
            select b.ancestor, m.member_id from below b join group_groups m on m.group_id = b.descendant)
         select count(*) from below b where not exists (
            select 1 from group_closure c where c.ancestor_id = b.ancestor and c.descendant_id = b.descendant)",
    ),
    (
        "pairs too many in the closure of the groups",
        "with recursive below (ancestor, descendant) as (
            select id, id from groups
            union
            select b.ancestor, m.member_id from below b join group_groups m on m.group_id = b.descendant)
         select (select count(*) from group_closure) - (select count(*) from below)",
    ),
    (
        "targets that were changed without exactly one audit row, and rows without such a target",
        // A user stands in a plan of memberships once for each change.
        "select count(*) from (
            select job_id, user_id, membership, sum(weight) as sum, count(*) as number from (
                select t.job_id, t.user_id, 1 as weight, coalesce(case c.direction
                    when 'add' then '{\"' || c.holder_kind || '\":[\"\",\"' || c.holder_name || '\"]}'
                    else '{\"' || c.holder_kind || '\":[\"' || c.holder_name || '\",\"\"]}' end, '') as membership
                from plan_targets t
                left join plan_changes c on c.job_id = t.job_id and c.number = t.change_number
                where t.result = 'done'
                union all
                select job_id, target_id, -1, case
                    when action like 'user_group_%' or action like 'user_role_%' then changes else '' end
                from audit
                where job_id is not null and target_kind = 'user' and outcome = 'done') both_sides
            group by job_id, user_id, membership) compared
         where sum <> 0 or number <> 2",
    ),
    (
        "jobs whose counts differ from their targets",
        "select count(*) from jobs j where j.done <> (
            select count(*) from plan_targets t where t.job_id = j.id and t.result = 'done')
         or j.failed <> (
            select count(*) from plan_targets t where t.job_id = j.id and t.result in ('failed', 'conflict'))",
    ),
];

pub fn attempt(name: &str, password: &str) -> SignIn {
    SignIn {
        name: name.to_owned(),
        password: Secret::new(password.to_owned()),
        organization: None,
        origin: Origin {
            application: "test".to_owned(),
            client_address: "203.0.113.7".to_owned(),
            agent: "tester".to_owned(),
        },
    }
}

/// A confirmation that says nothing.
pub fn confirm(job: JobId) -> ConfirmPlan {
    ConfirmPlan {
        job,
        confirmation: Confirmation::None,
        reason: "a test".to_owned(),
        ticket: String::new(),
        identified: false,
    }
}

/// What the rules of the tests name beside the console's own resources.
pub async fn add_catalogue(tx: &mut Tx) {
    let edited = &["view", "create", "edit", "delete", "publish"];
    for (key, actions, ownership) in [
        ("catalog.product", &edited[..], Ownership::Unit),
        ("content", edited, Ownership::Tree),
        ("order", &["view", "edit", "approve"], Ownership::User),
    ] {
        let resource = ManagedResource::new(key, actions, ownership);
        catalogue::put_resource(tx, &resource).await.unwrap();
    }
}

fn founder(db: &Db) -> Service {
    Service::new(db.clone(), Clock::fixed(NOON), Entropy::seeded(7), policy())
}

fn first_records() -> Init {
    Init {
        admin: "ada".to_owned(),
        email: "ada@acme.test".to_owned(),
        password: Some(Secret::new(PASSWORD.to_owned())),
        organization: "Acme".to_owned(),
        ..Init::default()
    }
}

async fn build(url: String) {
    let db = Db::create(&Options::new(&url)).await.unwrap();
    founder(&db).initialize(first_records()).await.unwrap();
    let mut tx = db.write().await.unwrap();
    // Administrator by her role alone, so that taking it takes all.
    Sql::new("delete from group_users where group_id in (select id from groups where name = 'Administrators')")
        .execute(&mut tx)
        .await
        .unwrap();
    add_unit(&mut tx, "Acme", Some("Acme"), "Sales").await;
    add_unit(&mut tx, "Acme", Some("Sales"), "Inside").await;
    add_unit(&mut tx, "Acme", Some("Acme"), "Works").await;
    add_organization(&mut tx, "Globex").await;
    add_catalogue(&mut tx).await;
    add_unit(&mut tx, "Globex", Some("Globex"), "Lab").await;
    a_role()
        .named("Editor")
        .allows("view edit publish", "catalog.product", Level::All)
        .insert_in(&mut tx)
        .await;
    a_group()
        .named("Authors")
        .confers("Editor")
        .insert_in(&mut tx)
        .await;
    for person in people() {
        person.insert_in(&mut tx).await;
    }
    tx.commit().await.unwrap();
    db.close().await;
}

fn people() -> Vec<UserBuilder> {
    let hour = 60 * MINUTE;
    let member = |name: &str| a_user().named(name);
    vec![
        member("hana").with_role("Helpdesk"),
        member("manu").with_role("Manager"),
        member("aude").with_role("Auditor"),
        member("edie").in_group("Authors"),
        UserBuilder {
            birthday: "1990-05-17".to_owned(),
            phone: "+49 30 5550123".to_owned(),
            employee_number: "E-4711".to_owned(),
            other_emails: vec!["mem@home.test".to_owned()],
            ..member("mem").owned_by("Inside")
        },
        member("lars").locked(Time(NOON.0 - 300_000_000), NOON.plus_seconds(25 * MINUTE)),
        member("lena").locked(Time(NOON.0 - 300_000_000), Time::NEVER),
        member("dora").disabled(),
        member("dell").deleted(Time(NOON.0 - 3_600_000_000)),
        member("inva").with_status("invited"),
        member("rese").with_status("password_reset"),
        member("exun").expiring(NOON.plus_seconds(-hour)),
        UserBuilder {
            kind: UserKind::Service,
            password: false,
            ..member("svc").with_role("Helpdesk")
        },
        member("gus").of("Globex"),
        member("gail").of("Globex").with_role("Helpdesk"),
    ]
}

async fn add_organization(tx: &mut Tx, name: &'static str) {
    let key = text::canonical(name).unwrap();
    let id = wardroom::store::setup::add_organization(tx, name, &key, NOON)
        .await
        .unwrap();
    add_unit_of(tx, id, None, name).await;
}

async fn add_unit(tx: &mut Tx, organization: &str, parent: Option<&str>, name: &str) {
    let organization = OrganizationId(
        named(
            tx,
            "select id from organizations where name = $1",
            organization,
        )
        .await,
    );
    let parent = match parent {
        Some(parent) => Some(UnitId(unit(tx, parent).await)),
        None => None,
    };
    add_unit_of(tx, organization, parent, name).await;
}

async fn add_unit_of(
    tx: &mut Tx,
    organization: OrganizationId,
    parent: Option<UnitId>,
    name: &str,
) {
    let key = text::canonical(name).unwrap();
    let new = wardroom::store::units::NewUnit {
        organization,
        parent,
        name,
        name_key: &key,
    };
    wardroom::store::units::add(tx, &new, NOON).await.unwrap();
}

async fn named(tx: &mut Tx, text: &'static str, name: &str) -> i64 {
    let found = Sql::new(text).bind(name).int(tx).await;
    found.unwrap_or_else(|error| panic!("{name}: {error}"))
}

async fn unit(tx: &mut Tx, name: &str) -> i64 {
    named(tx, "select id from units where name = $1", name).await
}

pub fn a_user() -> UserBuilder {
    UserBuilder::default()
}

pub fn a_role() -> RoleBuilder {
    RoleBuilder::default()
}

pub fn a_group() -> GroupBuilder {
    GroupBuilder::default()
}

/// A user who is enabled, has the town's password and, where no role is given, the role Member.
#[derive(Clone, Debug)]
pub struct UserBuilder {
    pub username: String,
    pub first_name: String,
    pub last_name: String,
    pub email: String,
    pub birthday: String,
    pub phone: String,
    pub employee_number: String,
    pub title: String,
    pub department: String,
    pub other_emails: Vec<String>,
    pub kind: UserKind,
    pub agent: bool,
    pub manager: Option<UserId>,
    pub password: bool,
    pub unit: String,
    pub organizations: Vec<String>,
    pub assigned: Vec<String>,
    pub roles: Vec<String>,
    pub groups: Vec<String>,
    pub bare: bool,
    pub state: UserState,
    pub created_at: Time,
}

impl Default for UserBuilder {
    fn default() -> Self {
        Self {
            username: "bob".to_owned(),
            first_name: String::new(),
            last_name: "Doe".to_owned(),
            email: String::new(),
            birthday: String::new(),
            phone: String::new(),
            employee_number: String::new(),
            title: String::new(),
            department: String::new(),
            other_emails: Vec::new(),
            kind: UserKind::Person,
            agent: false,
            manager: None,
            password: true,
            unit: "Acme".to_owned(),
            organizations: Vec::new(),
            assigned: Vec::new(),
            roles: Vec::new(),
            groups: Vec::new(),
            bare: false,
            created_at: Time(NOON.0 - 86_400_000_000),
            state: UserState {
                user: UserId(0),
                enabled: true,
                authentication_status: "active".to_owned(),
                failures: 0,
                locked_at: Time::NEVER,
                locked_until: Time::NEVER,
                last_sign_in_at: Time::NEVER,
                sign_in_count: 0,
                expires_at: Time::NEVER,
                deleted_at: Time::NEVER,
                version: 1,
            },
        }
    }
}

impl UserBuilder {
    pub fn named(mut self, username: &str) -> Self {
        username.clone_into(&mut self.username);
        self
    }

    pub fn with_role(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// No role at all, not even Member.
    pub fn without_roles(mut self) -> Self {
        self.roles.clear();
        self.bare = true;
        self
    }

    pub fn in_group(mut self, group: &str) -> Self {
        self.groups.push(group.to_owned());
        self
    }

    pub fn owned_by(mut self, unit: &str) -> Self {
        unit.clone_into(&mut self.unit);
        self
    }

    pub fn assigned_to(mut self, unit: &str) -> Self {
        self.assigned.push(unit.to_owned());
        self
    }

    /// Owned by the first unit of this organization.
    pub fn of(self, organization: &str) -> Self {
        self.owned_by(organization)
    }

    /// May sign in to this one too.
    pub fn may_enter(mut self, organization: &str) -> Self {
        self.organizations.push(organization.to_owned());
        self
    }

    pub fn disabled(mut self) -> Self {
        self.state.enabled = false;
        self
    }

    pub fn deleted(mut self, at: Time) -> Self {
        self.state.deleted_at = at;
        self
    }

    pub fn locked(mut self, since: Time, until: Time) -> Self {
        self.state.failures = 10;
        self.state.locked_at = since;
        self.state.locked_until = until;
        self
    }

    pub fn with_status(mut self, status: &str) -> Self {
        status.clone_into(&mut self.state.authentication_status);
        self
    }

    pub fn expiring(mut self, at: Time) -> Self {
        self.state.expires_at = at;
        self
    }

    pub async fn insert(self, town: &Town) -> UserId {
        let mut tx = town.db.write().await.unwrap();
        let id = self.insert_in(&mut tx).await;
        tx.commit().await.unwrap();
        id
    }

    pub async fn insert_in(mut self, tx: &mut Tx) -> UserId {
        let owner_unit = unit(tx, &self.unit).await;
        let organization = Sql::new("select organization_id from units where id = $1")
            .bind(owner_unit)
            .int(tx)
            .await
            .unwrap();
        let write = self.write(OrganizationId(organization), UnitId(owner_unit));
        let state = &self.state;
        let id = users::add(
            tx,
            &write,
            state.enabled,
            &state.authentication_status,
            state.expires_at,
            self.created_at,
        )
        .await
        .unwrap();
        write_state(tx, id, state).await;
        if self.password {
            let hash = password_hash().await;
            wardroom::store::user_states::set_password(tx, id, &hash, self.created_at)
                .await
                .unwrap();
        }
        if self.roles.is_empty() && self.groups.is_empty() && !self.bare {
            self.roles.push("Member".to_owned());
        }
        self.join(tx, id, organization).await;
        id
    }

    async fn join(&self, tx: &mut Tx, id: UserId, organization: i64) {
        let lists = [
            (
                Membership::Organizations,
                &self.organizations,
                "select id from organizations where name = $1",
            ),
            (
                Membership::Units,
                &self.assigned,
                "select id from units where name = $1",
            ),
            (
                Membership::Roles,
                &self.roles,
                "select id from roles where name = $1",
            ),
            (
                Membership::Groups,
                &self.groups,
                "select id from groups where name = $1",
            ),
        ];
        users::join(tx, Membership::Organizations, id, organization)
            .await
            .unwrap();
        for (membership, names, select) in lists {
            for name in names {
                let one = named(tx, select, name).await;
                users::join(tx, membership, id, one).await.unwrap();
            }
        }
    }

    fn write(&self, organization: OrganizationId, owner_unit: UnitId) -> UserWrite {
        let username = text::Username::parse(&self.username).unwrap();
        let profile = self.profile();
        UserWrite {
            organization,
            owner_unit,
            username_key: username.canonical().to_owned(),
            username_skeleton: username.skeleton(),
            email_key: profile.email.to_lowercase(),
            profile,
            kind: self.kind,
            manager: self.manager,
            agent: self.agent,
            other_emails: self.other_emails.clone(),
        }
    }

    pub fn profile(&self) -> Profile {
        let or = |text: &str, other: String| {
            if text.is_empty() {
                other
            } else {
                text.to_owned()
            }
        };
        Profile {
            username: self.username.clone(),
            first_name: or(&self.first_name, self.username.clone()),
            last_name: self.last_name.clone(),
            email: or(&self.email, format!("{}@acme.test", ascii(&self.username))),
            birthday: self.birthday.clone(),
            phone: self.phone.clone(),
            employee_number: self.employee_number.clone(),
            title: self.title.clone(),
            department: self.department.clone(),
            ..Profile::default()
        }
    }
}

/// A mailbox for a name in any script.
fn ascii(name: &str) -> String {
    let plain = |letter: char| match letter {
        letter if letter.is_ascii_alphanumeric() => letter.to_string(),
        letter => format!("x{:x}", u32::from(letter)),
    };
    name.chars().map(plain).collect()
}

async fn write_state(tx: &mut Tx, id: UserId, state: &UserState) {
    Sql::new(
        "update user_states set failures = $2, locked_at = $3, locked_until = $4,
            last_sign_in_at = $5, sign_in_count = $6, deleted_at = $7 where user_id = $1",
    )
    .bind(id)
    .bind(state.failures)
    .bind(state.locked_at)
    .bind(state.locked_until)
    .bind(state.last_sign_in_at)
    .bind(state.sign_in_count)
    .bind(state.deleted_at)
    .execute_one(tx)
    .await
    .unwrap();
}

async fn password_hash() -> String {
    static HASH: tokio::sync::OnceCell<String> = tokio::sync::OnceCell::const_new();
    let make = async || {
        Passwords::new(&policy().argon2)
            .hash(Secret::new(PASSWORD.to_owned()), &Entropy::seeded(3))
            .await
            .unwrap()
    };
    HASH.get_or_init(make).await.clone()
}

#[derive(Clone, Debug, Default)]
pub struct RoleBuilder {
    name: String,
    organization: Option<String>,
    rules: Vec<(&'static str, String, String, Level)>,
}

impl RoleBuilder {
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub fn of(mut self, organization: &str) -> Self {
        self.organization = Some(organization.to_owned());
        self
    }

    pub fn allows(mut self, actions: &str, resource: &str, level: Level) -> Self {
        self.rules
            .push(("allow", actions.to_owned(), resource.to_owned(), level));
        self
    }

    pub fn denies(mut self, actions: &str, resource: &str) -> Self {
        self.rules
            .push(("deny", actions.to_owned(), resource.to_owned(), Level::All));
        self
    }

    pub async fn insert(self, town: &Town) -> RoleId {
        let mut tx = town.db.write().await.unwrap();
        let id = self.insert_in(&mut tx).await;
        tx.commit().await.unwrap();
        id
    }

    pub async fn insert_in(self, tx: &mut Tx) -> RoleId {
        let organization = organization_of(tx, self.organization.as_deref()).await;
        let id = Sql::new(
            "insert into roles (organization_id, name, name_key, created_at, updated_at)
             values ($1, $2, $3, $4, $4) returning id",
        )
        .bind(organization)
        .bind(&self.name)
        .bind(text::canonical(&self.name).unwrap())
        .bind(NOON)
        .int(tx)
        .await
        .unwrap();
        let insert = "insert into rules (role_id, position, effect, actions, resource, level)
            values ($1, $2, $3, $4, $5, $6)";
        add_rules(tx, insert, id, &self.rules).await;
        RoleId(id)
    }
}

async fn organization_of(tx: &mut Tx, name: Option<&str>) -> Option<OrganizationId> {
    match name {
        Some(name) => Some(OrganizationId(
            named(tx, "select id from organizations where name = $1", name).await,
        )),
        None => None,
    }
}

async fn add_rules(
    tx: &mut Tx,
    insert: &'static str,
    owner: i64,
    rules: &[(&'static str, String, String, Level)],
) {
    for (position, (effect, actions, resource, level)) in (1_i64..).zip(rules) {
        Sql::new(insert)
            .bind(owner)
            .bind(position)
            .bind(*effect)
            .bind(actions)
            .bind(resource)
            .bind(level.as_str())
            .execute_one(tx)
            .await
            .unwrap();
    }
}

#[derive(Clone, Debug, Default)]
pub struct GroupBuilder {
    name: String,
    organization: Option<String>,
    roles: Vec<String>,
    parents: Vec<String>,
    rules: Vec<(&'static str, String, String, Level)>,
}

impl GroupBuilder {
    pub fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub fn of(mut self, organization: &str) -> Self {
        self.organization = Some(organization.to_owned());
        self
    }

    pub fn confers(mut self, role: &str) -> Self {
        self.roles.push(role.to_owned());
        self
    }

    /// A member of another group: its members are members there too.
    pub fn inside(mut self, group: &str) -> Self {
        self.parents.push(group.to_owned());
        self
    }

    pub fn allows(mut self, actions: &str, resource: &str, level: Level) -> Self {
        self.rules
            .push(("allow", actions.to_owned(), resource.to_owned(), level));
        self
    }

    pub fn denies(mut self, actions: &str, resource: &str) -> Self {
        self.rules
            .push(("deny", actions.to_owned(), resource.to_owned(), Level::All));
        self
    }

    pub async fn insert(self, town: &Town) -> GroupId {
        let mut tx = town.db.write().await.unwrap();
        let id = self.insert_in(&mut tx).await;
        tx.commit().await.unwrap();
        id
    }

    pub async fn insert_in(self, tx: &mut Tx) -> GroupId {
        let organization = organization_of(tx, self.organization.as_deref()).await;
        let key = text::canonical(&self.name).unwrap();
        let id = Sql::new(
            "insert into groups (organization_id, name, name_key, alias, created_at, updated_at)
             values ($1, $2, $3, $3, $4, $4) returning id",
        )
        .bind(organization)
        .bind(&self.name)
        .bind(&key)
        .bind(NOON)
        .int(tx)
        .await
        .unwrap();
        let insert = "insert into rules (group_id, position, effect, actions, resource, level)
            values ($1, $2, $3, $4, $5, $6)";
        add_rules(tx, insert, id, &self.rules).await;
        let confer = "insert into group_roles (group_id, role_id) values ($1, $2)";
        for role in &self.roles {
            let role = named(tx, "select id from roles where name = $1", role).await;
            link(tx, confer, id, role).await;
        }
        // A new group has nothing below it, so its closure is itself and all that is above its parents.
        let itself = "insert into group_closure (ancestor_id, descendant_id, depth)
            values ($1, $2, 0)";
        link(tx, itself, id, id).await;
        let nest = "insert into group_groups (member_id, group_id) values ($1, $2)";
        let above = "insert into group_closure (ancestor_id, descendant_id, depth)
            select ancestor_id, $1, depth + 1 from group_closure where descendant_id = $2
            on conflict do nothing";
        for parent in &self.parents {
            let parent = named(tx, "select id from groups where name = $1", parent).await;
            link(tx, nest, id, parent).await;
            link(tx, above, id, parent).await;
        }
        GroupId(id)
    }
}

async fn link(tx: &mut Tx, insert: &'static str, first: i64, second: i64) {
    Sql::new(insert)
        .bind(first)
        .bind(second)
        .execute(tx)
        .await
        .unwrap();
}
