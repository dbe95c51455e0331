//! A second evaluator, written from the design's section on access alone, over plain lists and texts: slow, and simple
//! enough to be believed.

#[derive(Clone, Debug, Default)]
pub struct World {
    pub roles: Vec<Role>,
    pub groups: Vec<Group>,
    pub users: Vec<User>,
}

#[derive(Clone, Debug)]
pub struct Rule {
    pub allows: bool,
    pub actions: Vec<&'static str>,
    pub resource: &'static str,
    /// 0 own, 1 unit, 2 division, 3 organization, 4 all.
    pub level: usize,
}

#[derive(Clone, Debug)]
pub struct Role {
    pub name: String,
    pub organization: Option<&'static str>,
    pub rules: Vec<Rule>,
}

#[derive(Clone, Debug)]
pub struct Group {
    pub name: String,
    pub organization: Option<&'static str>,
    /// Places in the list of roles.
    pub confers: Vec<usize>,
    pub rules: Vec<Rule>,
    pub entries: Vec<(&'static str, Vec<&'static str>)>,
    pub starts: Vec<&'static str>,
    /// Groups that contain it.
    pub inside: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct User {
    pub name: String,
    pub unit: &'static str,
    pub organizations: Vec<&'static str>,
    pub assigned: Vec<&'static str>,
    pub roles: Vec<usize>,
    pub groups: Vec<usize>,
    pub entries: Vec<(&'static str, Vec<&'static str>)>,
    pub starts: Vec<&'static str>,
    pub is_disabled: bool,
}

/// The units of the town, each with its organization and what lies above it.
pub const UNITS: [(&str, &str, &[&str]); 6] = [
    ("Acme", "Acme", &[]),
    ("Sales", "Acme", &["Acme"]),
    ("Inside", "Acme", &["Sales", "Acme"]),
    ("Works", "Acme", &["Acme"]),
    ("Globex", "Globex", &[]),
    ("Lab", "Globex", &["Globex"]),
];

pub fn organization_of(unit: &str) -> &'static str {
    UNITS.iter().find(|(name, ..)| *name == unit).unwrap().1
}

/// What is asked about.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    pub working: &'a str,
    pub action: &'a str,
    pub resource: &'a str,
    /// Places in the list of users; or a unit.
    pub owner: Option<usize>,
    pub unit: Option<&'a str>,
    /// The organization of an owner's record; of users their own counts.
    pub organization: &'a str,
    pub node: Option<&'a str>,
}

type Entries = [(&'static str, Vec<&'static str>)];

/// What is power over others: everything of Wardroom's own but the own profile.
const OWN: &[&str] = &[
    "user",
    "group",
    "role",
    "organization",
    "unit",
    "customer",
    "setting",
    "audit",
    "job",
    "catalogue",
];
const VERBS: &[&str] = &["view", "edit", "unlock", "view-sensitive", "any other"];

impl World {
    pub fn can(&self, who: usize, asked: &Asked<'_>) -> bool {
        let user = &self.users[who];
        let groups = self.groups_of(user, Some(asked.working));
        let Some(level) = self.level(who, asked) else {
            return false;
        };
        // 4. The level reaches the record. 5. The node lies within the start nodes.
        let is_deed = asked.resource == "user" && ["edit", "unlock"].contains(&asked.action);
        let is_covered = match asked.owner {
            Some(on) if is_deed && on != who => self.covers(who, on, asked.working),
            // Nobody unlocks themselves.
            Some(on) if on == who => asked.resource != "user" || asked.action != "unlock",
            _ => true,
        };
        self.reaches(who, asked, level) && self.starts(user, &groups, asked) && is_covered
    }

