//! What somebody may do, and from where: every right, searchable, and an answer with its reasons to any other question.

use super::verdict::VerdictView;
use crate::domain::UserId;
use crate::domain::permission::Resource;
use crate::domain::text;
use crate::service::explain::{Abilities, Asked, WhatCan, WhatIf, Why};
use crate::service::users::{ShowUser, UserRef};
use crate::service::{RecordRef, Result, Service, Session};
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, fitting, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

pub struct RightsOf {
    user: UserId,
    name: String,
    /// The organization worked in.
    here: String,
    /// Where they would do it, where that is another one.
    place: Option<String>,
    abilities: Option<Abilities>,
    picker: Picker<Entry>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Entry {
    /// By its place among the rights.
    Right(usize),
    /// What was typed, as a question.
    Question,
    /// Something to read.
    Fact,
}

pub enum Message {
    Told(Result<Told>),
}

pub struct Told {
    here: String,
    /// Another organization than the one worked in.
    place: Option<String>,
    abilities: Abilities,
}

/// What they may do in the organization worked in, or in their own, where they may not sign in to that one.
async fn told(service: Service, session: Session, user: UserId) -> Result<Told> {
    let user = UserRef::Id(user);
    let show = ShowUser {
        user: user.clone(),
        sensitive: false,
    };
    let shown = service.ask(&session, show).await?;
    let here = session.organization_name.clone();
    // What the operator may not see isn't listed, and can't be asked about.
    let listed = &shown.organizations;
    let own = listed.iter().find(|name| **name == shown.organization);
    let other = own.or(listed.first()).filter(|_| !listed.contains(&here));
    let what_can = WhatCan {
        user,
        what_if: WhatIf::default(),
        working: other.cloned().map(RecordRef::Name),
    };
    let abilities = service.ask(&session, what_can).await?;
    Ok(Told {
        place: other.cloned(),
        here,
        abilities,
    })
}

impl RightsOf {
    #[must_use]
    pub fn new(user: UserId, name: String) -> Self {
        Self {
            user,
            name,
            here: String::new(),
            place: None,
            abilities: None,
            picker: Picker::new(Vec::new()),
        }
    }

    fn ask(&self, cx: &mut Cx<'_, Message>) {
        if let Some(session) = cx.session().cloned() {
            let work = told(cx.service().clone(), session, self.user);
            cx.spawn(work, Message::Told);
        }
    }

    /// Offers what was typed as a question, as soon as it can be one.
    fn typed(&mut self) {
        let asked = self.question().map(|asked| Choice {
            value: Entry::Question,
            label: format!("May they {}? Enter answers", question_words(&asked)),
            detail: String::new(),
            synonyms: String::new(),
            enabled: true,
            writes: false,
            group: "",
        });
        self.picker.set_extra(asked.into_iter().collect());
    }

    fn question(&self) -> Option<Asked> {
        let is_resource = |word: &str| {
            let known = self.abilities.iter().flat_map(|known| &known.rights);
            Resource::parse(word).is_some() || known.into_iter().any(|right| right.resource == word)
        };
        let asked = read(self.picker.field.value(), is_resource)?;
        Some(self.at_a_node(asked))
    }

    /// In a tree it is asked at a node: where they start, unless another one was named.
    fn at_a_node(&self, asked: Asked) -> Asked {
        let trees = self.abilities.iter().flat_map(|known| &known.trees);
        let tree = trees.into_iter().find(|tree| tree.tree == asked.resource);
        let start = tree.map(|tree| tree.starts.first().map_or("/", String::as_str));
        Asked {
            node: asked.node.or_else(|| start.map(str::to_owned)),
            ..asked
        }
    }

    fn answer(&self, asked: Asked, cx: &mut Cx<'_, Message>) {
        let asked = Asked {
            working: self.place.clone().map(RecordRef::Name),
            ..asked
        };
        cx.open_modal(VerdictView::new(UserRef::Id(self.user), &self.name, asked));
    }

    fn ask_typed(&self, cx: &mut Cx<'_, Message>) {
        match self.question() {
            Some(asked) => self.answer(asked, cx),
            None => cx.notify(Notice::plain(
                "Type what is asked about, such as: unlock user; or in a tree: edit content /News",
            )),
        }
    }

