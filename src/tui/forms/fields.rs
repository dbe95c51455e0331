//! One field of a form as it is edited: its input, whether it changed, what is wrong with it, and how it is drawn.

use super::{FieldKind, FieldSpec, Privacy, Problem, Value};
use crate::domain::text;
use crate::tui::look::{Look, count_of, indented, row, wrap};
use crate::tui::theme::Role;
use crate::tui::widgets::field::{Edit, Field};
use crate::tui::widgets::secret::SecretField;
use crossterm::event::{KeyCode, KeyEvent};
use ratatui::Frame;
use ratatui::layout::Rect;

/// Where the values begin.
const VALUE_AT: u16 = 20;

/// No input is wider than this, however wide the window is.
const INPUT_CELLS_MAX: u16 = 60;

/// Lines for what is wrong with one field.
const PROBLEM_LINES_MAX: usize = 3;

/// Longest date that can be typed.
const DATE_MAX: usize = 20;

pub struct FieldState {
    pub spec: FieldSpec,
    input: Input,
    pub problem: Option<Problem>,
}

enum Input {
    Line(Field),
    Secret(SecretField),
    /// Changed by Space, or by a picker.
    Value(Value),
}

impl FieldState {
    #[must_use]
    pub fn new(spec: FieldSpec) -> Self {
        let line = |most| {
            let mut field = Field::new(most);
            field.set(spec.value.text());
            Input::Line(field)
        };
        let input = match spec.kind {
            FieldKind::Text(most) => line(most),
            FieldKind::Date => line(DATE_MAX),
            FieldKind::Secret => Input::Secret(SecretField::default()),
            _ => Input::Value(spec.value.clone()),
        };
        Self {
            spec,
            input,
            problem: None,
        }
    }

    #[must_use]
    pub fn value(&self) -> Value {
        match &self.input {
            Input::Line(field) => Value::Text(field.value().to_owned()),
            Input::Secret(field) => Value::Secret(field.copy()),
            Input::Value(value) => value.clone(),
        }
    }

    pub fn set(&mut self, value: &Value) {
        match (&mut self.input, value) {
            (Input::Line(field), Value::Text(text)) => field.set(text),
            (Input::Secret(field), Value::Secret(secret)) => field.set(secret),
            (Input::Value(own), value) => own.clone_from(value),
            _ => {}
        }
        self.problem = None;
    }

    /// What the form was loaded with, or saved as by somebody else meanwhile.
    pub fn rebase(&mut self, value: Value) {
        self.spec.value = value;
    }

    pub fn revert(&mut self) {
        match &mut self.input {
            Input::Secret(field) => field.clear(),
            _ => self.set(&self.spec.value.clone()),
        }
        self.problem = None;
    }

    #[must_use]
    pub fn is_changed(&self) -> bool {
        match &self.input {
            Input::Line(field) => field.value().trim() != self.spec.value.text(),
            Input::Secret(field) => !field.is_empty(),
            Input::Value(value) => *value != self.spec.value,
        }
    }

    /// A value of this field in words.
    #[must_use]
    pub fn words_of(&self, value: &Value) -> String {
        match self.spec.kind {
            FieldKind::Choice(choices) => {
                let known = choices.iter().find(|(known, _)| *known == value.text());
                known.map_or_else(|| value.words(), |(_, label)| (*label).to_owned())
            }
            _ => value.words(),
        }
    }

    /// What was loaded, in words that the review may show: what the form hides stays hidden.
    #[must_use]
    pub fn before_words(&self, look: &Look<'_>) -> String {
        let is_hidden = self.spec.privacy == Privacy::Sensitive && !self.spec.value.is_empty();
        if is_hidden {
            look.glyphs.masked().to_owned()
        } else {
            self.words_of(&self.spec.value)
        }
    }

    /// What stands there while nobody is to read it; nothing where it may be read.
    fn hidden(&self, focused: bool, look: &Look<'_>) -> Option<String> {
        let value = self.value();
        if focused || value.is_empty() || !self.is_editable() {
            return None;
        }
        match self.spec.privacy {
            Privacy::Sensitive if !self.is_changed() => Some(look.glyphs.masked().to_owned()),
            Privacy::Sensitive | Privacy::Personal if look.masked => {
                Some(look.personal(&value.words()).into_owned())
            }
            _ => None,
        }
    }

    #[must_use]
    pub fn is_editable(&self) -> bool {
        self.spec.read_only.is_none()
    }

    #[must_use]
    pub fn secret(&mut self) -> Option<&mut SecretField> {
        match &mut self.input {
            Input::Secret(field) => Some(field),
            _ => None,
        }
    }

