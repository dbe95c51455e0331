//! Marked users: a set of ids that survives filter, sort and tab, or all that match a filter.

use crate::domain::UserId;
use crate::service::jobs::Targets;
use crate::tui::look::{count_of, thousands};
use crate::tui::shared::quoted;
use std::collections::BTreeMap;

/// With more marks than this nobody asks how many of them the filter hides: the question would be
/// longer than a filter may be.
const COUNTED_MAX: usize = 2_000;

/// What stands for the marks in a filter.
pub const IS_MARKED: &str = "is:marked";

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Marks {
    /// The usernames stand beside the ids to ask how many are shown.
    Users(BTreeMap<UserId, String>),
    /// All that match; the ids are fixed when the plan is made.
    Matching { filter: String, count: i64 },
}

impl Default for Marks {
    fn default() -> Self {
        Self::Users(BTreeMap::new())
    }
}

impl Marks {
    #[must_use]
    pub fn count(&self) -> i64 {
        match self {
            Self::Users(users) => i64::try_from(users.len()).unwrap_or(i64::MAX),
            Self::Matching { count, .. } => *count,
        }
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count() == 0
    }

    /// Whether a row of the list that `filter` shows is marked.
    #[must_use]
    pub fn contains(&self, user: UserId, filter: &str) -> bool {
        match self {
            Self::Users(users) => users.contains_key(&user),
            Self::Matching { filter: marked, .. } => marked == filter,
        }
    }

    /// Marks or unmarks one user. False when all that match are marked, which has no exceptions.
    pub fn toggle(&mut self, user: UserId, username: &str) -> bool {
        match self {
            Self::Users(users) => {
                if users.remove(&user).is_none() {
                    users.insert(user, username.to_owned());
                }
                true
            }
            Self::Matching { .. } => false,
        }
    }

    #[must_use]
    pub fn targets(&self) -> Targets {
        match self {
            Self::Users(users) => Targets::Users(users.keys().copied().collect()),
            Self::Matching { filter, .. } => Targets::Filter(filter.clone()),
        }
    }

    /// The filter that finds the marked users among those that `filter` shows; none where nothing
    /// has to be asked or the question would be too long.
    #[must_use]
    pub fn question(&self, filter: &str) -> Option<String> {
        match self {
            Self::Users(users)
                if !users.is_empty() && !filter.trim().is_empty() && users.len() <= COUNTED_MAX =>
            {
                let names: Vec<String> = users.values().map(|name| quoted(name)).collect();
                Some(format!("({filter}) user in ({})", names.join(" ")))
            }
            _ => None,
        }
    }

    /// The filter with the marks put in where it says `is:marked`: the service knows nothing of marks.
    #[must_use]
    pub fn put_into(&self, filter: &str) -> String {
        if !filter.contains(IS_MARKED) {
            return filter.to_owned();
        }
        let marked = match self {
            // Nobody is oneself and not oneself.
            Self::Users(users) if users.is_empty() => "(is:self -is:self)".to_owned(),
            Self::Users(users) => {
                let names: Vec<String> = users.values().map(|name| quoted(name)).collect();
                format!("user in ({})", names.join(" "))
            }
            Self::Matching { filter, .. } if filter.trim().is_empty() => String::new(),
            Self::Matching { filter, .. } => format!("({filter})"),
        };
        filter.replace(IS_MARKED, &marked)
    }

    /// Forgets what a finished job has dealt with; `left` are those it failed on or refused.
    pub fn settle(&mut self, targets: &Targets, left: &[(UserId, String)]) {
        match (&mut *self, targets) {
            (Self::Users(users), Targets::Users(planned)) => {
                users.retain(|user, _| {
                    !planned.contains(user) || left.iter().any(|(kept, _)| kept == user)
                });
            }
            (Self::Matching { filter, .. }, Targets::Filter(planned)) if filter == planned => {
                *self = Self::Users(left.iter().cloned().collect());
            }
            _ => {}
        }
    }

    /// The line above the message: how many, and how many of them can't be seen.
    #[must_use]
    pub fn words(&self, hidden: Hidden) -> String {
        let count = thousands(self.count());
        match (self, hidden) {
            (Self::Matching { filter, .. }, _) if filter.trim().is_empty() => {
                format!("{count} marked: all users")
            }
            (Self::Matching { filter, .. }, _) => {
                format!("{count} marked: all that match {filter}")
            }
            (Self::Users(_), Hidden::None) => format!("{count} marked"),
            (Self::Users(_), Hidden::Some(hidden)) => {
                let shown = thousands(self.count() - hidden);
                format!(
                    "{count} marked: {shown} shown + {} HIDDEN by this filter",
                    thousands(hidden)
                )
            }
            (Self::Users(_), Hidden::Unknown) => {
                format!("{count} marked: some may be HIDDEN by this filter")
            }
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn marks(ids: &[i64]) -> Marks {
        Marks::Users(
            ids.iter()
                .map(|&id| (UserId(id), format!("u{id}")))
                .collect(),
        )
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
        let mut all = Marks::Matching {
            filter: "status:locked".to_owned(),
            count: 9,
        };
        all.settle(&Targets::Filter("other".to_owned()), &[]);
        assert_eq!(all.count(), 9);
        all.settle(
            &Targets::Filter("status:locked".to_owned()),
            &[(UserId(4), "u4".to_owned())],
        );
        assert_eq!(all, marks(&[4]));
    }

    #[test]
    fn hidden_marks_are_named() {
        assert_eq!(marks(&[1, 2]).words(Hidden::None), "2 marked");
        assert_eq!(
            marks(&[1, 2]).words(Hidden::Some(1)),
            "2 marked: 1 shown + 1 HIDDEN by this filter"
        );
        assert_eq!(
            marks(&[1, 2]).aim(Hidden::Unknown),
            "2 marked users (0 shown, 2 hidden)"
        );
        assert_eq!(marks(&[1]).aim(Hidden::None), "1 marked user");
    }

    #[test]
    fn marks_are_put_into_a_filter() {
        assert_eq!(marks(&[1]).put_into("status:locked"), "status:locked");
        assert_eq!(
            marks(&[1, 2]).put_into("-is:marked x"),
            "-user in (\"u1\" \"u2\") x"
        );
        assert_eq!(marks(&[]).put_into("is:marked"), "(is:self -is:self)");
        let all = Marks::Matching {
            filter: "a or b".to_owned(),
            count: 2,
        };
        assert_eq!(all.put_into("is:marked c"), "(a or b) c");
    }

    #[test]
    fn the_question_quotes_names_and_is_not_asked_for_nothing() {
        assert_eq!(marks(&[]).question("x"), None);
        assert_eq!(marks(&[1]).question(" "), None);
        assert_eq!(
            marks(&[1, 2]).question("a or b").unwrap(),
            "(a or b) user in (\"u1\" \"u2\")"
        );
        assert_eq!(quoted("a\"b"), "\"a\\\"b\"");
    }
}
