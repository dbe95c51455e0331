//! Marked users: a set of ids that survives filter, sort and tab, or all that match a filter but for some.

use crate::domain::UserId;
use crate::domain::filter::{self, Filter, Is};
use crate::domain::status::Status;
use crate::service::jobs::Targets;
use crate::tui::look::{count_of, thousands};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// With more marks than this nobody asks how many of them the filter hides: the question would be
/// longer than a filter may be.
pub const COUNTED_MAX: usize = 2_000;

/// Users taken out of, or put beside, all that match.
const EXCEPTIONS_MAX: usize = 1_000;

/// What stands for the marks in a filter.
pub const IS_MARKED: &str = "is:marked";

/// Whether a filter asks for the marks, however it says so.
#[must_use]
pub fn speaks_of_marks(filter: &str, today: Date) -> bool {
    filter::parse(filter, today).is_ok_and(|query| query.filter.names_marks())
}

/// Ids and usernames: the names stand in filters that speak of the marks.
pub type Named = BTreeMap<UserId, String>;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marks {
    Users(Named),
    /// All that match; the ids are fixed when the plan is made.
    Matching(Matching),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matching {
    /// As it stood in the filter line.
    shown: String,
    pub filter: Filter,
    /// How many the filter finds.
    found: i64,
    /// Found by it, and unmarked one by one.
    pub except: Named,
    /// Not found by it, and marked one by one.
    pub also: Named,
    /// Who of the rows on the screen is found by it, where the list shows another filter.
    known: BTreeSet<UserId>,
}

impl Default for Marks {
    fn default() -> Self {
        Self::Users(BTreeMap::new())
    }
}

/// How to learn what the list hides of the marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hiding {
    Nothing,
    /// This finds those that are shown.
    Ask(String),
    /// Too many to ask, or a list that ends somewhere.
    Unknown,
}

impl Marks {
    #[must_use]
    pub fn matching(shown: &str, filter: Filter, found: i64) -> Self {
        Self::Matching(Matching {
            shown: shown.to_owned(),
            filter,
            found,
            except: BTreeMap::new(),
            also: BTreeMap::new(),
            known: BTreeSet::new(),
        })
    }

    /// All that match but for some, and others beside them.
    #[must_use]
    pub fn matching_but(filter: Filter, found: i64, except: Named, also: Named) -> Self {
        Self::Matching(Matching {
            shown: filter.to_string(),
            filter,
            found,
            except,
            also,
            known: BTreeSet::new(),
        })
    }

