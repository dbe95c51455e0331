//! One user in words: status and why, who can help, memberships, what happened last.

use crate::domain::UserId;
use crate::domain::audit::TargetKind;
use crate::domain::filter::AuditQuery;
use crate::service::users::{
    HeldRole, LinkedRecord, Reason, ReasonKind, ShowUser, Timeline, TimelineEntry, UserDetail,
    UserRef, WhyNot,
};
use crate::service::{RecordRef, Result, Service, Session};
use crate::tui::deeds;
use crate::tui::look::{Look, count_of};
use crate::tui::shared::Subject;
use crate::tui::theme::Role;
use crate::tui::widgets::detail::{Line, Lines};

/// Entries of the timeline that are asked for at a time.
pub const ENTRIES_PAGE: u32 = 50;

/// Entries that the pane beside the list shows.
const ENTRIES_IN_PANE: usize = 4;

/// Everything the pane and the page show of one user.
#[derive(Clone, Debug)]
pub struct Detail {
    pub user: UserDetail,
    pub reasons: Vec<Reason>,
    pub timeline: Vec<TimelineEntry>,
    /// Whether there are older entries.
    pub more: bool,
}

/// Asks for all of it.
pub async fn load(service: Service, session: Session, id: UserId) -> Result<Detail> {
    let user = service
        .ask(
            &session,
            ShowUser {
                user: UserRef::Id(id),
                sensitive: false,
            },
        )
        .await?;
    let reasons = service
        .ask(
            &session,
            WhyNot {
                user: UserRef::Id(id),
            },
        )
        .await?;
    let timeline = service
        .ask(
            &session,
            Timeline {
                user: id,
                before: None,
                limit: ENTRIES_PAGE,
            },
        )
        .await?;
    let more = timeline.len() >= ENTRIES_PAGE as usize;
    Ok(Detail {
        user,
        reasons,
        timeline,
        more,
    })
}

impl Detail {
    /// What the pane beside the list shows.
    #[must_use]
    pub fn short(&self, width: u16, look: &Look<'_>) -> Vec<Line> {
        let mut lines = Lines::of(width);
        self.status(&mut lines, look);
        self.name(&mut lines, look);
        let place = format!("{}/{}", self.user.organization, self.user.owner_unit);
        let record = self.record(look);
        lines.add(
            "Owned by",
            &format!("{place}, created {record}"),
            Role::Text,
        );
        self.sign_in(&mut lines, look);
        self.memberships(&mut lines);
        for (index, entry) in folded(&self.timeline)
            .iter()
            .take(ENTRIES_IN_PANE)
            .enumerate()
        {
            let label = if index == 0 { "Last" } else { "" };
            lines.add_cut(label, &entry.words(look));
        }
        lines.done()
    }

    /// What the whole page shows, and the line at which the timeline begins.
    #[must_use]
    pub fn long(&self, width: u16, look: &Look<'_>) -> (Vec<Line>, usize) {
        let mut lines = Lines::of(width);
        self.status(&mut lines, look);
        self.name(&mut lines, look);
        lines.add("Created", &self.record(look), Role::Text);
        self.sign_in(&mut lines, look);
        self.profile(&mut lines, look);
        self.linked_memberships(&mut lines);
        self.sessions(&mut lines, look);
        let audit = AuditQuery::of_target(TargetKind::User, &self.user.username).to_string();
        lines.add_link("Audit", "all that was done to them", Subject::Audit(audit));
        let timeline = lines.count();
        lines.rule("Timeline, newest first");
        for entry in folded(&self.timeline) {
            lines.add("", &entry.words(look), Role::Text);
        }
        if self.timeline.is_empty() {
            lines.add("", "nothing happened yet", Role::Muted);
        }
        (lines.done(), timeline)
    }

