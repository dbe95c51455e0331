//! Which organization to work in, of those that the operator may work in; nothing else is named.

use super::help::picker_actions;
use crate::service::{Result, Session, Workplace};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::{Look, row};
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::theme::Role;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::panel::{centered, draw_box};
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use ratatui::Frame;
use ratatui::layout::Rect;

const WIDTH: u16 = 64;

#[derive(Default)]
pub struct Workplaces {
    /// Not there yet while they are asked for.
    picker: Option<Picker<Workplace>>,
    lines: usize,
    /// The one that the operator is on the way to: an answer that found the box closed would leave the console behind.
    going_to: Option<String>,
}

pub enum Message {
    Listed(Result<Vec<Workplace>>),
    Moved(Result<Session>),
}

impl Workplaces {
    fn listed(&mut self, places: Vec<Workplace>, cx: &mut Cx<'_, Message>) {
        if let [only] = places.as_slice() {
            let text = format!("You may work in {} alone.", only.name);
            cx.notify(Notice::plain(text));
            cx.close();
            return;
        }
        self.lines = places.len();
        self.picker = Some(Picker::new(places.into_iter().map(choice).collect()));
    }

    fn choose(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(place) = self.picker.as_ref().and_then(Picker::current) else {
            return;
        };
        let place = place.value.clone();
        if place.current {
            cx.notify(Notice::plain(format!(
                "You work in {} already.",
                place.name
            )));
            cx.close();
            return;
        }
        if let Some(session) = cx.session().cloned() {
            let (service, organization) = (cx.service().clone(), place.id);
            let moving = async move { service.work_in(&session, organization).await };
            cx.spawn(moving, Message::Moved);
            self.going_to = Some(place.name);
        }
    }
}

fn choice(place: Workplace) -> Choice<Workplace> {
    Choice {
        label: place.name.clone(),
        detail: if place.current { "you work here" } else { "" }.to_owned(),
        synonyms: String::new(),
        enabled: true,
        writes: false,
        group: "",
        value: place,
    }
}

impl Screen for Workplaces {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Organizations to work in"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        if let Some(session) = cx.session().cloned() {
            let service = cx.service().clone();
            let asking = async move { service.workplaces(&session).await };
            cx.spawn(asking, Message::Listed);
        }
    }

    fn actions(&self) -> Vec<Offered> {
        let Some(place) = &self.going_to else {
            return picker_actions("work there");
        };
        let reason = format!("You are on the way to {place}: wait for the answer.");
        [ActionId::Open, ActionId::Back]
            .map(|action| Offered::off(action, reason.clone()))
            .into()
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        self.picker.is_some()
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, Message>) -> bool {
        let picker = self.picker.as_mut();
        let picker = picker.filter(|_| self.going_to.is_none());
        picker.is_some_and(|picker| picker.key(key) != Edit::Ignored)
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.choose(cx),
            motion => {
                if let Some(picker) = &mut self.picker {
                    picker.go(motion);
                }
            }
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Listed(Ok(places)) => self.listed(places, cx),
            Message::Moved(Ok(session)) => cx.moved(session),
            Message::Listed(Err(error)) | Message::Moved(Err(error)) => {
                cx.report(&error);
                cx.close();
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let height = u16::try_from(self.lines.max(1)).unwrap_or(u16::MAX);
        let place = centered(area, WIDTH, height.saturating_add(5));
        let inside = draw_box(frame, place, "Work in another organization", look);
        let Some(picker) = &self.picker else {
            look.put(
                frame.buffer_mut(),
                row(inside, 0),
                " loading ...",
                Role::Muted,
            );
            return;
        };
        let list = Rect {
            width: inside.width.saturating_sub(1),
            height: inside.height.saturating_sub(1),
            ..inside
        };
        picker.draw(frame, list, " type to search: ", look);
        let foot = row(inside, usize::from(list.height));
        let going = self.going_to.as_ref();
        let going = going.map(|place| format!(" going to {place} ..."));
        let text = going.as_deref();
        let text = text.unwrap_or(" Filters come along; marks and the way back stay behind.");
        look.put(frame.buffer_mut(), foot, text, Role::Muted);
    }
}
