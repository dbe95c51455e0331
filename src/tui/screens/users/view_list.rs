//! The views of the users: chosen with their live counts, the present one kept under a name, own ones forgotten.

use super::marking::today;
use super::marks::speaks_of_marks;
use super::views::{VIEWS_KEY, View};
use crate::service::Result;
use crate::service::users::{Count, CountUsers};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row, thousands};
use crate::tui::modals::help::picker_actions;
use crate::tui::notice::Notice;
use crate::tui::screen::{Asker, Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::draw_box;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Up to here the number beside a view is exact.
const COUNT_MAX: u32 = 10_000;

/// Longest name of a view, in bytes: it is part of a key.
const NAME_BYTES_MAX: usize = 80;

/// Room for the names, before the filters.
const NAME_CELLS: usize = 20;

const BUILT_IN: &str = " Views";
const OWN: &str = " Your own";

/// What a line of the list does.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Line {
    Show(usize),
    /// Keeps the present view under what is typed.
    Keep,
}

pub struct ViewList {
    views: Vec<View>,
    counts: Vec<Option<Count>>,
    /// What the screen shows now.
    present: View,
    picker: Picker<Line>,
    asker: Option<Asker<View>>,
    /// Pressed Delete once on this one.
    doomed: Option<String>,
}

pub enum Message {
    Read(Result<Vec<(String, String)>>),
    Counted(usize, Result<Count>),
    Kept(View, Result<()>),
    Forgotten(Result<()>),
}

impl ViewList {
    #[must_use]
    pub fn new(present: View, asker: Asker<View>) -> Self {
        let mut list = Self {
            views: View::built_in(),
            counts: Vec::new(),
            present,
            picker: Picker::new(Vec::new()),
            asker: Some(asker),
            doomed: None,
        };
        list.fill();
        list
    }

    fn fill(&mut self) {
        self.counts.resize(self.views.len(), None);
        let choices = self.views.iter().enumerate().map(|(index, view)| Choice {
            value: Line::Show(index),
            label: format!("{:<NAME_CELLS$} {}", view.name, view.filter),
            detail: detail(self.counts.get(index).copied().flatten()),
            synonyms: String::new(),
            enabled: true,
            writes: false,
            group: if view.own { OWN } else { BUILT_IN },
        });
        self.picker.set_choices(choices.collect());
        self.offer_to_keep();
    }

    /// A name that no view bears is offered for the present one.
    fn offer_to_keep(&mut self) {
        let name = self.picker.field.value().trim();
        let taken = self
            .views
            .iter()
            .find(|view| view.name.to_lowercase() == name.to_lowercase());
        let label = match taken {
            _ if name.is_empty() => None,
            Some(view) if !view.own => None,
            Some(view) => Some(format!("Keep what is shown as \"{}\" instead", view.name)),
            None => Some(format!("Keep what is shown as a view \"{name}\"")),
        };
        let extra = label.map(|label| Choice {
            value: Line::Keep,
            label,
            detail: "filter, order, columns".to_owned(),
            synonyms: String::new(),
            enabled: true,
            writes: false,
            group: "",
        });
        self.picker.set_extra(extra.into_iter().collect());
    }

    fn read(cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        let work = async move { service.preferences(&session, VIEWS_KEY).await };
        cx.spawn_latest("views", work, Message::Read);
    }

    /// One view after the other, so that a slow one holds up nothing but the next count.
    fn count_from(&self, index: usize, cx: &mut Cx<'_, Message>) {
        if let Some(view) = self.views.get(index) {
            let count = CountUsers {
                filter: view.filter.clone(),
                cap: Some(COUNT_MAX),
            };
            cx.ask_latest("count", count, move |result| {
                Message::Counted(index, result)
            });
        }
    }

    fn keep(&self, cx: &mut Cx<'_, Message>) {
        let name = self.picker.field.value().trim().to_owned();
        if speaks_of_marks(&self.present.filter, today(cx)) {
            cx.notify(Notice::bad(
                "A view can't speak of marks, which are gone tomorrow; take is:marked out of the filter.",
            ));
            return;
        }
        if name.len() > NAME_BYTES_MAX {
            cx.notify(Notice::bad("That name is too long for a view; shorten it."));
            return;
        }
        let view = View {
            name,
            ..self.present.clone()
        };
        let text = view.kept();
        let name = view.name.clone();
        Self::save(&name, Some(text), cx, |result| Message::Kept(view, result));
    }

