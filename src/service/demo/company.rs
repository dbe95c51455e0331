//! The company: organizations, their units, roles and groups, made before the first person.

use super::DAY;
use super::dice::Dice;
use super::places::{DEPARTMENTS, Department, SITES, Site, site};
use super::roles::{self, Holder, RoleBook};
use super::tables::At;
use crate::service::names;
use crate::store::Result;
use crate::store::bulk::{Sink, Value};

/// Name, domain of the addresses, description, share of the people in per cent.
const ORGANIZATIONS: [(&str, &str, &str, usize); 8] = [
    (
        "Acme Trading",
        "acme.test",
        "The parent company: wholesale of everything.",
        38,
    ),
    (
        "Brightwater Foods",
        "brightwater.test",
        "Organic food and drink, delivered.",
        19,
    ),
    (
        "Kestrel Logistics",
        "kestrel.example",
        "Warehouses and parcels for all of us.",
        13,
    ),
    (
        "Tanuki Electronics",
        "tanuki.test",
        "Cameras, sound and spare parts.",
        10,
    ),
    (
        "Marisol Fashion",
        "marisol.example",
        "Clothes for warm places.",
        8,
    ),
    (
        "Oakline Furniture",
        "oakline.test",
        "Tables that outlive their owners.",
        6,
    ),
    (
        "Vela Outdoor",
        "vela.example",
        "Tents, boats and stoves.",
        4,
    ),
    (
        "Aurora Books",
        "aurora.test",
        "Books in forty languages.",
        2,
    ),
];

/// Where the first organization has its first offices, in every demo.
pub const HOME_SITES: [&str; 3] = ["Berlin", "Tokyo", "Dublin"];

/// A unit that people belong to.
#[derive(Clone, Copy, Debug)]
pub struct Desk {
    pub unit: i64,
    pub site: &'static Site,
    pub department: &'static Department,
    /// The first person of the department; the manager of those who follow.
    pub lead: Option<i64>,
    /// The place of the department's first desk: its teams have the same lead.
    pub first: usize,
}

#[derive(Debug)]
pub struct Organization {
    pub id: i64,
    pub name: &'static str,
    pub domain: &'static str,
    pub root_unit: i64,
    pub desks: Vec<Desk>,
    /// The groups without a function: projects, car pools.
    pub small_groups: Vec<i64>,
    /// By the place of the function in [`roles::FUNCTIONS`].
    pub function_groups: Vec<i64>,
    pub store_manager: i64,
    /// The role that everybody has.
    pub member: i64,
    /// The first head of a department, to whom the others report.
    pub head: Option<i64>,
    share: usize,
}

#[derive(Debug)]
pub struct Company {
    pub organizations: Vec<Organization>,
    pub roles: RoleBook,
    pub intranet: i64,
    pub beta_testers: i64,
    pub units: i64,
    pub groups: i64,
    created_at: i64,
}

impl Company {
    /// Writes organizations, units, roles and groups for so many people.
    pub fn found(sink: &mut Sink, dice: &mut Dice, people: u64, now: i64) -> Result<Self> {
        let count = match people {
            ..500 => 4,
            500..1_000 => 5,
            _ => 6 + dice.below(3),
        };
        let created_at = now - 3_650 * DAY;
        let mut company = Self {
            organizations: Vec::with_capacity(count),
            roles: RoleBook::default(),
            intranet: 0,
            beta_testers: 0,
            units: 0,
            groups: 0,
            created_at,
        };
        let people = usize::try_from(people).unwrap_or(usize::MAX);
        for (place, &(name, domain, description, share)) in
            ORGANIZATIONS.iter().take(count).enumerate()
        {
            let id = number(place + 1);
            let times = created_at + number(place) * 200 * DAY;
            sink.push(
                At::Organizations as usize,
                &[
                    Value::Int(id),
                    Value::Text(name),
                    Value::Text(&names::key(name)),
                    Value::Text(description),
                    Value::Int(times),
                    Value::Int(times),
                ],
            )?;
            let mut organization = Organization {
                id,
                name,
                domain,
                root_unit: 0,
                desks: Vec::new(),
                small_groups: Vec::new(),
                function_groups: Vec::new(),
                store_manager: 0,
                member: 0,
                head: None,
                share,
            };
            company.build_units(sink, dice, &mut organization, people * share / 100)?;
            company.organizations.push(organization);
        }
        company.roles = RoleBook::write(sink, &mut company.organizations, created_at)?;
        company.form_groups(sink, people)?;
        Ok(company)
    }