    #[must_use]
    pub fn count(&self) -> i64 {
        let number = |users: &Named| i64::try_from(users.len()).unwrap_or(i64::MAX);
        match self {
            Self::Users(users) => number(users),
            Self::Matching(all) => all.found - number(&all.except) + number(&all.also),
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() <= 0
    }

    /// Whether a row of the list that `filter` shows is marked.
    #[must_use]
    pub fn contains(&self, user: UserId, filter: &str) -> bool {
        match self {
            Self::Users(users) => users.contains_key(&user),
            Self::Matching(all) => {
                all.also.contains_key(&user)
                    || (!all.except.contains_key(&user)
                        && (all.shown == filter || all.known.contains(&user)))
            }
        }
    }

    /// Marks or unmarks one user of the list that `filter` shows. False where no more exceptions are kept.
    pub fn toggle(&mut self, user: UserId, username: &str, filter: &str) -> bool {
        if self.contains(user, filter) {
            self.remove(user, username)
        } else {
            self.add(user, username)
        }
    }

    /// Marks one user. False where no more exceptions are kept.
    pub fn add(&mut self, user: UserId, username: &str) -> bool {
        match self {
            Self::Users(users) => {
                users.insert(user, username.to_owned());
                true
            }
            Self::Matching(all) => {
                all.except.remove(&user).is_some() || {
                    let room = all.also.len() < EXCEPTIONS_MAX;
                    if room {
                        all.also.insert(user, username.to_owned());
                    }
                    room
                }
            }
        }
    }

    fn remove(&mut self, user: UserId, username: &str) -> bool {
        match self {
            Self::Users(users) => {
                users.remove(&user);
                true
            }
            Self::Matching(all) => {
                all.also.remove(&user).is_some() || {
                    let room = all.except.len() < EXCEPTIONS_MAX;
                    if room {
                        all.except.insert(user, username.to_owned());
                    }
                    room
                }
            }
        }
    }

    #[must_use]
    pub fn targets(&self) -> Targets {
        match self {
            Self::Users(users) => Targets::Users(users.keys().copied().collect()),
            Self::Matching(all) => Targets::Matching {
                filter: all.filter.to_string(),
                except: all.except.keys().copied().collect(),
                also: all.also.keys().copied().collect(),
            },
        }
    }

    /// The filter that a command line takes for them, where they are more than a set.
    #[must_use]
    pub fn command_filter(&self) -> Option<String> {
        matches!(self, Self::Matching(_)).then(|| self.filter().to_string())
    }

    /// The filter that finds the marked users; those in the bin only where they are named.
    #[must_use]
    pub fn filter(&self) -> Filter {
        match self {
            // Nobody is oneself and not oneself.
            Self::Users(users) if users.is_empty() => Filter::and(vec![
                Filter::Is(Is::Oneself),
                Filter::not(Filter::Is(Is::Oneself)),
            ]),
            Self::Users(users) => named(users),
            Self::Matching(all) => {
                let mut filter = all.filter.clone();
                if !all.except.is_empty() {
                    filter = Filter::and(vec![filter, Filter::not(named(&all.except))]);
                }
                if !all.also.is_empty() {
                    filter = Filter::or(vec![filter, named(&all.also)]);
                }
                filter
            }
        }
    }

    /// The filter with the marks put in where it says `is:marked`: the service knows nothing of marks.
    #[must_use]
    pub fn put_into(&self, filter: &str, today: Date) -> String {
        let marked = || match self.filter() {
            Filter::All => Filter::or(vec![
                Filter::Is(Is::Oneself),
                Filter::not(Filter::Is(Is::Oneself)),
            ]),
            filter => filter,
        };
        filter::parse(filter, today)
            .ok()
            .and_then(|query| query.with_marks(&marked()))
            .map_or_else(|| filter.to_owned(), |query| query.to_string())
    }

    /// How to learn how many of the marks a list hides that shows this filter.
    #[must_use]
    pub fn hidden_by(&self, shown: &str, today: Date) -> Hiding {
        match self {
            _ if self.is_empty() => return Hiding::Nothing,
            Self::Users(users) if users.len() > COUNTED_MAX => return Hiding::Unknown,
            Self::Matching(all) if all.also.is_empty() && all.shown == shown => {
                return Hiding::Nothing;
            }
            _ => {}
        }
        let text = self.put_into(shown, today);
        match filter::parse(&text, today) {
            Ok(query) if query.limit.is_none() => {
                let question = within(query.filter, self.filter()).to_string();
                if question.len() > filter::BYTES_MAX {
                    Hiding::Unknown
                } else {
                    Hiding::Ask(question)
                }
            }
            _ => Hiding::Unknown,
        }
    }

    /// The filter that says which rows are marked, where the list shows another one.
    #[must_use]
    pub fn elsewhere(&self, shown: &str) -> Option<String> {
        match self {
            Self::Matching(all) if all.shown != shown => Some(all.filter.to_string()),
            _ => None,
        }
    }

    pub fn set_known(&mut self, known: BTreeSet<UserId>) {
        if let Self::Matching(all) = self {
            all.known = known;
        }
    }

    /// Forgets what a finished job has dealt with; `left` are those it failed on or refused.
    pub fn settle(&mut self, targets: &Targets, left: &[(UserId, String)]) {
        let whole = self.targets() == *targets;
        match (&mut *self, targets) {
            (Self::Users(users), Targets::Users(planned)) => {
                let planned: BTreeSet<_> = planned.iter().collect();
                let left: BTreeSet<_> = left.iter().map(|(user, _)| user).collect();
                users.retain(|user, _| !planned.contains(user) || left.contains(user));
            }
            (Self::Matching(_), _) if whole => {
                *self = Self::Users(left.iter().cloned().collect());
            }
            _ => {}
        }
    }

    /// The line above the message: how many, and how many of them can't be seen.
    #[must_use]
    pub fn words(&self, hidden: Hidden) -> String {
        let mut text = format!("{} marked", thousands(self.count()));
        let mut next = ": ";
        if let Self::Matching(all) = self {
            text.extend([next, &all.words()]);
            next = "; ";
        }
        match hidden {
            Hidden::None => {}
            Hidden::Some(hidden) => text.extend([
                next,
                &thousands((self.count() - hidden).max(0)),
                " shown + ",
                &thousands(hidden),
                " HIDDEN by this filter",
            ]),
            Hidden::Unknown => text.extend([next, "some may be HIDDEN by this filter"]),
        }
        text
    }

    /// How the action menu names them: `5 marked users (3 shown, 2 hidden)`.
    #[must_use]
    pub fn aim(&self, hidden: Hidden) -> String {
        let users = count_of(self.count(), "marked user", "marked users");
        match hidden.number(self.count()) {
            0 => users,
            hidden => format!(
                "{users} ({} shown, {} hidden)",
                thousands(self.count() - hidden),
                thousands(hidden)
            ),
        }
    }
}

impl Matching {
    fn words(&self) -> String {
        let mut text = if self.shown.trim().is_empty() {
            "all users".to_owned()
        } else {
            format!("all that match {}", self.shown)
        };
        if !self.except.is_empty() {
            text.extend([" but ", &self.except.len().to_string()]);
        }
        if !self.also.is_empty() {
            text.extend([" and ", &self.also.len().to_string(), " more"]);
        }
        text
    }
}

/// How many marked users the filter hides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hidden {
    #[default]
    None,
    Some(i64),
    /// Being asked, or too many to ask.
    Unknown,
}

