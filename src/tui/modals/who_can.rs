//! Who can do something: a right of a role is chosen, or another one typed, and everybody who has it is listed.

use super::rights::{question_words, read, sources};
use super::role_rules::{self, RoleRules};
use super::verdict::VerdictView;
use crate::domain::RoleId;
use crate::domain::matrix::{Cell, said};
use crate::domain::permission::{Ownership, Resource};
use crate::domain::status::Status;
use crate::domain::text;
use crate::service::Result;
use crate::service::explain::{Ables, Asked, WhoCan};
use crate::service::users::UserRef;
use crate::tui::actions::{ActionId, Offered, moves};
use crate::tui::look::{Look, count_of, indented, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::{draw_box, paragraph};
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// People who are listed.
const LISTED_MAX: u32 = 200;

/// Cells of a username: a longer one is cut, and leaves room for the level and the reasons of everybody.
const NAME_CELLS: usize = 24;

/// Which right of a role is asked about.
pub struct AskWho {
    role: RoleId,
    name: String,
    loaded: bool,
    allows_nothing: bool,
    picker: Picker<Asked>,
}

const ALLOWS_NOTHING: &str = "This role allows nothing that you may see, so nobody can do anything by it. Who can do something else: type it, such as: unlock user";

pub enum Message {
    Loaded(Result<RoleRules>),
}

impl AskWho {
    #[must_use]
    pub fn new(role: RoleId, name: String) -> Self {
        Self {
            role,
            name,
            loaded: false,
            allows_nothing: false,
            picker: Picker::new(Vec::new()),
        }
    }

    fn typed(&self) -> Option<Asked> {
        read(self.picker.field.value(), |word| {
            Resource::parse(word).is_some()
        })
    }
}

/// What the role allows, right by right.
fn rights(role: &RoleRules) -> Vec<Choice<Asked>> {
    let mut choices = Vec::new();
    for resource in role.catalogue.all() {
        for action in &resource.actions {
            let Cell::Allow(level) = said(&role.rules, &resource.key, action) else {
                continue;
            };
            let asked = Asked {
                action: action.clone(),
                resource: resource.key.clone(),
                node: (resource.ownership == Ownership::Tree).then(|| "/".to_owned()),
                ..Asked::default()
            };
            choices.push(Choice {
                label: question_words(&asked),
                value: asked,
                detail: format!("{} ", level.as_str()),
                synonyms: String::new(),
                enabled: true,
                writes: false,
                group: "",
            });
        }
    }
    choices
}

impl Screen for AskWho {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Who can"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(work) = role_rules::load(role_rules::numbered(self.role), cx) {
            cx.spawn(work, Message::Loaded);
        }
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open).named("who can").in_footer(),
            Offered::on(ActionId::Back).named("close").in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        self.picker.key(key) != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => {
                let chosen = self.picker.current().map(|choice| choice.value.clone());
                match chosen.or_else(|| self.typed()) {
                    Some(asked) => cx.open_modal(WhoList::new(asked)),
                    None => cx.notify(Notice::plain(
                        "Choose a right, or type another one, such as: unlock user",
                    )),
                }
            }
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, Message::Loaded(result): Message, cx: &mut Cx<'_, Message>) {
        match result {
            Ok(role) => {
                self.loaded = true;
                let rights = rights(&role);
                self.allows_nothing = rights.is_empty();
                self.picker.set_choices(rights);
            }
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("Who can do what {} allows", self.name);
        let inside = draw_box(frame, area, &heading, look);
        if self.loaded {
            self.picker.draw(frame, inside, " search> ", look);
            if self.allows_nothing {
                let below = indented(
                    Rect {
                        y: inside.y + 1,
                        height: inside.height.saturating_sub(1),
                        width: inside.width.saturating_sub(1),
                        ..inside
                    },
                    1,
                );
                paragraph(frame, below, 0, ALLOWS_NOTHING, Role::Text, look);
            }
        } else {
            look.put(
                frame.buffer_mut(),
                row(inside, 0),
                " loading ...",
                Role::Muted,
            );
        }
    }
}

/// Everybody who has a right, as far as the operator may see them.
pub struct WhoList {
    asked: Asked,
    found: Option<Ables>,
    /// The usernames.
    picker: Picker<String>,
}

impl WhoList {
    #[must_use]
    pub fn new(asked: Asked) -> Self {
        Self {
            asked,
            found: None,
            picker: Picker::new(Vec::new()),
        }
    }
}

fn people(found: &Ables, mask: impl Fn(String) -> String) -> Vec<Choice<String>> {
    let widest = found.users.iter().map(|able| text::width(&able.username));
    let widest = widest.max().unwrap_or(0).min(NAME_CELLS);
    let choice = |able: &crate::service::explain::Able| {
        let level = able.level.map_or("", |level| level.as_str());
        Choice {
            value: able.username.clone(),
            label: format!(
                "{}  {}  {}",
                text::pad(&able.username, widest, "~"),
                text::pad(level, "organization".len(), ""),
                sources(&able.because)
            ),
            detail: match able.status {
                Status::Active | Status::NeverSignedIn => String::new(),
                status => format!("{status} "),
            },
            // A username that is cut is still found by all of it.
            synonyms: format!("{} {}", able.username, mask(able.name.clone())),
            enabled: true,
            writes: false,
            group: "",
        }
    };
    found.users.iter().map(choice).collect()
}

impl Screen for WhoList {
    type Message = Result<Ables>;

    fn title(&self) -> &'static str {
        "Who can"
    }

    fn open(&mut self, cx: &mut Cx<'_, Self::Message>) {
        let who_can = WhoCan {
            asked: self.asked.clone(),
            limit: LISTED_MAX,
        };
        cx.ask(who_can, |result| result);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Self::Message>) {
        self.open(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = vec![
            Offered::on(ActionId::Open).named("why").in_footer(),
            Offered::on(ActionId::Back).named("back").in_footer(),
        ];
        offered.extend(moves());
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Self::Message>) -> bool {
        self.picker.key(key) != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Self::Message>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Self::Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => {
                if let Some(choice) = self.picker.current() {
                    let user = UserRef::Name(choice.value.clone());
                    cx.open_modal(VerdictView::new(user, &choice.value, self.asked.clone()));
                }
            }
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, result: Self::Message, cx: &mut Cx<'_, Self::Message>) {
        match result {
            Ok(found) => {
                self.picker.set_choices(people(&found, cx.look().mask()));
                self.found = Some(found);
            }
            Err(error) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = format!("Who can {}", question_words(&self.asked));
        let inside = draw_box(frame, area, &heading, look);
        let Some(found) = &self.found else {
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
        if found.users.is_empty() {
            let text = " Nobody whom you may see can do that.";
            look.put(frame.buffer_mut(), row(inside, 0), text, Role::Text);
            return;
        }
        self.picker.draw(frame, list, " search> ", look);
        let plus = if found.capped { "+" } else { "" };
        let all = count_of(found.count, "person", "people");
        let text = if found.more {
            format!(" The first {LISTED_MAX} of {all}{plus} are shown.")
        } else {
            format!(" {all}")
        };
        look.put(frame.buffer_mut(), row(inside, foot), &text, Role::Muted);
    }
}