    /// The organization that the next person works for.
    pub fn draw(&self, dice: &mut Dice) -> usize {
        let total: usize = self
            .organizations
            .iter()
            .map(|organization| organization.share)
            .sum();
        let mut place = dice.below(total);
        for (index, organization) in self.organizations.iter().enumerate() {
            if place < organization.share {
                return index;
            }
            place -= organization.share;
        }
        0
    }

    /// Root, sites, departments and, where a department is large, teams.
    fn build_units(
        &mut self,
        sink: &mut Sink,
        dice: &mut Dice,
        organization: &mut Organization,
        people: usize,
    ) -> Result<()> {
        let root = self.unit(sink, organization, &[], organization.name, None)?;
        organization.root_unit = root;
        for site in choose_sites(dice, organization.id == 1, (people / 100).clamp(3, 10)) {
            let site_unit = self.unit(sink, organization, &[root], site.city, Some(site))?;
            let departments = (people / 250).clamp(4, DEPARTMENTS.len());
            for department in DEPARTMENTS.iter().take(departments) {
                let name = format!("{} {}", site.city, department.name);
                let above = [root, site_unit];
                let unit = self.unit(sink, organization, &above, &name, Some(site))?;
                let teams = match people / departments / (people / 100).clamp(3, 10) {
                    ..40 => 0,
                    40..120 => 2,
                    _ => 4,
                };
                let first = organization.desks.len();
                let desk = |unit| Desk {
                    unit,
                    site,
                    department,
                    lead: None,
                    first,
                };
                organization.desks.push(desk(unit));
                for team in TEAMS.iter().take(teams) {
                    let name = format!("{name} {team}");
                    let above = [root, site_unit, unit];
                    let unit = self.unit(sink, organization, &above, &name, Some(site))?;
                    organization.desks.push(desk(unit));
                }
            }
        }
        Ok(())
    }

    /// Writes a unit below these, and its place in the closure.
    fn unit(
        &mut self,
        sink: &mut Sink,
        organization: &Organization,
        above: &[i64],
        name: &str,
        site: Option<&Site>,
    ) -> Result<i64> {
        self.units += 1;
        let id = self.units;
        let address = super::handles::plain(name);
        let phone = site.map_or_else(String::new, |site| {
            format!("{} 555 {:04}", site.dial, id % 10_000)
        });
        let created_at = self.created_at + (id % 3_000) * DAY;
        sink.push(
            At::Units as usize,
            &[
                Value::Int(id),
                Value::Int(organization.id),
                Value::from(above.last().copied()),
                Value::Text(name),
                Value::Text(&names::key(name)),
                Value::Text(&phone),
                Value::Text(&format!("{address}@{}", organization.domain)),
                Value::Text(&format!("https://{}/{address}", organization.domain)),
                Value::Text(if above.len() == 1 { "Office" } else { "" }),
                Value::Int(created_at),
                Value::Int(created_at),
            ],
        )?;
        let path = above.iter().copied().chain([id]);
        for (place, ancestor) in path.enumerate() {
            let depth = number(above.len() - place);
            sink.push(
                At::UnitClosure as usize,
                &[ancestor.into(), id.into(), depth.into()],
            )?;
        }
        Ok(id)
    }

    fn form_groups(&mut self, sink: &mut Sink, people: usize) -> Result<()> {
        for group in crate::domain::built_in::GROUPS {
            let id = self.group(sink, None, group.name, group.description, true)?;
            for name in group.roles {
                let role = self.roles.named(name);
                sink.push(At::GroupRoles as usize, &[id.into(), role.into()])?;
            }
            for (place, rule) in group.rules().enumerate() {
                self.roles.rule(sink, Holder::Group(id), place, &rule)?;
            }
        }
        self.intranet = self.group(sink, None, "Intranet", "Reads the news.", false)?;
        let member = self.roles.named(crate::domain::built_in::MEMBER);
        sink.push(
            At::GroupRoles as usize,
            &[self.intranet.into(), member.into()],
        )?;
        self.beta_testers = self.group(sink, None, "Beta Testers", "Sees it first.", false)?;
        for place in 0..self.organizations.len() {
            self.form_own_groups(sink, place, people)?;
        }
        Ok(())
    }

