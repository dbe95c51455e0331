//! May this user do this action on this resource, working in this organization? The one algorithm, and its reason.
//!
//! DESIGN's five steps: sources; what each of them says; any deny, else the highest level; whether the level reaches the
//! record; whether the node lies in what the user starts from.

use super::catalogue::ManagedResource;
use super::nodes::NodePath;
use super::permission::{Effect, Level, Source, SourceKind, Verb, Word};
use super::{OrganizationId, UnitId, UserId};

/// Who asks to do something, and what they have there. Whoever may not work in the organization has no sources.
#[derive(Clone, Debug, Default)]
pub struct Subject {
    pub user: UserId,
    /// The organization worked in.
    pub organization: OrganizationId,
    pub sources: Vec<Source>,
    /// The units assigned to inside the organization.
    pub units: Vec<UnitId>,
    /// Those, and all below.
    pub division: Vec<UnitId>,
    /// Where the user starts in the tree that is asked about.
    pub starts: Vec<NodePath>,
}

/// A record that something is done to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// `None` where it belongs to no organization, as system-wide groups and roles do.
    pub organization: Option<OrganizationId>,
    /// The user who owns it; of a user's own record, that user.
    pub owner: Option<UserId>,
    /// The unit that owns it; or, where a user owns it, those the owner is assigned to. Of a user's record, its owner unit.
    pub units: Vec<UnitId>,
}

#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    pub action: &'a str,
    pub resource: &'a ManagedResource,
    /// Without one it is asked whether there is any such record at all.
    pub record: Option<&'a Record>,
    /// A tree's resource is always asked at a node.
    pub node: Option<&'a NodePath>,
}

/// The answer, and what it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub allowed: bool,
    /// How far what is granted reaches; also where that isn't far enough.
    pub level: Option<Level>,
    pub because: Vec<Because>,
    pub missing: Option<Missing>,
}

/// One source's part in an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Because {
    pub source: String,
    pub kind: SourceKind,
    /// The group that confers the role, or that contains the user's group.
    pub via: Option<String>,
    /// A rule or an entry, as people write it.
    pub rule: String,
    pub effect: Effect,
}

/// The nearest thing that would make an answer yes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Missing {
    /// The user has no role or group that counts here.
    Sources,
    /// Nothing allows it at all, and no record was asked about.
    Grant,
    /// An entry stands in for the rules that would allow it.
    Entry,
    /// Something denies it.
    Deny,
    /// It isn't allowed far enough, or not at all: the narrowest level that would reach the record.
    Level(Level),
    /// The node lies outside of what the user starts from.
    Start,
}

