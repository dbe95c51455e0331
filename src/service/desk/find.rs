//! Finding a caller by what they say of themselves: a name, an address, or a number.

use crate::domain::permission::Permission;
use crate::domain::status::Status;
use crate::domain::{UserId, text};
use crate::service::audit::{self, Event};
use crate::service::users::{UserRow, VIEW, VIEW_SENSITIVE};
use crate::service::{Look, Query, Result};
use crate::store::Scope;
use crate::store::desk::{self as rows, Number};
use crate::store::page::Page;
use crate::store::prepared::prepare;
use crate::store::user_filter::Condition;
use crate::store::users::{self, UserLine, UserSort};

/// More rows than anybody reads with a caller on the line.
const ROWS_MAX: u32 = 200;
/// Words that are looked for; more say nothing more.
const WORDS_MAX: usize = 8;
/// Digits from which a part of a number is looked for.
const PART_MIN: usize = 3;

/// Everybody whom a text may mean: all of its words are in their names or addresses, or it is their phone or employee
/// number.
///
/// A number finds somebody only if it is the whole one, however it is written: who may not see numbers can check one
/// that they were told, and browse none. That they found somebody by it is written to the audit, for it tells them the
/// number. Whoever may see them finds by a part as well.
#[derive(Clone, Debug, Default)]
pub struct FindCallers {
    pub text: String,
    pub limit: u32,
}

#[derive(Clone, Debug, Default)]
pub struct Callers {
    /// Who was found by a number, then who is locked, then the others; each by username.
    pub rows: Vec<CallerRow>,
    /// There are more than these.
    pub more: bool,
}

#[derive(Clone, Debug)]
pub struct CallerRow {
    pub user: UserRow,
    pub found_by: FoundBy,
}

/// What of somebody the text was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FoundBy {
    Name,
    Phone,
    EmployeeNumber,
}

impl Query for FindCallers {
    type Output = Callers;

    fn needs(&self) -> Permission {
        VIEW
    }

    async fn run(self, look: &mut Look) -> Result<Callers> {
        let scope = look.scope(VIEW).await?;
        let limit = self.limit.clamp(1, ROWS_MAX);
        let mut found = Callers::default();
        if self.text.trim().is_empty() {
            return Ok(found);
        }
        by_number(look, &scope, &self.text, limit, &mut found).await?;
        by_name(look, &scope, &self.text, limit, &mut found).await?;
        found.more = found.rows.len() > limit as usize;
        found.rows.truncate(limit as usize);
        Ok(found)
    }
}

impl Callers {
    fn add(&mut self, lines: Vec<UserLine>, found_by: FoundBy, look: &Look) {
        for line in lines {
            if self.rows.iter().all(|row| row.user.id != line.state.user) {
                let user = UserRow::new(line, look.now());
                self.rows.push(CallerRow { user, found_by });
            }
        }
    }
}

async fn by_number(
    look: &mut Look,
    scope: &Scope,
    said: &str,
    limit: u32,
    found: &mut Callers,
) -> Result<()> {
    let mut numbers = Vec::new();
    // A phone number has signs and digits alone: the digits of a name are none.
    if text::phone(&text::fold(said)).is_ok() {
        numbers.push((Number::Phone, FoundBy::Phone, text::phone_key(said)));
    }
    let staff_key = text::staff_key(said);
    if staff_key.contains(|character: char| character.is_ascii_digit()) {
        numbers.push((Number::Staff, FoundBy::EmployeeNumber, staff_key));
    }
    let sensitive = look
        .rights
        .may(VIEW_SENSITIVE)
        .then(|| look.rights.scope(VIEW_SENSITIVE));
    let (mut told, mut fields) = (Vec::new(), Vec::new());
    for (number, found_by, key) in &numbers {
        let tx = &mut look.tx;
        let ids = rows::find_by_number(tx, &[scope], *number, key, true).await?;
        let seen = match &sensitive {
            Some(sensitive) => {
                rows::find_by_number(tx, &[scope, sensitive], *number, key, true).await?
            }
            None => Vec::new(),
        };
        let lines = rows::lines(tx, &[scope], ids, limit + 1).await?;
        let beyond = lines.iter().map(|line| (line.state.user, &line.username));
        let beyond = beyond.filter(|(user, _)| !seen.contains(&user.0));
        let before = told.len();
        told.extend(beyond.map(|(user, name)| (user, name.clone())));
        if told.len() > before {
            fields.push(number.field());
        }
        found.add(lines, *found_by, look);
    }
    look.shown.extend(told_of(&told, &fields));
    let Some(sensitive) = sensitive else {
        return Ok(());
    };
    for (number, found_by, key) in &numbers {
        if key.chars().count() < PART_MIN {
            continue;
        }
        let (tx, scopes) = (&mut look.tx, [scope, &sensitive]);
        let ids = rows::find_by_number(tx, &scopes, *number, key, false).await?;
        let lines = rows::lines(tx, &scopes, ids, limit + 1).await?;
        found.add(lines, *found_by, look);
    }
    Ok(())
}

/// That a search told somebody numbers that they may not see: by which fields, never which numbers.
fn told_of(told: &[(UserId, String)], fields: &[&str]) -> Option<Event> {
    let event = Event::new("sensitive_read").changing(audit::note("searched", &fields.join(", ")));
    match told {
        [] => None,
        [(user, name)] => Some(event.on("user", user.0, name)),
        _ => Some(event.on("user", None, "")),
    }
}

/// By the words, as the list of users searches: who is locked comes first, for it is they who call.
async fn by_name(
    look: &mut Look,
    scope: &Scope,
    said: &str,
    limit: u32,
    found: &mut Callers,
) -> Result<()> {
    let words: Vec<Condition> = said
        .split_whitespace()
        // What has no form to search by is in everybody's text.
        .filter(|word| {
            text::search_forms(word)
                .iter()
                .all(|form| !form.trim().is_empty())
        })
        .take(WORDS_MAX)
        .map(|word| Condition::Word(word.to_owned()))
        .collect();
    if words.is_empty() {
        return Ok(());
    }
    let locked = Condition::Status(vec![Status::Locked]);
    let others = Condition::Not(Box::new(locked.clone()));
    for status in [locked, others] {
        let condition = Condition::And(words.iter().cloned().chain([status]).collect());
        let now = look.now();
        let prepared = prepare(&mut look.tx, scope, &condition, now).await?;
        let lines = users::list(
            &mut look.tx,
            &prepared,
            UserSort::Username,
            false,
            &Page::First,
            limit + 1,
        )
        .await?;
        found.add(lines, FoundBy::Name, look);
    }
    Ok(())
}