    pub fn key(&mut self, key: KeyEvent) -> Edit {
        if !self.is_editable() {
            return Edit::Ignored;
        }
        let edit = match &mut self.input {
            Input::Line(field) => field.key(key),
            Input::Secret(field) => {
                if field.key(key) {
                    Edit::Changed
                } else {
                    Edit::Ignored
                }
            }
            Input::Value(value) => choose(self.spec.kind, value, key.code),
        };
        if edit == Edit::Changed {
            self.problem = None;
        }
        edit
    }

    /// Takes pasted text. Says so where it didn't go in as it was.
    pub fn paste(&mut self, pasted: &str) -> Option<String> {
        if !self.is_editable() {
            return Some("This field can't be edited, so the pasted text was ignored.".to_owned());
        }
        self.problem = None;
        match &mut self.input {
            Input::Line(field) => field.paste(pasted),
            Input::Secret(field) => {
                field.paste(pasted);
                None
            }
            Input::Value(_) => Some("Enter chooses here; the pasted text was ignored.".to_owned()),
        }
    }

    /// Whether Enter opens something that fills the field.
    #[must_use]
    pub const fn opens(&self) -> bool {
        matches!(
            self.spec.kind,
            FieldKind::Date | FieldKind::One(_) | FieldKind::Many(_) | FieldKind::List(_)
        )
    }

    /// How many lines it takes.
    #[must_use]
    pub fn height(&self, area: Rect) -> usize {
        1 + self.problem_lines(area).len()
    }

    fn problem_lines(&self, area: Rect) -> Vec<String> {
        let Some(problem) = &self.problem else {
            return Vec::new();
        };
        let mut sentence = problem.sentence.clone();
        if let Some(suggestion) = &problem.suggestion {
            sentence.extend(["  Ctrl-g puts in: ", suggestion]);
        }
        let mut lines = wrap(
            &sentence,
            usize::from(area.width.saturating_sub(VALUE_AT + 1)),
        );
        lines.truncate(PROBLEM_LINES_MAX);
        lines
    }

    /// Draws it from the first line of the area on.
    pub fn draw(
        &self,
        frame: &mut Frame<'_>,
        area: Rect,
        focused: bool,
        note: &str,
        look: &Look<'_>,
    ) {
        let at = row(area, 0);
        let (flag, flag_role) = match (self.problem.is_some(), self.is_changed()) {
            (true, _) => ("!", Role::Error),
            (false, true) => ("~", Role::Marked),
            (false, false) => (" ", Role::Text),
        };
        let buffer = frame.buffer_mut();
        look.put(buffer, indented(at, 1), flag, flag_role);
        let label = Rect {
            width: (VALUE_AT - 4).min(at.width),
            ..indented(at, 3)
        };
        let star = if self.spec.required { " *" } else { "" };
        let role = if focused { Role::Heading } else { Role::Text };
        look.put(buffer, label, &format!("{}{star}", self.spec.label), role);
        self.draw_value(frame, indented(at, VALUE_AT), focused, note, look);
        for (index, line) in self.problem_lines(area).iter().enumerate() {
            let place = indented(row(area, 1 + index), VALUE_AT);
            look.put(frame.buffer_mut(), place, line, Role::Error);
        }
    }

    fn draw_value(
        &self,
        frame: &mut Frame<'_>,
        at: Rect,
        focused: bool,
        note: &str,
        look: &Look<'_>,
    ) {
        if let Some(reason) = &self.spec.read_only {
            let value = self.value().words();
            let value = match self.spec.privacy {
                Privacy::Open => value,
                _ => look.personal(&value).into_owned(),
            };
            let half = Rect {
                width: at.width / 2,
                ..at
            };
            let x = look.put(frame.buffer_mut(), half, &value, Role::Text);
            let place = indented(at, (x - at.x + 2).max(18));
            let role = if focused { Role::Heading } else { Role::Muted };
            look.put(frame.buffer_mut(), place, reason, role);
            if focused {
                look.place_cursor(frame, at.x, at.y);
            }
            return;
        }
        let room = at.width.saturating_sub(1);
        let beside = u16::try_from(text::width(note)).unwrap_or(0);
        let width = match beside {
            0 => room.min(INPUT_CELLS_MAX),
            beside => room
                .saturating_sub(beside + 2)
                .clamp(room.min(16), INPUT_CELLS_MAX),
        };
        let place = Rect { width, ..at };
        if let Some(dots) = self.hidden(focused, look) {
            let padded = text::pad(&dots, usize::from(width), look.glyphs.ellipsis());
            look.put(frame.buffer_mut(), place, &padded, Role::Field);
            return;
        }
        match &self.input {
            Input::Line(field) => field.draw(frame, place, focused, look),
            Input::Secret(field) => field.draw(frame, place, focused, look),
            Input::Value(value) => {
                let shown = self.shown(value, usize::from(width), look);
                let role = if focused {
                    Role::FieldFocused
                } else {
                    Role::Field
                };
                let padded = text::pad(&shown, usize::from(width), look.glyphs.ellipsis());
                look.put(frame.buffer_mut(), place, &padded, role);
                if focused {
                    look.place_cursor(frame, at.x, at.y);
                }
            }
        }
        let note_at = indented(at, width + 2);
        look.put(frame.buffer_mut(), note_at, note, Role::Muted);
    }

