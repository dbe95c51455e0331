//! The reports about access: which one, and each as a list that leads to what it names.

mod finding;
mod view;

use super::choose::draw_choices;
use super::help::picker_actions;
use crate::domain::permission::Permission;
use crate::service::{Lack, groups, roles, users};
use crate::tui::actions::{ActionId, Offered};
use crate::tui::look::Look;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::widgets::columns::Column;
use crate::tui::widgets::field::Edit;
use crate::tui::widgets::picker::{Choice, Picker};
use crossterm::event::KeyEvent;
use finding::{DOMINANT, DUPLICATES, POWERLESS, UNHELD_ROLES};
use ratatui::Frame;
use ratatui::layout::Rect;
use view::ReportView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Report {
    Dominant,
    UnheldRoles,
    Powerless,
    Duplicates,
}

impl Report {
    const ALL: &[Self] = &[
        Self::Dominant,
        Self::UnheldRoles,
        Self::Powerless,
        Self::Duplicates,
    ];

    const fn title(self) -> &'static str {
        match self {
            Self::Dominant => "Dominant accounts",
            Self::UnheldRoles => "Roles that nobody holds",
            Self::Powerless => "Users who can do nothing",
            Self::Duplicates => "Roles and groups that give the same",
        }
    }

    const fn about(self) -> &'static str {
        match self {
            Self::Dominant => "the mightiest first, and why",
            Self::UnheldRoles => "not even through a group",
            Self::Powerless => "no effective role, or nowhere",
            Self::Duplicates => "set by set",
        }
    }

    /// Other words people look for it by.
    const fn synonyms(self) -> &'static str {
        match self {
            Self::Dominant => "privileged administrators power mighty risk rights",
            Self::UnheldRoles => "unused empty orphaned no holders",
            Self::Powerless => "no role no organization powerless orphaned useless accounts",
            Self::Duplicates => "duplicates equal redundant identical twins",
        }
    }

    /// Its name on the command line.
    const fn word(self) -> &'static str {
        match self {
            Self::Dominant => "dominant",
            Self::UnheldRoles => "unheld-roles",
            Self::Powerless => "powerless",
            Self::Duplicates => "duplicates",
        }
    }

    /// The rights without which the service refuses it.
    const fn needs(self) -> &'static [Permission] {
        match self {
            Self::Dominant | Self::Powerless => &[users::VIEW],
            Self::UnheldRoles => &[roles::VIEW, users::VIEW],
            Self::Duplicates => &[roles::VIEW, groups::VIEW],
        }
    }

    const fn columns(self) -> &'static [Column] {
        match self {
            Self::Dominant => DOMINANT,
            Self::UnheldRoles => UNHELD_ROLES,
            Self::Powerless => POWERLESS,
            Self::Duplicates => DUPLICATES,
        }
    }

    /// What is said where it finds nothing.
    const fn nothing(self) -> &'static str {
        match self {
            Self::Dominant => "Nobody whom you may see has power over others.",
            Self::UnheldRoles => "Somebody holds each of the roles.",
            Self::Powerless => "Everybody holds something that allows something.",
            Self::Duplicates => "No two roles, and no two groups, give the same.",
        }
    }
}

/// Which report.
pub struct Reports {
    picker: Picker<Report>,
}

impl Default for Reports {
    fn default() -> Self {
        Self {
            picker: Picker::new(Vec::new()),
        }
    }
}

impl Reports {
    fn choose(&self, cx: &mut Cx<'_, ()>) {
        let Some(choice) = self.picker.current() else {
            return;
        };
        match lacking(choice.value, cx) {
            Some(right) => {
                let why = format!("You may not do that: it needs the right {right}.");
                cx.notify(Notice::plain(why).about(Some(Lack::right(right))));
            }
            None => cx.open_modal(ReportView::new(choice.value, cx.id())),
        }
    }
}

fn lacking(report: Report, cx: &Cx<'_, ()>) -> Option<Permission> {
    let mut needed = report.needs().iter().copied();
    needed.find(|right| !cx.may(*right))
}

impl Screen for Reports {
    type Message = ();

    fn title(&self) -> &'static str {
        "Reports"
    }

    fn open(&mut self, cx: &mut Cx<'_, ()>) {
        let choice = |&report: &Report| {
            let lacking = lacking(report, cx);
            Choice {
                value: report,
                label: report.title().to_owned(),
                detail: match lacking {
                    Some(right) => format!("needs {right}"),
                    None => report.about().to_owned(),
                },
                synonyms: report.synonyms().to_owned(),
                enabled: lacking.is_none(),
                writes: false,
                group: "",
            }
        };
        let choices = Report::ALL.iter().map(choice).collect();
        self.picker.set_choices(choices);
    }

    fn actions(&self) -> Vec<Offered> {
        picker_actions("open it")
    }

    fn takes_text(&self) -> bool {
        true
    }

    fn key(&mut self, key: KeyEvent, _cx: &mut Cx<'_, ()>) -> bool {
        self.picker.key(key) != Edit::Ignored
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, ()>) {
        match action {
            ActionId::Back => cx.close(),
            ActionId::Open => self.choose(cx),
            motion => self.picker.go(motion),
        }
    }

    fn update(&mut self, (): (), _cx: &mut Cx<'_, ()>) {}

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        let heading = "Reports about access";
        draw_choices(frame, area, heading, &self.picker, Report::ALL.len(), look);
    }
}