    /// Power over others: what they hold in each organization where it counts, whatever takes it away, I must hold there
    /// as far. Where I don't work, that is what I hold everywhere, and what I would hold if I worked there.
    fn covers(&self, who: usize, on: usize, working: &str) -> bool {
        let theirs = &self.users[on];
        let all_groups = self.groups_of(theirs, None);
        let is_power = |rules: &[Rule]| {
            let counts =
                |rule: &&Rule| rule.allows && OWN.iter().any(|own| matches(rule.resource, own));
            rules.iter().find(counts).is_some()
        };
        let all_roles = self.roles_of(theirs, &all_groups, None);
        let of_roles = all_roles.iter().map(|role| &self.roles[*role]);
        let of_groups = all_groups.iter().map(|group| &self.groups[*group]);
        let homes = of_roles
            .map(|role| (role.organization, &role.rules))
            .chain(of_groups.map(|group| (group.organization, &group.rules)))
            .filter(|(_, rules)| is_power(rules))
            .filter_map(|(home, _)| home);
        let mut places: Vec<&str> = homes.chain(theirs.organizations.iter().copied()).collect();
        if places.is_empty() {
            places.push(working);
        }
        places.into_iter().all(|place| {
            let groups = self.groups_of(theirs, Some(place));
            let roles = self.roles_of(theirs, &groups, Some(place));
            let all = roles
                .iter()
                .flat_map(|role| &self.roles[*role].rules)
                .chain(groups.iter().flat_map(|group| &self.groups[*group].rules));
            let allows: Vec<&Rule> = all.filter(|rule| rule.allows).collect();
            let rights = OWN
                .iter()
                .flat_map(|resource| VERBS.iter().map(move |verb| (*resource, *verb)));
            rights.into_iter().all(|(resource, action)| {
                let theirs = allows
                    .iter()
                    .filter(|rule| names(&rule.actions, action) && matches(rule.resource, resource))
                    .map(|rule| rule.level)
                    .max();
                let mine = self.level_in(who, (working, place), (action, resource));
                theirs.is_none_or(|theirs| mine >= Some(theirs))
            })
        })
    }

    /// How far somebody who works in one organization holds a right in another, or in that one.
    fn level_in(
        &self,
        who: usize,
        (working, place): (&str, &str),
        (action, resource): (&str, &str),
    ) -> Option<usize> {
        let asked = Asked {
            working,
            action,
            resource,
            owner: None,
            unit: None,
            organization: working,
            node: None,
        };
        let mut said = self.said(who, &asked);
        if place != working {
            said.retain(|said| matches!(said, Err(()) | Ok(4)));
            said.extend(self.said(
                who,
                &Asked {
                    working: place,
                    ..asked
                },
            ));
        }
        highest(said)
    }

    /// Of an organization, or of all.
    fn groups_of(&self, user: &User, organization: Option<&str>) -> Vec<usize> {
        let mut groups = user.groups.clone();
        loop {
            let above: Vec<usize> = groups
                .iter()
                .flat_map(|group| self.groups[*group].inside.clone())
                .filter(|group| !groups.contains(group))
                .collect();
            if above.is_empty() {
                break;
            }
            groups.extend(above);
        }
        groups.sort_unstable();
        groups.dedup();
        groups.retain(|group| counts(self.groups[*group].organization, organization));
        groups
    }

    fn roles_of(&self, user: &User, groups: &[usize], organization: Option<&str>) -> Vec<usize> {
        let mut roles = user.roles.clone();
        roles.extend(
            groups
                .iter()
                .flat_map(|group| self.groups[*group].confers.clone()),
        );
        roles.retain(|role| counts(self.roles[*role].organization, organization));
        roles
    }

    /// The highest level, where nothing denies.
    fn level(&self, who: usize, asked: &Asked<'_>) -> Option<usize> {
        // 3. Any deny; else the highest level; else no.
        highest(self.said(who, asked))
    }

    fn said(&self, who: usize, asked: &Asked<'_>) -> Vec<Result<usize, ()>> {
        let user = &self.users[who];
        // 1. Sources.
        if user.is_disabled || !user.organizations.contains(&asked.working) {
            return Vec::new();
        }
        let groups = self.groups_of(user, Some(asked.working));
        let roles = self.roles_of(user, &groups, Some(asked.working));
        // 2. What each contributes: nothing, a deny, or a level.
        let mut all: Vec<Option<Result<usize, ()>>> = Vec::new();
        for role in roles {
            all.push(by_rules(&self.roles[role].rules, asked));
        }
        for group in &groups {
            let group = &self.groups[*group];
            let by_entry = by_entry(&group.entries, asked);
            all.push(by_entry.unwrap_or_else(|| by_rules(&group.rules, asked)));
        }
        all.extend(by_entry(&user.entries, asked));
        all.into_iter().flatten().collect()
    }