    /// A chosen value in the cells there are: many names end in how many more there are.
    fn shown(&self, value: &Value, cells: usize, look: &Look<'_>) -> String {
        match (value, self.spec.kind) {
            (Value::Flag(true), _) => "[x] yes".to_owned(),
            (Value::Flag(false), _) => "[ ] no".to_owned(),
            (Value::Text(text), FieldKind::Choice(choices)) => {
                let known = choices.iter().find(|(value, _)| value == text);
                known.map_or(text.clone(), |(_, label)| (*label).to_owned())
            }
            (Value::Text(text), _) if text.is_empty() => "none".to_owned(),
            (Value::Names(names), _) if names.is_empty() => "none".to_owned(),
            (Value::Names(names), _) => names_in(names, cells, look.glyphs.ellipsis()),
            (value, _) => value.words(),
        }
    }
}

/// As many names as fit, and the number of the rest.
fn names_in(names: &[String], cells: usize, ellipsis: &str) -> String {
    let all = names.join(", ");
    if text::width(&all) <= cells {
        return all;
    }
    for shown in (1..names.len()).rev() {
        let some = names.get(..shown).unwrap_or_default().join(", ");
        let line = format!("{some}, +{}", names.len() - shown);
        if text::width(&line) <= cells {
            return line;
        }
    }
    let number = i64::try_from(names.len()).unwrap_or(0);
    text::fit(
        &format!("{}: {all}", count_of(number, "one", "")),
        cells,
        ellipsis,
    )
}

/// What Space and the arrows do to a value of a few.
fn choose(kind: FieldKind, value: &mut Value, code: KeyCode) -> Edit {
    let step = match code {
        KeyCode::Char(' ') | KeyCode::Right => 1,
        KeyCode::Left => -1,
        _ => return Edit::Ignored,
    };
    match (kind, &mut *value) {
        (FieldKind::Toggle, Value::Flag(flag)) => *flag = !*flag,
        (FieldKind::Choice(choices), Value::Text(text)) => {
            let count = i64::try_from(choices.len()).unwrap_or(1).max(1);
            let now = choices.iter().position(|(known, _)| known == text);
            let now = now.map_or(0, |now| i64::try_from(now).unwrap_or(0));
            let next = usize::try_from((now + step).rem_euclid(count)).unwrap_or(0);
            if let Some((known, _)) = choices.get(next) {
                (*known).clone_into(text);
            }
        }
        _ => return Edit::Ignored,
    }
    Edit::Changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    fn press(field: &mut FieldState, code: KeyCode) -> Edit {
        field.key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    #[test]
    fn a_field_knows_whether_it_changed_and_takes_it_back() {
        let mut field = FieldState::new(FieldSpec::text("title", "Title", 10, "Head"));
        assert!(!field.is_changed());
        press(&mut field, KeyCode::Char(' '));
        assert!(!field.is_changed(), "a space at the end is no change");
        press(&mut field, KeyCode::Char('x'));
        assert!(field.is_changed());
        field.revert();
        assert_eq!(field.value(), Value::Text("Head".to_owned()));
    }

    #[test]
    fn space_walks_through_the_choices_and_round() {
        let kind = FieldKind::Choice(&[("a", "A"), ("b", "B")]);
        let value = Value::Text("a".to_owned());
        let mut field = FieldState::new(FieldSpec::new("kind", "Kind", kind, value));
        press(&mut field, KeyCode::Char(' '));
        assert_eq!(field.value().text(), "b");
        press(&mut field, KeyCode::Right);
        assert_eq!(field.value().text(), "a");
        press(&mut field, KeyCode::Left);
        assert_eq!(field.value().text(), "b");
    }

    #[test]
    fn what_is_fixed_takes_no_key() {
        let spec = FieldSpec::text("title", "Title", 10, "").fixed(Some("from the directory"));
        let mut field = FieldState::new(spec);
        assert_eq!(press(&mut field, KeyCode::Char('x')), Edit::Ignored);
        assert!(field.paste("x").is_some());
    }

    #[test]
    fn names_that_do_not_fit_are_counted() {
        let names: Vec<String> = ["jp-staff", "vpn-users", "kb"].map(str::to_owned).into();
        assert_eq!(names_in(&names, 40, "~"), "jp-staff, vpn-users, kb");
        assert_eq!(names_in(&names, 22, "~"), "jp-staff, +2");
    }
}
