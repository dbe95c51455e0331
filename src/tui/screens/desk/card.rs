//! One caller in a few lines: why they can't sign in, when they last did, and what to ask them.

use crate::domain::text;
use crate::domain::user::{HIDDEN, display_name};
use crate::service::desk::CallerCard;
use crate::service::jobs::{Offer, Operation};
use crate::service::users::{Reason, ReasonKind, WrongPasswords};
use crate::tui::look::{Look, count_of, wrap};
use crate::tui::screens::users::detail::reason_words;
use crate::tui::theme::Role;

/// A longer name may be cut where the caller is listed.
const NAME_CELLS: usize = 14;

/// A line and how it is meant.
pub type Line = (String, Role);

/// The lines, the most important first.
#[must_use]
pub fn lines(card: &CallerCard, cells: usize, look: &Look<'_>) -> Vec<Line> {
    let mut lines = Vec::new();
    let mut add = |text: &str, role| {
        lines.extend(wrap(text, cells).into_iter().map(|line| (line, role)));
    };
    for reason in &card.reasons {
        add(&why(card, reason, look), Role::Warning);
    }
    if card.reasons.is_empty() {
        let status = card.user.status.as_str().replace('_', " ");
        add(&format!("{status}: nothing stops a sign-in"), Role::Good);
    }
    let is_locked = card.reasons.iter().any(is_lock);
    if let (Some(wrong), false) = (&card.wrong, is_locked) {
        add(&from_where(card, wrong), Role::Text);
    }
    let helpers = helpers(card);
    let others_help = card.reasons.iter().any(|reason| !is_lock(reason))
        || (is_locked && card.offers.iter().all(|offer| !unlocks(offer)));
    if others_help && !helpers.is_empty() {
        add(&format!("Who helps: {}", helpers.join(", ")), Role::Text);
    }
    add(&dates(card, look), Role::Text);
    let questions = questions(card);
    if !questions.is_empty() {
        add(&format!("Ask the caller: {questions}"), Role::Heading);
    }
    let hidden = hidden_numbers(card).join(" or ");
    if !hidden.is_empty() {
        add(
            &format!("Check {hidden} by a search: only the whole number finds them."),
            Role::Text,
        );
    }
    lines
}

fn is_lock(reason: &Reason) -> bool {
    reason.reason == ReasonKind::Locked
}

fn unlocks(offer: &Offer) -> bool {
    offer.operation == Operation::Unlock && offer.allowed && offer.applies > 0
}

fn why(card: &CallerCard, reason: &Reason, look: &Look<'_>) -> String {
    match &card.wrong {
        Some(wrong) if is_lock(reason) => {
            let told = Reason {
                sentence: from_where(card, wrong),
                ..reason.clone()
            };
            reason_words(&told, look)
        }
        _ => reason_words(reason, look),
    }
}

/// The wrong passwords, and whether the caller is usually where they came from.
fn from_where(card: &CallerCard, wrong: &WrongPasswords) -> String {
    let usual = match (wrong.addresses.as_slice(), card.usual_addresses) {
        ([], _) => "",
        ([_], true) => " (usual address)",
        ([_], false) => " (not a usual address)",
        (_, true) => " (all usual)",
        (_, false) => " (not all usual)",
    };
    format!("{wrong}{usual}")
}

fn dates(card: &CallerCard, look: &Look<'_>) -> String {
    let user = &card.user;
    let password = if user.password_date.is_never() {
        "No password is set".to_owned()
    } else {
        format!("Password set {}", look.ago(user.password_date))
    };
    let sessions = count_of(card.open_sessions, "open session", "open sessions");
    format!(
        "{password}; last sign-in {}; {sessions}",
        look.time_and_ago(user.last_sign_in)
    )
}

/// What the caller should know, with the answers: nobody can compare one that isn't shown.
fn questions(card: &CallerCard) -> String {
    let user = &card.user;
    let name = display_name(&user.first_name, &user.last_name);
    let full_name = if text::width(&name) > NAME_CELLS {
        name.as_str()
    } else {
        ""
    };
    let known = [
        ("full name", full_name),
        ("manager", user.manager.as_deref().unwrap_or_default()),
        ("unit", &user.owner_unit),
        ("title", &user.title),
        ("department", &user.department),
    ];
    let questions: Vec<String> = known
        .into_iter()
        .chain(numbers(card))
        .filter(|(_, answer)| !answer.is_empty() && *answer != HIDDEN)
        .map(|(question, answer)| format!("{question} ({answer})"))
        .collect();
    questions.join(", ")
}

fn numbers(card: &CallerCard) -> [(&'static str, &str); 2] {
    [
        ("phone", &card.user.phone),
        ("staff number", &card.user.employee_number),
    ]
}

/// The numbers that can be compared only by searching for them.
fn hidden_numbers(card: &CallerCard) -> Vec<&'static str> {
    numbers(card)
        .into_iter()
        .filter(|(_, answer)| *answer == HIDDEN)
        .map(|(question, _)| question)
        .collect()
}

/// Everybody who can take a reason away, each once.
#[must_use]
pub fn helpers(card: &CallerCard) -> Vec<&str> {
    let mut helpers: Vec<&str> = Vec::new();
    for helper in card.reasons.iter().flat_map(|reason| &reason.who_can_help) {
        if !helpers.contains(&helper.as_str()) {
            helpers.push(helper);
        }
    }
    helpers
}

/// What an action does to this caller, or why it does nothing.
#[must_use]
pub fn effect(card: &CallerCard, offer: &Offer) -> String {
    if !offer.allowed || offer.applies == 0 {
        return offer.reason.clone().unwrap_or_default();
    }
    match offer.operation {
        Operation::Unlock => "keeps the password".to_owned(),
        _ => format!(
            "ends {}",
            count_of(card.open_sessions, "open session", "open sessions")
        ),
    }
}