/// Decides a question.
#[must_use]
pub fn evaluate(subject: &Subject, question: &Question<'_>) -> Answer {
    let (action, resource) = (question.action, question.resource.key.as_str());
    let words: Vec<(&Source, Word<'_>)> = subject
        .sources
        .iter()
        .map(|source| (source, source.word(action, resource, question.node)))
        .collect();
    let refused = |level, because, missing| Answer {
        allowed: false,
        level,
        because,
        missing: Some(missing),
    };
    let denies = told(&words, |word| matches!(word, Word::Denied(_)));
    if !denies.is_empty() {
        return refused(None, denies, Missing::Deny);
    }
    let Some(level) = words.iter().filter_map(|(_, word)| word.level()).max() else {
        let emptied = told(&words, |word| matches!(word, Word::Entry(_, false)));
        let missing = match question.record {
            _ if subject.sources.is_empty() => Missing::Sources,
            _ if !emptied.is_empty() => Missing::Entry,
            Some(record) => Missing::Level(narrowest(subject, question, record)),
            None => Missing::Grant,
        };
        return refused(None, emptied, missing);
    };
    let because = told(&words, |word| word.level() == Some(level));
    let is_reached = match question.record {
        Some(record) => reaches(subject, question, level, record),
        None => question.resource.is_reached_at(level),
    };
    if !is_reached {
        let wanted = match question.record {
            Some(record) => narrowest(subject, question, record),
            None => question.resource.narrowest(),
        };
        return refused(Some(level), because, Missing::Level(wanted));
    }
    if let Some(node) = question.node
        && !subject.starts.iter().any(|start| start.contains(node))
    {
        return refused(Some(level), because, Missing::Start);
    }
    Answer {
        allowed: true,
        level: Some(level),
        because,
        missing: None,
    }
}

/// The narrowest level that reaches a record.
fn narrowest(subject: &Subject, question: &Question<'_>, record: &Record) -> Level {
    let mut levels = Level::ALL.iter().copied();
    let reaching = levels.find(|level| reaches(subject, question, *level, record));
    reaching.unwrap_or(Level::All)
}

/// Whether a level reaches a record. What nobody owns is reached by every level.
fn reaches(subject: &Subject, question: &Question<'_>, level: Level, record: &Record) -> bool {
    if level == Level::All || question.resource.ownership.is_nobodys() {
        return true;
    }
    // System-wide groups and roles are seen at organization and changed only at all.
    let Some(organization) = record.organization else {
        return level == Level::Organization && question.action == Verb::View.as_str();
    };
    if organization != subject.organization {
        return false;
    }
    let is_own = record.owner == Some(subject.user);
    let is_within = |units: &[UnitId]| record.units.iter().any(|unit| units.contains(unit));
    match level {
        Level::Own => is_own,
        Level::Unit => is_own || is_within(&subject.units),
        Level::Division => is_own || is_within(&subject.division),
        Level::Organization | Level::All => true,
    }
}

fn told(words: &[(&Source, Word<'_>)], counts: impl Fn(&Word<'_>) -> bool) -> Vec<Because> {
    words
        .iter()
        .filter(|(_, word)| counts(word))
        .map(|(source, word)| {
            let (rule, effect) = match word {
                Word::Denied(rule) | Word::Allowed(rule) => (rule.to_string(), rule.effect),
                Word::Entry(entry, true) => (entry.to_string(), Effect::Allow),
                Word::Entry(entry, false) => (entry.to_string(), Effect::Deny),
                Word::Nothing => (String::new(), Effect::Deny),
            };
            Because {
                source: source.name.clone(),
                kind: source.kind,
                via: source.via.clone(),
                rule,
                effect,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::permission::{Entry, Ownership};
    use super::super::rule::{self, plain};
    use super::*;
    use crate::domain::catalogue::Catalogue;

    fn catalogue() -> Catalogue {
        Catalogue::new(vec![
            ManagedResource::new("order", &["view", "edit"], Ownership::User),
            ManagedResource::new("site", &["view", "edit"], Ownership::Organization),
            ManagedResource::new("content", &["view", "edit"], Ownership::Tree),
        ])
    }

    fn source(name: &str, rules: &[&str]) -> Source {
        let catalogue = catalogue();
        let rules = rules
            .iter()
            .map(|text| rule::parse(text, &catalogue).unwrap());
        Source {
            name: name.to_owned(),
            ..plain(rules.collect())
        }
    }

    fn subject(sources: Vec<Source>) -> Subject {
        Subject {
            user: UserId(7),
            organization: OrganizationId(1),
            sources,
            units: vec![UnitId(10)],
            division: vec![UnitId(10), UnitId(11)],
            starts: vec![NodePath::parse("/a").unwrap()],
        }
    }

    fn ask(subject: &Subject, action: &str, record: &Record) -> Answer {
        let catalogue = catalogue();
        let question = Question {
            action,
            resource: catalogue.find("order").unwrap(),
            record: Some(record),
            node: None,
        };
        evaluate(subject, &question)
    }

    fn record(organization: i64, owner: i64, units: &[i64]) -> Record {
        Record {
            organization: Some(OrganizationId(organization)),
            owner: Some(UserId(owner)),
            units: units.iter().map(|id| UnitId(*id)).collect(),
        }
    }

    #[test]
    fn a_level_reaches_as_far_as_its_name_says() {
        for (level, mine, of_my_unit, of_my_division, of_another, elsewhere) in [
            ("own", true, false, false, false, false),
            ("unit", true, true, false, false, false),
            ("division", true, true, true, false, false),
            ("organization", true, true, true, true, false),
            ("all", true, true, true, true, true),
        ] {
            let rule = format!("allow view on order at {level}");
            let somebody = subject(vec![source("r", &[&rule])]);
            let allowed = |record| ask(&somebody, "view", &record).allowed;
            assert_eq!(allowed(record(1, 7, &[99])), mine, "{level}");
            assert_eq!(allowed(record(1, 8, &[10])), of_my_unit, "{level}");
            assert_eq!(allowed(record(1, 8, &[11])), of_my_division, "{level}");
            assert_eq!(allowed(record(1, 8, &[12])), of_another, "{level}");
            assert_eq!(allowed(record(2, 7, &[10])), elsewhere, "{level}");
        }
    }

    #[test]
    fn a_refusal_names_the_nearest_grant() {
        let clerk = subject(vec![source("Clerk", &["allow view on order at unit"])]);
        let far = ask(&clerk, "view", &record(1, 8, &[11]));
        assert_eq!(far.missing, Some(Missing::Level(Level::Division)));
        assert_eq!(far.level, Some(Level::Unit));
        assert_eq!(far.because[0].rule, "allow view on order at unit");
        let foreign = ask(&clerk, "view", &record(2, 8, &[10]));
        assert_eq!(foreign.missing, Some(Missing::Level(Level::All)));
        let never = ask(&clerk, "edit", &record(1, 7, &[]));
        assert_eq!(never.missing, Some(Missing::Level(Level::Own)));
        let never = ask(&clerk, "edit", &record(1, 8, &[11]));
        assert_eq!(never.missing, Some(Missing::Level(Level::Division)));
        assert!(never.level.is_none() && never.because.is_empty());
        let nobody = ask(&subject(Vec::new()), "view", &record(1, 7, &[]));
        assert_eq!(nobody.missing, Some(Missing::Sources));
    }

    #[test]
    fn any_deny_wins_and_is_told() {
        let both = subject(vec![
            source("All", &["allow * on * at all"]),
            source("No edit", &["deny edit on order"]),
        ]);
        let answer = ask(&both, "edit", &record(1, 7, &[]));
        assert!(!answer.allowed);
        assert_eq!(answer.missing, Some(Missing::Deny));
        assert_eq!(answer.because.len(), 1);
        assert_eq!(answer.because[0].source, "No edit");
        assert!(ask(&both, "view", &record(2, 8, &[])).allowed);
    }

    #[test]
    fn a_level_that_reaches_no_record_is_no_right() {
        let mut somebody = subject(vec![source("Narrow", &["allow view on * at unit"])]);
        somebody
            .sources
            .push(source("Wide", &["allow edit on * at organization"]));
        let catalogue = catalogue();
        let ask = |action, resource| {
            let question = Question {
                action,
                resource: catalogue.find(resource).unwrap(),
                record: None,
                node: None,
            };
            evaluate(&somebody, &question)
        };
        assert!(ask("view", "order").allowed && ask("edit", "site").allowed);
        let no = ask("view", "site");
        assert_eq!(no.missing, Some(Missing::Level(Level::Organization)));
        assert_eq!((no.level, no.because.len()), (Some(Level::Unit), 1));
    }

    #[test]
    fn a_node_must_be_granted_and_started_from() {
        let mut editors = source("Editors", &["allow view,edit on content"]);
        editors.entries = vec![Entry {
            tree: "content".to_owned(),
            node: NodePath::parse("/a/shut").unwrap(),
            actions: String::new(),
        }];
        let somebody = subject(vec![editors]);
        let catalogue = catalogue();
        let ask = |node: &str| {
            let question = Question {
                action: "edit",
                resource: catalogue.find("content").unwrap(),
                record: None,
                node: Some(&NodePath::parse(node).unwrap()),
            };
            evaluate(&somebody, &question)
        };
        assert!(ask("/a/b").allowed);
        assert_eq!(ask("/c").missing, Some(Missing::Start));
        assert_eq!(ask("/").missing, Some(Missing::Start));
        let shut = ask("/a/shut/deep");
        assert_eq!(shut.missing, Some(Missing::Entry));
        assert_eq!(shut.because[0].rule, "content:/a/shut=");
    }
}