    fn status(&self, lines: &mut Lines, look: &Look<'_>) {
        if self.reasons.is_empty() {
            let text = format!("{}: nothing stops a sign-in", status_word(&self.user));
            lines.add("Status", &text, Role::Good);
            return;
        }
        for (index, reason) in self.reasons.iter().enumerate() {
            let label = if index == 0 { "Status" } else { "" };
            lines.add(label, &reason_words(reason, look), Role::Warning);
        }
        let mut helpers: Vec<&str> = Vec::new();
        for helper in self.reasons.iter().flat_map(|reason| &reason.who_can_help) {
            if !helpers.contains(&helper.as_str()) {
                helpers.push(helper);
            }
        }
        if !helpers.is_empty() {
            lines.add("Who helps", &helpers.join(", "), Role::Text);
        }
    }

    /// When it was made, and under which number.
    fn record(&self, look: &Look<'_>) -> String {
        format!(
            "{}, number {}",
            look.time(self.user.created),
            self.user.id.0
        )
    }

    fn name(&self, lines: &mut Lines, look: &Look<'_>) {
        let user = &self.user;
        let name = [
            &user.name_prefix,
            &user.first_name,
            &user.middle_name,
            &user.last_name,
            &user.suffix,
        ];
        let name = joined(name.map(String::as_str), " ");
        lines.add_known("Name", &look.personal(&name));
        lines.add_known("E-mail", &look.personal(&user.email));
    }

    fn sign_in(&self, lines: &mut Lines, look: &Look<'_>) {
        let user = &self.user;
        if user.manager.is_some() {
            lines.add_known("Manager", user.manager.as_deref().unwrap_or_default());
        }
        let password = if user.password_date.is_never() {
            "none set".to_owned()
        } else {
            format!("set {}", look.time_and_ago(user.password_date))
        };
        lines.add("Password", &password, Role::Text);
        let failures = count_of(user.failed_sign_ins, "wrong password", "wrong passwords");
        let sign_in = if user.last_sign_in.is_never() {
            format!("never; {failures}")
        } else {
            let times = count_of(user.sign_in_count, "time", "times");
            format!(
                "{}, {times} in all; {failures} since",
                look.time_and_ago(user.last_sign_in)
            )
        };
        lines.add("Signed in", &sign_in, Role::Text);
        if !user.expiry_date.is_never() {
            lines.add("Expires", &look.time_and_ago(user.expiry_date), Role::Text);
        }
    }

    fn profile(&self, lines: &mut Lines, look: &Look<'_>) {
        let user = &self.user;
        let work = joined([user.title.as_str(), user.department.as_str()], ", ");
        lines.add_known("Work", &work);
        lines.add_known("Phone", &look.personal(&user.phone));
        lines.add_known("Birthday", &look.personal(&user.birthday));
        lines.add_known("Number", &user.employee_number);
        lines.add_known("Other mail", &look.personal(&user.other_emails.join(", ")));
        lines.add_known("Also known", &look.personal(&user.also_known_as));
        let language = joined([user.language.as_str(), user.time_zone.as_str()], ", ");
        lines.add_known("Language", &language);
        lines.add_known("About", &user.description);
    }

    fn memberships(&self, lines: &mut Lines) {
        let user = &self.user;
        lines.add("Groups", &counted(&user.groups), Role::Text);
        let roles: Vec<String> = user.role_sources.iter().map(role_words).collect();
        lines.add("Roles", &counted(&roles), Role::Text);
        lines.add("May enter", &counted(&user.organizations), Role::Text);
        if !user.units.is_empty() {
            lines.add("Assigned", &counted(&user.units), Role::Text);
        }
    }

    /// The same, each on a line of its own that leads there.
    fn linked_memberships(&self, lines: &mut Lines) {
        let (user, linked) = (&self.user, &self.user.linked);
        let lead_to = |records: &[LinkedRecord], subject: fn(RecordRef) -> Subject| {
            let link =
                |record: &LinkedRecord| (record.name.clone(), subject(RecordRef::Id(record.id)));
            records.iter().map(link).collect::<Vec<_>>()
        };
        lines.add_links("Groups", lead_to(&linked.groups, Subject::Group));
        lines.add_links("Roles", lead_to(&linked.roles, Subject::Role));
        for held in user.role_sources.iter().filter(|held| held.via.is_some()) {
            lines.add("", &role_words(held), Role::Text);
        }
        lines.add_links(
            "May enter",
            lead_to(&linked.organizations, Subject::Organization),
        );
        let owner = linked.owner_unit.as_slice();
        lines.add_links("Owned by", lead_to(owner, Subject::Unit));
        if !linked.units.is_empty() {
            lines.add_links("Assigned", lead_to(&linked.units, Subject::Unit));
        }
        lines.add_each("Entries", &user.granular);
        lines.add_each("Starts at", &user.start_nodes);
        if let Some(manager) = &user.manager {
            lines.add_link("Manager", manager, Subject::UserNamed(manager.clone()));
        }
    }