    fn open_line(&self, cx: &mut Cx<'_, Message>) {
        match self.picker.current().map(|choice| choice.value) {
            Some(Entry::Right(index)) => {
                let rights = self.abilities.iter().flat_map(|known| &known.rights);
                if let Some(right) = rights.into_iter().nth(index) {
                    let asked = Asked {
                        action: right.action.clone(),
                        resource: right.resource.clone(),
                        ..Asked::default()
                    };
                    self.answer(self.at_a_node(asked), cx);
                }
            }
            Some(Entry::Fact) => cx.notify(Notice::plain(
                "Enter answers for a right; for a place in a tree type: edit content /News",
            )),
            Some(Entry::Question) | None => self.ask_typed(cx),
        }
    }
}

/// Reads `unlock user`, `user unlock`, `user:unlock`, `edit content /News`, `edit content:/News`.
#[must_use]
pub fn read(typed: &str, is_resource: impl Fn(&str) -> bool) -> Option<Asked> {
    let spaced = typed.replace(":/", " /").replace(':', " ");
    let mut node = None;
    let mut words = Vec::new();
    for word in spaced.split_whitespace() {
        match word {
            "may" | "they" | "on" | "?" => {}
            word if word.starts_with('/') => {
                // A name in a path may have spaces, so it goes on to the end.
                node = spaced.find(" /").map(|at| spaced[at..].trim().to_owned());
                break;
            }
            word => words.push(word.trim_end_matches('?')),
        }
    }
    let [one, other] = words.as_slice() else {
        return None;
    };
    let turned = is_resource(one) && !is_resource(other);
    let (action, resource) = if turned { (other, one) } else { (one, other) };
    Some(Asked {
        action: (*action).to_owned(),
        resource: (*resource).to_owned(),
        node,
        ..Asked::default()
    })
}

/// `unlock on user`, `edit on content at /News`.
#[must_use]
pub fn question_words(asked: &Asked) -> String {
    let node = asked.node.as_ref();
    let node = node.map_or_else(String::new, |node| format!(" at {node}"));
    format!("{} on {}{node}", asked.action, asked.resource)
}

/// `Helpdesk via Service Desk, Night shift`.
#[must_use]
pub fn sources(because: &[Why]) -> String {
    let words: Vec<String> = because
        .iter()
        .map(|why| match &why.via {
            Some(via) => format!("{} via {via}", why.source),
            None => why.source.clone(),
        })
        .collect();
    words.join(", ")
}

fn choices(abilities: &Abilities) -> Vec<Choice<Entry>> {
    let widest = |texts: &mut dyn Iterator<Item = &String>| {
        texts.map(|text| text::width(text)).max().unwrap_or(0)
    };
    let resource = widest(&mut abilities.rights.iter().map(|right| &right.resource));
    let action = widest(&mut abilities.rights.iter().map(|right| &right.action));
    let mut choices = Vec::new();
    for (index, right) in abilities.rights.iter().enumerate() {
        let label = format!(
            "{}  {}  {}  {}",
            text::pad(&right.resource, resource, ""),
            text::pad(&right.action, action, ""),
            text::pad(right.level.as_str(), "organization".len(), ""),
            match right.remark {
                Some(remark) => format!("{}; {remark}", sources(&right.because)),
                None => sources(&right.because),
            }
        );
        choices.push(choice(
            Entry::Right(index),
            label,
            "Rights: on what, what, how far, from where",
        ));
    }
    for tree in &abilities.trees {
        let starts = if tree.starts.is_empty() {
            "nowhere, so nothing in it can be reached".to_owned()
        } else {
            tree.starts.join(", ")
        };
        let heading = "Trees: where they start, and entries that stand in for rules";
        let label = format!("{} starts at {starts}", tree.tree);
        choices.push(choice(Entry::Fact, label, heading));
        for (entry, whose) in &tree.entries {
            let label = format!("  {entry}   ({whose})");
            choices.push(choice(Entry::Fact, label, heading));
        }
    }
    for (kind, keys) in [
        ("Sections", &abilities.sections),
        ("Languages", &abilities.languages),
    ] {
        if !keys.is_empty() {
            let label = format!("{kind}: {}", keys.join(", "));
            choices.push(choice(
                Entry::Fact,
                label,
                "Sections and languages that are open to them",
            ));
        }
    }
    choices
}

fn choice(value: Entry, label: String, group: &'static str) -> Choice<Entry> {
    Choice {
        value,
        label,
        detail: String::new(),
        synonyms: String::new(),
        enabled: true,
        writes: false,
        group,
    }
}

impl Screen for RightsOf {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Rights"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        self.ask(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open).named("why").in_footer(),
            Offered::on(ActionId::Continue)
                .named("may they ...?")
                .in_footer(),
            Offered::on(ActionId::Back).named("close").in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        let edit = self.picker.key(key);
        if edit == Edit::Changed {
            self.typed();
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.typed();
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.open_line(cx),
            ActionId::Continue => self.ask_typed(cx),
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, Message::Told(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(Told {
                here,
                place,
                abilities,
            }) => {
                (self.here, self.place) = (here, place);
                self.picker.set_choices(choices(&abilities));
                self.abilities = Some(abilities);
                self.typed();
            }
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let place = match self.place.as_deref().unwrap_or(&self.here) {
            "" => String::new(),
            place => format!(" in {place}"),
        };
        let heading = format!("What {} may do{place}, and why", self.name);
        let inside = draw_box(frame, area, &heading, look);
        let Some(abilities) = &self.abilities else {
            look.put(
                frame.buffer_mut(),
                row(inside, 0),
                " loading ...",
                Role::Muted,
            );
            return;
        };
        let foot = usize::from(inside.height).saturating_sub(1);
        let list = Rect {
            height: inside.height.saturating_sub(1),
            ..inside
        };
        self.picker.draw(frame, list, " search> ", look);
        let ways = [
            " Also what they lack: type it, such as unlock user, and Enter.",
            " Also what they lack: type it, as in unlock user; Enter.",
        ];
        let (text, role) = match abilities.shut_out {
            Some(why) => (format!(" No rights here: {why}."), Role::Warning),
            None => (fitting(&ways, inside.width).to_owned(), Role::Muted),
        };
        look.put(frame.buffer_mut(), row(inside, foot), &text, role);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(typed: &str) -> Option<String> {
        let is_resource = |word: &str| ["user", "content", "assign"].contains(&word);
        read(typed, is_resource).map(|asked| question_words(&asked))
    }

    #[test]
    fn a_question_is_read_as_people_type_it() {
        let unlock = Some("unlock on user".to_owned());
        for typed in [
            "unlock user",
            "user unlock",
            "user:unlock",
            "unlock on user",
            "may they unlock user?",
        ] {
            assert_eq!(words(typed), unlock, "{typed}");
        }
        let edit = Some("edit on content at /Home/My News".to_owned());
        assert_eq!(words("edit content /Home/My News"), edit);
        assert_eq!(words("edit content:/Home/My News"), edit);
        for typed in ["", "unlock", "one two three", "/x"] {
            assert_eq!(words(typed), None, "{typed}");
        }
    }
}
