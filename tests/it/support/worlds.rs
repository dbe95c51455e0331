//! Worlds of roles, groups and one user, as the vectors of the model systems describe them: decided by the evaluator, and
//! built through the command line.

use wardroom::domain::catalogue::{Catalogue, CatalogueFile};
use wardroom::domain::evaluate::{Question, Subject, evaluate};
use wardroom::domain::nodes::{NodePath, effective_starts};
use wardroom::domain::permission::{Source, SourceKind};
use wardroom::domain::rule::plain;
use wardroom::domain::{OrganizationId, UserId, granular, rule};

/// A catalogue, and what somebody named `u` has.
#[derive(Clone, Copy, Debug, Default)]
pub struct World {
    pub catalogue: &'static str,
    /// Name, rules.
    pub roles: &'static [(&'static str, &'static [&'static str])],
    pub groups: &'static [Group],
    /// Roles and groups of the user; start nodes of their own.
    pub has_roles: &'static [&'static str],
    pub is_in: &'static [&'static str],
    pub starts: &'static [&'static str],
    pub is_disabled: bool,
}

#[derive(Clone, Copy, Debug)]
pub struct Group {
    pub name: &'static str,
    pub confers: &'static [&'static str],
    pub rules: &'static [&'static str],
    pub granular: &'static [&'static str],
    pub starts: &'static [&'static str],
}

impl Group {
    pub const fn named(name: &'static str) -> Self {
        Self {
            name,
            confers: &[],
            rules: &[],
            granular: &[],
            starts: &[],
        }
    }

    pub const fn confers(self, confers: &'static [&'static str]) -> Self {
        Self { confers, ..self }
    }

    pub const fn rules(self, rules: &'static [&'static str]) -> Self {
        Self { rules, ..self }
    }

    pub const fn granular(self, granular: &'static [&'static str]) -> Self {
        Self { granular, ..self }
    }

    pub const fn starts(self, starts: &'static [&'static str]) -> Self {
        Self { starts, ..self }
    }
}

impl World {
    fn catalogue(&self) -> Catalogue {
        Catalogue::new(CatalogueFile::parse(self.catalogue).unwrap().resources)
    }

    fn rules(&self, texts: &[&str]) -> Source {
        let catalogue = self.catalogue();
        let rules = texts
            .iter()
            .map(|text| rule::parse(text, &catalogue).unwrap());
        plain(rules.collect())
    }

    fn role(&self, name: &str, via: Option<&str>) -> Source {
        let (_, rules) = self.roles.iter().find(|(known, _)| *known == name).unwrap();
        Source {
            name: name.to_owned(),
            via: via.map(str::to_owned),
            ..self.rules(rules)
        }
    }

    /// What the user may do, by the evaluator alone: `ACTION RESOURCE [/NODE]`.
    pub fn decides(&self, asked: &str) -> bool {
        let catalogue = self.catalogue();
        let mut subject = Subject {
            user: UserId(1),
            organization: OrganizationId(1),
            ..Subject::default()
        };
        let place = |text: &&str| granular::place(text, &catalogue).unwrap().1;
        let mut of_groups = Vec::new();
        if !self.is_disabled {
            for role in self.has_roles {
                subject.sources.push(self.role(role, None));
            }
            for name in self.is_in {
                let group = self
                    .groups
                    .iter()
                    .find(|group| group.name == *name)
                    .unwrap();
                for role in group.confers {
                    subject.sources.push(self.role(role, Some(name)));
                }
                let entries = group.granular.iter();
                subject.sources.push(Source {
                    kind: SourceKind::Group,
                    name: (*name).to_owned(),
                    entries: entries
                        .map(|text| granular::entry(text, &catalogue).unwrap())
                        .collect(),
                    ..self.rules(group.rules)
                });
                of_groups.extend(group.starts.iter().map(place));
            }
        }
        let own: Vec<NodePath> = self.starts.iter().map(place).collect();
        subject.starts = effective_starts(&of_groups, &own);
        let words: Vec<&str> = asked.split(' ').collect();
        let node = words.get(2).map(|node| NodePath::parse(node).unwrap());
        let question = Question {
            action: words[0],
            resource: catalogue.find(words[1]).unwrap(),
            record: None,
            node: node.as_ref(),
        };
        evaluate(&subject, &question).allowed
    }

    /// The lines that build it, besides importing the catalogue.
    pub fn commands(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (name, rules) in self.roles {
            lines.push(format!("role create '{name}'{}", flags("rule", rules)));
        }
        for group in self.groups {
            lines.push(format!(
                "group create '{}'{}{}{}{}",
                group.name,
                flags("confers", group.confers),
                flags("rule", group.rules),
                flags("granular", group.granular),
                flags("start", group.starts),
            ));
        }
        lines.push(format!(
            "user create u --email u@example.com --first-name U --last-name Ser --role Member{}{}{}{}",
            flags("role", self.has_roles),
            flags("group", self.is_in),
            flags("start", self.starts),
            if self.is_disabled { " --disabled" } else { "" },
        ));
        lines
    }
}

/// ` --FLAG 'VALUE'` for each of these.
pub fn flags(flag: &str, values: &[&str]) -> String {
    let mut text = String::new();
    for value in values {
        let value = if *value == "''" { "" } else { value };
        for part in [" --", flag, " '", value, "'"] {
            text.push_str(part);
        }
    }
    text
}