    fn sessions(&self, lines: &mut Lines, look: &Look<'_>) {
        for (index, session) in self.user.sessions.iter().enumerate() {
            let label = if index == 0 { "Sessions" } else { "" };
            let from = joined(
                [
                    session.application.as_str(),
                    session.client_address.as_str(),
                ],
                " from ",
            );
            let text = format!("{from} since {}", look.time_and_ago(session.started_at));
            lines.add(label, &text, Role::Text);
        }
    }
}

fn status_word(user: &UserDetail) -> String {
    user.status.as_str().replace('_', " ")
}

/// A reason with its times, and what ends a lock.
#[must_use]
pub fn reason_words(reason: &Reason, look: &Look<'_>) -> String {
    let since = if reason.since.is_never() {
        String::new()
    } else {
        format!(" since {}", look.time_and_ago(reason.since))
    };
    if reason.reason != ReasonKind::Locked {
        return format!("{}{since}", reason.sentence);
    }
    let why = if reason.sentence == "locked" {
        String::new()
    } else {
        format!(": {}", reason.sentence)
    };
    let end = if reason.until.is_never() {
        "stays so until somebody unlocks it".to_owned()
    } else {
        format!(
            "unlocks by itself {} ({})",
            look.time(reason.until),
            look.ago(reason.until)
        )
    };
    format!("LOCKED{since}{why}; {end}")
}

fn role_words(held: &HeldRole) -> String {
    match &held.via {
        Some(group) => format!("{} (via {group})", held.role),
        None => held.role.clone(),
    }
}

fn counted(names: &[String]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        format!("{}: {}", names.len(), names.join(", "))
    }
}

fn joined<const N: usize>(parts: [&str; N], between: &str) -> String {
    let known: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    known.join(between)
}

/// Equal entries in a row, such as ten wrong passwords, told once.
struct Folded<'a> {
    entry: &'a TimelineEntry,
    times: usize,
}

fn folded(entries: &[TimelineEntry]) -> Vec<Folded<'_>> {
    let mut folded: Vec<Folded<'_>> = Vec::new();
    for entry in entries {
        match folded.last_mut() {
            Some(last) if same_kind(last.entry, entry) => last.times += 1,
            _ => folded.push(Folded { entry, times: 1 }),
        }
    }
    folded
}

fn same_kind(one: &TimelineEntry, other: &TimelineEntry) -> bool {
    one.event == other.event
        && one.outcome == other.outcome
        && one.by == other.by
        && one.origin == other.origin
        && one.text == other.text
}

impl Folded<'_> {
    fn words(&self, look: &Look<'_>) -> String {
        let entry = self.entry;
        let mut words = format!("{}: {}", look.time_and_ago(entry.at), event_words(entry));
        if self.times > 1 {
            words.extend([" x", &self.times.to_string()]);
        }
        if !entry.by.is_empty() {
            words.extend([" by ", &entry.by]);
        }
        if !entry.origin.is_empty() {
            words.extend([", ", &entry.origin]);
        }
        if !entry.text.is_empty() {
            // What changed may be a name or an address.
            words.extend(["; ", &look.personal(&entry.text)]);
        }
        words
    }
}

/// What happened, in the words of a helpdesk.
fn event_words(entry: &TimelineEntry) -> String {
    let outcome = entry.outcome.replace('_', " ");
    let event = match entry.event.as_str() {
        "sign_in" if outcome == "success" || outcome == "done" => return "signed in".to_owned(),
        "sign_in" => return outcome,
        other => deeds::words(other),
    };
    if outcome == "done" || outcome.is_empty() {
        event.into_owned()
    } else {
        format!("{event}: {outcome}")
    }
}