impl Hidden {
    #[must_use]
    pub const fn from(number: i64) -> Self {
        if number > 0 {
            Self::Some(number)
        } else {
            Self::None
        }
    }

    /// What a plan is told: where nobody knows, the worst.
    #[must_use]
    pub const fn number(self, marked: i64) -> i64 {
        match self {
            Self::None => 0,
            Self::Some(number) => number,
            Self::Unknown => marked,
        }
    }
}

#[must_use]
pub fn named(users: &Named) -> Filter {
    Filter::users(users.values().map(String::as_str))
}

/// Those of the second whom a list of the first shows. Whoever is named is found in the bin too, but a
/// list shows the bin only where it speaks of it.
fn within(list: Filter, of: Filter) -> Filter {
    let mut parts = vec![list];
    if !parts.iter().any(shows_bin) {
        parts.push(Filter::not(Filter::Status(vec![Status::Deleted])));
    }
    parts.push(of);
    Filter::and(parts)
}

fn shows_bin(filter: &Filter) -> bool {
    match filter {
        Filter::UserIn(_) => true,
        Filter::And(list) => list.iter().any(shows_bin),
        Filter::Or(list) => says_deleted(filter) || list.iter().all(shows_bin),
        _ => says_deleted(filter),
    }
}

fn says_deleted(filter: &Filter) -> bool {
    match filter {
        Filter::Status(list) => list.contains(&Status::Deleted),
        Filter::Not(inner) => says_deleted(inner),
        Filter::And(list) | Filter::Or(list) => list.iter().any(says_deleted),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 11, 22);

    fn marks(ids: &[i64]) -> Marks {
        Marks::Users(
            ids.iter()
                .map(|&id| (UserId(id), format!("u{id}")))
                .collect(),
        )
    }

    fn all(text: &str, found: i64) -> Marks {
        let query = filter::parse(text, TODAY).unwrap();
        Marks::matching(text, query.filter, found)
    }

    #[test]
    fn a_finished_job_unmarks_what_it_did_and_leaves_the_rest() {
        let mut three = marks(&[1, 2, 3]);
        let planned = Targets::Users(vec![UserId(1), UserId(2)]);
        three.settle(&planned, &[(UserId(2), "u2".to_owned())]);
        assert_eq!(three, marks(&[2, 3]));
    }

    #[test]
    fn of_all_that_match_only_the_failed_stay_marked() {
        let mut nine = all("status:locked", 9);
        nine.settle(&all("other", 9).targets(), &[]);
        assert_eq!(nine.count(), 9);
        let planned = nine.targets();
        nine.settle(&planned, &[(UserId(4), "u4".to_owned())]);
        assert_eq!(nine, marks(&[4]));
    }

    #[test]
    fn all_that_match_have_exceptions_both_ways() {
        let mut nine = all("status:locked", 9);
        assert!(nine.contains(UserId(1), "status:locked"));
        assert!(!nine.contains(UserId(1), "tanaka"));
        assert!(nine.toggle(UserId(1), "u1", "status:locked"));
        assert!(nine.toggle(UserId(2), "u2", "tanaka"));
        assert!(!nine.contains(UserId(1), "status:locked"));
        assert!(nine.contains(UserId(2), "tanaka"));
        assert_eq!(nine.count(), 9);
        assert_eq!(
            nine.words(Hidden::None),
            "9 marked: all that match status:locked but 1 and 1 more"
        );
        let targets = Targets::Matching {
            filter: "status:locked".to_owned(),
            except: vec![UserId(1)],
            also: vec![UserId(2)],
        };
        assert_eq!(nine.targets(), targets);
        assert_eq!(
            nine.command_filter().unwrap(),
            "status:locked -user in (u1) or user in (u2)"
        );
        nine.toggle(UserId(1), "u1", "status:locked");
        nine.toggle(UserId(2), "u2", "tanaka");
        assert_eq!(nine, all("status:locked", 9));
    }

    #[test]
    fn hidden_marks_are_named() {
        assert_eq!(marks(&[1, 2]).words(Hidden::None), "2 marked");
        assert_eq!(
            marks(&[1, 2]).words(Hidden::Some(1)),
            "2 marked: 1 shown + 1 HIDDEN by this filter"
        );
        assert_eq!(
            all("x", 3).words(Hidden::Some(1)),
            "3 marked: all that match x; 2 shown + 1 HIDDEN by this filter"
        );
        assert_eq!(
            marks(&[1, 2]).aim(Hidden::Unknown),
            "2 marked users (0 shown, 2 hidden)"
        );
        assert_eq!(marks(&[1]).aim(Hidden::None), "1 marked user");
    }

    #[test]
    fn marks_are_put_into_a_filter() {
        let put = |marks: &Marks, filter: &str| marks.put_into(filter, TODAY);
        assert_eq!(put(&marks(&[1]), "status:locked"), "status:locked");
        assert_eq!(put(&marks(&[1, 2]), "-is:marked x"), "-user in (u1 u2) x");
        assert_eq!(put(&marks(&[]), "is:marked"), "is:self -is:self");
        assert_eq!(put(&all("a or b", 2), "is:marked c"), "(a or b) c");
        assert_eq!(put(&all("", 2), "-is:marked"), "-(is:self or -is:self)");
        assert_eq!(
            put(&marks(&[1]), "is:agent,marked sort:name limit:5"),
            "is:agent or user in (u1) sort:name limit:5"
        );
        assert_eq!(put(&marks(&[1]), "\"is:marked\""), "\"is:marked\"");
        assert_eq!(put(&marks(&[1]), "is:marked ("), "is:marked (");
    }

    #[test]
    fn what_is_hidden_is_asked_where_a_question_can_say_it() {
        let ask = |marks: &Marks, shown: &str| marks.hidden_by(shown, TODAY);
        assert_eq!(ask(&marks(&[]), "x"), Hiding::Nothing);
        assert_eq!(
            ask(&marks(&[1, 2]), "a or b sort:name"),
            Hiding::Ask("(a or b) -status:deleted user in (u1 u2)".to_owned())
        );
        assert_eq!(
            ask(&marks(&[1]), "status:deleted"),
            Hiding::Ask("status:deleted user in (u1)".to_owned())
        );
        assert_eq!(
            ask(&marks(&[1]), ""),
            Hiding::Ask("-status:deleted user in (u1)".to_owned())
        );
        assert_eq!(ask(&marks(&[1]), "x limit:5"), Hiding::Unknown);
        assert_eq!(ask(&all("x", 2), "x"), Hiding::Nothing);
        assert_eq!(
            ask(&all("x", 2), ""),
            Hiding::Ask("-status:deleted x".to_owned())
        );
        let many: Vec<i64> = (0..=2_000).collect();
        assert_eq!(ask(&marks(&many), "x"), Hiding::Unknown);
    }

    #[test]
    fn rows_of_another_filter_are_asked_for() {
        assert_eq!(all("x", 2).elsewhere("x"), None);
        assert_eq!(all("x", 2).elsewhere("y").unwrap(), "x");
    }
}