    fn form_own_groups(&mut self, sink: &mut Sink, place: usize, people: usize) -> Result<()> {
        let Some(organization) = self.organizations.get(place) else {
            return Ok(());
        };
        let share = people * organization.share / 100;
        let owner = Some((organization.id, organization.root_unit));
        let mut functions = Vec::new();
        for function in roles::FUNCTIONS {
            let id = self.group(sink, owner, function.group, function.description, false)?;
            let role = self.roles.named(function.role);
            sink.push(At::GroupRoles as usize, &[id.into(), role.into()])?;
            functions.push(id);
        }
        let mut small = Vec::new();
        let kinds = GROUP_KINDS.iter().flat_map(|kind| {
            GROUP_SUBJECTS
                .iter()
                .map(move |subject| format!("{kind} {subject}"))
        });
        for name in kinds.take((share / 150).clamp(6, 240)) {
            small.push(self.group(sink, owner, &name, "", false)?);
        }
        if let Some(organization) = self.organizations.get_mut(place) {
            organization.function_groups = functions;
            organization.small_groups = small;
        }
        Ok(())
    }

    /// Writes a group of this organization and root unit, or a system-wide one.
    fn group(
        &mut self,
        sink: &mut Sink,
        owner: Option<(i64, i64)>,
        name: &str,
        description: &str,
        built_in: bool,
    ) -> Result<i64> {
        self.groups += 1;
        let id = self.groups;
        let created_at = self.created_at + (id % 3_000) * DAY;
        sink.push(
            At::Groups as usize,
            &[
                Value::Int(id),
                Value::from(owner.map(|(organization, _)| organization)),
                Value::from(owner.map(|(_, unit)| unit)),
                Value::Text(name),
                Value::Text(&names::key(name)),
                Value::Text(&alias(name)),
                Value::Text(description),
                Value::Bool(built_in),
                Value::Int(created_at),
                Value::Int(created_at),
            ],
        )?;
        sink.push(
            At::GroupClosure as usize,
            &[id.into(), id.into(), Value::Int(0)],
        )?;
        Ok(id)
    }
}

impl Organization {
    /// The first desk of a department at a site.
    pub fn desk(&self, city: &str, department: &str) -> usize {
        self.desks
            .iter()
            .position(|desk| desk.site.city == city && desk.department.name == department)
            .unwrap_or(0)
    }
}

/// The first organization begins at home; the others anywhere, never twice in one place.
fn choose_sites(dice: &mut Dice, home: bool, count: usize) -> Vec<&'static Site> {
    let mut chosen: Vec<&'static Site> = Vec::with_capacity(count);
    if home {
        chosen.extend(HOME_SITES.iter().filter_map(|city| site(city)));
    }
    while chosen.len() < count {
        let site = dice.pick(SITES);
        if chosen.iter().all(|other| other.city != site.city) {
            chosen.push(site);
        }
    }
    chosen
}

/// camelCase of a name: `Sales Agents` → `salesAgents`.
fn alias(name: &str) -> String {
    let mut alias = String::with_capacity(name.len());
    for (place, word) in name.split_whitespace().enumerate() {
        let mut letters = super::names::ascii(word).to_lowercase();
        letters.retain(|letter| letter.is_ascii_alphanumeric());
        if place > 0
            && let Some(first) = letters.get_mut(0..1)
        {
            first.make_ascii_uppercase();
        }
        alias.push_str(&letters);
    }
    alias
}

pub fn number(place: usize) -> i64 {
    i64::try_from(place).unwrap_or(i64::MAX)
}

const TEAMS: [&str; 4] = ["Team Red", "Team Blue", "Team Green", "Team Gold"];

const GROUP_KINDS: [&str; 8] = [
    "Project",
    "First Aid",
    "Night Shift",
    "Pilot",
    "Car Pool",
    "Task Force",
    "Readers of",
    "Friends of",
];

const GROUP_SUBJECTS: [&str; 30] = [
    "Heron",
    "Lighthouse",
    "Juniper",
    "Comet",
    "Harbour",
    "Saffron",
    "Glacier",
    "Orchard",
    "Magpie",
    "Compass",
    "Lantern",
    "Quartz",
    "Willow",
    "Falcon",
    "Meadow",
    "Anchor",
    "Ember",
    "Thistle",
    "Delta",
    "Marble",
    "Walnut",
    "Tundra",
    "Pepper",
    "Sparrow",
    "Canyon",
    "Clover",
    "Onyx",
    "Raven",
    "Summit",
    "Violet",
];