    fn reaches(&self, who: usize, asked: &Asked<'_>, level: usize) -> bool {
        let is_record = asked.owner.is_some() || asked.unit.is_some();
        if level == 4 || asked.resource == "content" {
            return true;
        }
        if !is_record {
            return level >= narrowest(asked.resource);
        }
        let user = &self.users[who];
        let is_person = asked.resource == "user";
        let home = match (asked.unit, asked.owner) {
            (Some(unit), _) => organization_of(unit),
            (None, Some(owner)) if is_person => organization_of(self.users[owner].unit),
            _ => asked.organization,
        };
        if home != asked.working {
            return false;
        }
        let mine: Vec<&str> = user
            .assigned
            .iter()
            .copied()
            .filter(|unit| organization_of(unit) == asked.working)
            .collect();
        let theirs: Vec<&str> = match (asked.unit, asked.owner) {
            (Some(unit), _) => vec![unit],
            (None, Some(owner)) if is_person => vec![self.users[owner].unit],
            (None, Some(owner)) => self.users[owner].assigned.clone(),
            (None, None) => Vec::new(),
        };
        let is_below = |unit: &str| {
            let above = UNITS.iter().find(|(name, ..)| *name == unit).unwrap().2;
            above.iter().any(|one| mine.contains(one))
        };
        let is_own = asked.owner == Some(who);
        match level {
            0 => is_own,
            1 => is_own || theirs.iter().any(|unit| mine.contains(unit)),
            2 => {
                is_own
                    || theirs
                        .iter()
                        .any(|unit| mine.contains(unit) || is_below(unit))
            }
            _ => true,
        }
    }

    fn starts(&self, user: &User, groups: &[usize], asked: &Asked<'_>) -> bool {
        let Some(node) = asked.node else {
            return true;
        };
        let of_groups: Vec<&str> = groups
            .iter()
            .flat_map(|group| self.groups[*group].starts.clone())
            .collect();
        // Of the groups' the highest, of their own the deepest; an own one replaces what it overlaps.
        let highest = of_groups.iter().filter(|one| {
            !of_groups
                .iter()
                .any(|other| other != *one && lies_in(one, other))
        });
        let deepest: Vec<&str> = user
            .starts
            .iter()
            .copied()
            .filter(|one| {
                !user
                    .starts
                    .iter()
                    .any(|other| other != one && lies_in(other, one))
            })
            .collect();
        let overlaps = |one: &str| {
            deepest
                .iter()
                .any(|own| lies_in(own, one) || lies_in(one, own))
        };
        let left = highest.copied().filter(|one| !overlaps(one));
        let all: Vec<&str> = left.chain(deepest.iter().copied()).collect();
        all.iter().any(|start| lies_in(node, start))
    }
}

fn highest(said: Vec<Result<usize, ()>>) -> Option<usize> {
    let levels: Result<Vec<usize>, ()> = said.into_iter().collect();
    levels.ok()?.into_iter().max()
}

/// Whether what belongs to one organization, or to none, counts in another, or in all.
fn counts(home: Option<&str>, organization: Option<&str>) -> bool {
    organization.is_none() || home.is_none() || home == organization
}

/// Whether a node is another one or below it.
fn lies_in(node: &str, above: &str) -> bool {
    above == "/" || node == above || node.starts_with(&format!("{above}/"))
}

/// The narrowest level that reaches any record.
fn narrowest(resource: &str) -> usize {
    usize::from(resource == "catalog.product")
}

fn names(actions: &[&'static str], action: &str) -> bool {
    actions.contains(&action) || (actions.contains(&"*") && action != "view-sensitive")
}

fn matches(pattern: &str, resource: &str) -> bool {
    match pattern.strip_suffix('*') {
        Some("") => true,
        Some(beginning) => resource.starts_with(beginning) && resource.len() > beginning.len(),
        None => pattern == resource,
    }
}

fn by_rules(rules: &[Rule], asked: &Asked<'_>) -> Option<Result<usize, ()>> {
    let speaks =
        |rule: &&Rule| names(&rule.actions, asked.action) && matches(rule.resource, asked.resource);
    if rules.iter().filter(speaks).any(|rule| !rule.allows) {
        return Some(Err(()));
    }
    let level = rules.iter().filter(speaks).map(|rule| rule.level).max();
    level.map(Ok)
}

/// What the nearest entry says; `None` where there is none, and the rules count.
#[expect(
    clippy::option_option,
    reason = "no entry, an entry that says nothing, and one that allows are three answers"
)]
fn by_entry(entries: &Entries, asked: &Asked<'_>) -> Option<Option<Result<usize, ()>>> {
    let node = asked.node?;
    let (_, actions) = entries
        .iter()
        .filter(|(at, _)| lies_in(node, at))
        .max_by_key(|(at, _)| if *at == "/" { 0 } else { at.len() })?;
    Some(names(actions, asked.action).then_some(Ok(4)))
}
