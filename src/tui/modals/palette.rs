//! The palette: every action by name, synonym or key, and people by name.

use super::help::{choice, picker_actions};
use crate::domain::UserId;
use crate::service::Result;
use crate::service::users::{ListUsers, UserPage};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::keys::KeyMap;
use crate::tui::look::Look;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::shared::Subject;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

/// People shown for what is typed.
const PEOPLE_MAX: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Action(ActionId),
    User(UserId),
}

pub struct Palette {
    picker: Picker<Target>,
}

pub enum Message {
    Found(Result<UserPage>),
}

impl Palette {
    #[must_use]
    pub fn new(offered: &[Offered], keys: &KeyMap) -> Self {
        let choices = offered
            .iter()
            .filter(|action| action.id != ActionId::Palette)
            .map(|action| {
                let choice = choice(action, keys);
                Choice {
                    value: Target::Action(choice.value),
                    label: choice.label,
                    detail: choice.detail,
                    synonyms: choice.synonyms,
                    enabled: choice.enabled,
                    group: "",
                }
            })
            .collect();
        Self {
            picker: Picker::new(choices),
        }
    }

    fn search_people(&mut self, cx: &mut Cx<'_, Message>) {
        let typed = self.picker.field.value().trim();
        if typed.is_empty() {
            self.picker.set_extra(Vec::new());
            return;
        }
        let query = ListUsers {
            filter: typed.to_owned(),
            limit: PEOPLE_MAX,
            ..ListUsers::default()
        };
        cx.ask_latest("people", query, Message::Found);
    }
}

impl Screen for Palette {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Commands"
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("run or open it")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        let edit = self.picker.key(key);
        if edit == Edit::Changed {
            self.search_people(cx);
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.picker.paste(text) {
            cx.notify(Notice::bad(note));
        }
        self.search_people(cx);
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => {
                if let Some(choice) = self.picker.current() {
                    cx.close();
                    match choice.value {
                        Target::Action(id) => cx.run(id),
                        Target::User(user) => cx.show(Subject::User(user)),
                    }
                }
            }
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, Message::Found(result): Message, cx: &mut Cx<'_, Message>) {
        // Half a word may be no filter, and that is no reason to complain here.
        let rows = result.map(|page| page.rows).unwrap_or_default();
        let look = cx.look();
        let people = rows
            .into_iter()
            .map(|row| Choice {
                value: Target::User(row.id),
                label: format!("{}  {}", row.username, look.personal(&row.display_name)),
                detail: row.organization,
                synonyms: String::new(),
                enabled: true,
                group: "",
            })
            .collect();
        self.picker.set_extra(people);
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, "Commands and people", look);
        self.picker.draw(frame, inside, ": ", look);
    }
}