    fn save(
        name: &str,
        text: Option<String>,
        cx: &mut Cx<'_, Message>,
        wrap: impl FnOnce(Result<()>) -> Message + Send + 'static,
    ) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let service = cx.service().clone();
        let key = format!("{VIEWS_KEY}{name}");
        let work = async move {
            service
                .save_preference(&session, &key, text.as_deref())
                .await
        };
        cx.spawn(work, wrap);
    }

    /// Forgets the view under the cursor, at the second press.
    fn forget(&mut self, cx: &mut Cx<'_, Message>) {
        let chosen = self.picker.current().map(|choice| choice.value.clone());
        let view = match chosen {
            Some(Line::Show(index)) => self.views.get(index).filter(|view| view.own),
            _ => None,
        };
        let Some(name) = view.map(|view| view.name.clone()) else {
            cx.notify(Notice::plain("Only views of your own can be forgotten."));
            return;
        };
        if self.doomed.as_ref() == Some(&name) {
            self.doomed = None;
            Self::save(&name, None, cx, Message::Forgotten);
        } else {
            cx.notify(Notice::plain(format!(
                "Press Delete again to forget the view \"{name}\"."
            )));
            self.doomed = Some(name);
        }
    }

    fn show(&mut self, view: View, cx: &mut Cx<'_, Message>) {
        if let Some(asker) = self.asker.take() {
            cx.answer(asker, view);
        }
        cx.close();
    }
}

fn detail(count: Option<Count>) -> String {
    count.map_or_else(
        || "...".to_owned(),
        |count| {
            let plus = if count.capped { "+" } else { "" };
            format!("{}{plus} ", thousands(count.number))
        },
    )
}

impl Screen for ViewList {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Views"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        Self::read(cx);
    }

    fn changed(&mut self, cx: &mut Cx<'_, Message>) {
        Self::read(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let mut offered = picker_actions("show it");
        offered.push(
            Offered::on(ActionId::Delete)
                .named("forget your own")
                .labelled("Forget this view, if it is one of your own")
                .in_footer(),
        );
        offered
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if key.code == KeyCode::Delete {
            self.forget(cx);
            return true;
        }
        self.doomed = None;
        let edit = self.picker.key(key);
        if edit == Edit::Changed {
            self.offer_to_keep();
        }
        edit != Edit::Ignored
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Delete => self.forget(cx),
            ActionId::Open => {
                let chosen = self.picker.current().map(|choice| choice.value.clone());
                match chosen {
                    Some(Line::Keep) => self.keep(cx),
                    Some(Line::Show(index)) => {
                        if let Some(view) = self.views.get(index).cloned() {
                            self.show(view, cx);
                        }
                    }
                    None => {}
                }
            }
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Read(Ok(kept)) => {
                self.views = View::built_in();
                let own = kept
                    .iter()
                    .filter_map(|(key, text)| View::read(key.strip_prefix(VIEWS_KEY)?, text));
                self.views.extend(own);
                self.fill();
                self.count_from(0, cx);
            }
            Message::Counted(index, result) => {
                // A view whose filter names what is gone has no count; choosing it says why.
                if let Some(count) = self.counts.get_mut(index) {
                    *count = result.ok();
                }
                self.fill();
                self.count_from(index + 1, cx);
            }
            Message::Kept(view, Ok(())) => {
                cx.notify(Notice::good(format!(
                    "Kept as your view \"{}\"; g v shows it again.",
                    view.name
                )));
                self.show(view, cx);
            }
            Message::Forgotten(Ok(())) => Self::read(cx),
            Message::Read(Err(error))
            | Message::Kept(_, Err(error))
            | Message::Forgotten(Err(error)) => cx.report(&error),
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let inside = draw_box(frame, area, "Views of the users", look);
        let list = Rect {
            height: inside.height.saturating_sub(1),
            ..inside
        };
        self.picker
            .draw(frame, list, " type to search, or a new name: ", look);
        let foot = row(inside, usize::from(inside.height.saturating_sub(1)));
        let text = " Type a new name and Enter to keep what is shown now under it.";
        look.put(frame.buffer_mut(), foot, text, Role::Muted);
    }
}
