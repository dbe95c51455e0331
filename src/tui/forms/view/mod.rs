//! The form itself: one record, edited, reviewed and saved.

mod draw;

use super::calendar::Calendar;
use super::conflict::{Conflict, Rival, Verdict};
use super::draft;
use super::fields::FieldState;
use super::leave::{Leave, Leaving};
use super::list::ListEditor;
use super::review::{Change, Review, Reviewed};
use super::{Editor, FieldKind, Problem, Rehearsed, Saved, Sheet, Value, Values};
use crate::domain::text;
use crate::service::{Asks, Consent, Error, Result};
use crate::tui::actions::{ActionId, MOVES, Offered, moves};
use crate::tui::look::{Look, count_of};
use crate::tui::modals::consent::ConsentTo;
use crate::tui::modals::record_picker::RecordPicker;
use crate::tui::notice::Notice;
use crate::tui::screen::{Cx, Screen};
use crate::tui::widgets::field::Edit;
use crossterm::event::KeyEvent;
use jiff::civil::Date;
use ratatui::Frame;
use ratatui::layout::Rect;

/// Characters typed into one field after which the draft is kept, also before the field is left.
const DRAFT_EVERY: usize = 10;

/// Said before a save that is asked for.
const UNDO: &str = "Undo: NO. Edit it again to go back.";

/// Fields that a page skips.
const PAGE_FIELDS: usize = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Loading,
    Editing,
    /// The service looks at what would be saved.
    Checking,
    Saving,
}

pub struct FormView<E> {
    editor: E,
    sheet: Sheet,
    fields: Vec<FieldState>,
    focus: usize,
    stage: Stage,
    /// What the save asks for, as the service said.
    asks: Asks,
    /// Begin another one after the save.
    new_after: bool,
    today: Date,
    typed: usize,
    /// A draft is on its way to the database, and another one has to follow.
    drafting: bool,
    draft_again: bool,
}

pub enum Message {
    Loaded(Result<(Sheet, Option<String>)>),
    /// A picker filled a field.
    Picked(usize, Value),
    Rehearsed(Result<Rehearsed>),
    Reviewed(Reviewed),
    Consented(Consent),
    Left(Leaving),
    Saved(Result<Saved>),
    /// What somebody else saved meanwhile.
    Reloaded(Result<Sheet>),
    Decided(Box<Sheet>, Verdict),
    Drafted(Result<()>),
}

impl<E: Editor> FormView<E> {
    #[must_use]
    pub fn new(editor: E) -> Self {
        Self {
            editor,
            sheet: Sheet {
                heading: String::new(),
                version: 0,
                saved_by: None,
                fields: Vec::new(),
            },
            fields: Vec::new(),
            focus: 0,
            stage: Stage::Loading,
            asks: Asks::default(),
            new_after: false,
            today: Date::default(),
            typed: 0,
            drafting: false,
            draft_again: false,
        }
    }

    fn is_new(&self) -> bool {
        self.editor.record().is_none()
    }

    fn load(&mut self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        self.stage = Stage::Loading;
        let (editor, service) = (self.editor.clone(), cx.service().clone());
        let work = async move {
            let sheet = editor.load(service.clone(), session.clone()).await?;
            let kept = service.preference(&session, &draft::key(&editor)).await?;
            Ok((sheet, kept))
        };
        cx.spawn(work, Message::Loaded);
    }

    fn loaded(&mut self, (mut sheet, kept): (Sheet, Option<String>), cx: &mut Cx<'_, Message>) {
        self.stage = Stage::Editing;
        let now = sheet.clone();
        let fields = std::mem::take(&mut sheet.fields);
        self.fields = fields.into_iter().map(FieldState::new).collect();
        self.sheet = sheet;
        self.focus = self
            .fields
            .iter()
            .position(FieldState::is_editable)
            .unwrap_or(0);
        let restored = kept.map(|draft| draft::read(&draft, &mut self.fields));
        let restored = restored.unwrap_or_default();
        if let Some(version) = restored.outdated {
            self.sheet.version = version;
            self.compare(now, cx);
        } else if restored.fields > 0 {
            let fields = count_of(restored.fields, "field", "fields");
            cx.notify(Notice::plain(format!(
                "Your draft was put back: {fields} changed. Ctrl-r takes a field back, Esc then x all of it."
            )));
        }
    }

    fn changes(&self) -> i64 {
        number(self.fields.iter().filter(|field| field.is_changed()))
    }

    fn problems(&self) -> i64 {
        number(self.fields.iter().filter(|field| field.problem.is_some()))
    }

    fn current(&mut self) -> Option<&mut FieldState> {
        let focus = self.focus;
        self.fields.get_mut(focus)
    }

    /// What is wrong with a field, as far as the form can tell.
    fn problem_of(&self, field: &FieldState) -> Option<Problem> {
        if !field.is_editable() {
            return None;
        }
        let value = field.value();
        if field.spec.required && value.is_empty() {
            return Some(Problem::new("this is missing"));
        }
        if field.is_changed() || self.is_new() {
            self.editor.check(field.spec.name, &value, self.today)
        } else {
            None
        }
    }

    fn leave_field(&mut self, cx: &mut Cx<'_, Message>) {
        let problem = match self.fields.get(self.focus) {
            // What the service said stays until the value changes.
            Some(field) if field.problem.is_none() && field.is_changed() => self.problem_of(field),
            _ => return,
        };
        if let Some(field) = self.current() {
            field.problem = problem;
        }
        self.keep_draft(cx);
    }

    fn go_to(&mut self, field: usize, cx: &mut Cx<'_, Message>) {
        self.leave_field(cx);
        self.focus = field.min(self.fields.len().saturating_sub(1));
        self.typed = 0;
    }

    fn step(&mut self, motion: ActionId, cx: &mut Cx<'_, Message>) {
        let count = self.fields.len().max(1);
        let to = match motion {
            ActionId::NextPane => (self.focus + 1) % count,
            ActionId::PreviousPane => (self.focus + count - 1) % count,
            ActionId::Down => self.focus + 1,
            ActionId::Up => self.focus.saturating_sub(1),
            ActionId::PageDown | ActionId::HalfPageDown => self.focus + PAGE_FIELDS,
            ActionId::PageUp | ActionId::HalfPageUp => self.focus.saturating_sub(PAGE_FIELDS),
            ActionId::First => 0,
            _ => count,
        };
        self.go_to(to, cx);
    }

    /// Keeps what changed in the database, one write at a time.
    fn keep_draft(&mut self, cx: &mut Cx<'_, Message>) {
        if self.drafting {
            self.draft_again = true;
            return;
        }
        self.drafting = true;
        let text = draft::write(self.sheet.version, &self.fields);
        self.save_draft(text, cx);
    }

    fn save_draft(&self, text: Option<String>, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let (service, key) = (cx.service().clone(), draft::key(&self.editor));
        let work = async move {
            service
                .save_preference(&session, &key, text.as_deref())
                .await
        };
        cx.spawn(work, Message::Drafted);
    }

    /// Checks every field, and has the service check them too, before it shows what would be saved.
    fn check(&mut self, cx: &mut Cx<'_, Message>) {
        // What the service said before is asked anew: it may be mended elsewhere.
        let problems: Vec<Option<Problem>> = self
            .fields
            .iter()
            .map(|field| self.problem_of(field))
            .collect();
        for (field, problem) in self.fields.iter_mut().zip(problems) {
            field.problem = problem;
        }
        if self.problems() == 0 && self.changes() == 0 {
            cx.notify(Notice::plain(
                "Nothing is changed, so there is nothing to save.",
            ));
            return;
        }
        let Some(session) = cx.session().cloned() else {
            return;
        };
        self.stage = Stage::Checking;
        let (editor, service) = (self.editor.clone(), cx.service().clone());
        let (version, values) = (self.sheet.version, self.values());
        cx.spawn(
            async move { editor.rehearse(service, session, version, values).await },
            Message::Rehearsed,
        );
    }

    fn rehearsed(&mut self, rehearsed: Result<Rehearsed>, cx: &mut Cx<'_, Message>) {
        self.stage = Stage::Editing;
        let rehearsed = match rehearsed {
            Err(Error::Conflict { .. }) => return self.reload(cx),
            Err(error) => {
                let placed = self.place(&error);
                if self.problems() == 0 || (!placed && !error.fields().is_empty()) {
                    cx.report(&error);
                    return;
                }
                Rehearsed::default()
            }
            Ok(rehearsed) => rehearsed,
        };
        if self.problems() > 0 {
            self.go_to_first_problem();
            cx.notify(Notice::bad(format!(
                "{} to mend first; Ctrl-g goes from one to the next.",
                count_of(self.problems(), "problem", "problems")
            )));
            return;
        }
        self.review(rehearsed, cx);
    }

    /// Shows what would be saved: of a new record all that is written, of another one what changes.
    fn review(&mut self, mut rehearsed: Rehearsed, cx: &mut Cx<'_, Message>) {
        let (is_new, look) = (self.is_new(), cx.look());
        let mut changes = Vec::new();
        for field in &self.fields {
            let filled = rehearsed.filled.get(field.spec.name);
            let value = filled.cloned().unwrap_or_else(|| trimmed(field.value()));
            let is_written = if is_new {
                !value.is_empty() && value != Value::Flag(false)
            } else {
                field.is_changed()
            };
            if is_written {
                changes.push(Change {
                    label: field.spec.label,
                    before: (!is_new).then(|| field.before_words(&look)),
                    after: field.words_of(&value),
                });
            }
        }
        self.asks = rehearsed.asks.clone();
        let advice = self.editor.advice("unit", &self.fields);
        rehearsed.remarks.extend(advice);
        let asker = cx.asker(Message::Reviewed);
        let heading = self.sheet.heading.clone();
        cx.open_modal(Review::new(heading, changes, rehearsed, is_new, asker));
    }

    /// Goes to the first problem, unless the cursor is on one already.
    fn go_to_first_problem(&mut self) {
        let is_wrong = |field: &FieldState| field.problem.is_some();
        if !self.fields.get(self.focus).is_some_and(is_wrong) {
            let first = self.fields.iter().position(is_wrong);
            self.focus = first.unwrap_or(self.focus);
        }
    }

    fn go_to_problem(&mut self) {
        let after = self.focus + 1;
        let next = (after..self.fields.len())
            .chain(0..after.min(self.fields.len()))
            .find(|&index| {
                self.fields
                    .get(index)
                    .is_some_and(|field| field.problem.is_some())
            });
        self.focus = next.unwrap_or(self.focus);
    }

    /// Takes a suggestion where there is one, otherwise goes to the next problem.
    fn mend(&mut self, cx: &mut Cx<'_, Message>) {
        let suggestion = self
            .current()
            .and_then(|field| field.problem.as_ref()?.suggestion.clone());
        match suggestion {
            Some(suggestion) => {
                if let Some(field) = self.current() {
                    field.set(&Value::Text(suggestion));
                }
                self.leave_field(cx);
            }
            None if self.problems() > 0 => self.go_to_problem(),
            None => cx.notify(Notice::plain("There is no problem left.")),
        }
    }

    /// Every field of a new record, and the changed ones of another.
    fn values(&self) -> Values {
        let is_new = self.is_new();
        let fields = self.fields.iter().filter(|field| field.is_editable());
        fields
            .filter(|field| is_new || field.is_changed())
            .map(|field| (field.spec.name, field.value()))
            .collect()
    }

    fn save(&mut self, consent: Consent, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        self.stage = Stage::Saving;
        let (editor, service) = (self.editor.clone(), cx.service().clone());
        let (version, values) = (self.sheet.version, self.values());
        let work = async move {
            let saved = editor
                .save(service.clone(), session.clone(), version, values, consent)
                .await?;
            // A draft that stays behind is offered again, which is a nuisance and no loss.
            let _ = service
                .save_preference(&session, &draft::key(&editor), None)
                .await;
            Ok(saved)
        };
        cx.spawn(work, Message::Saved);
    }

    fn saved(&mut self, saved: Saved, cx: &mut Cx<'_, Message>) {
        cx.notify(Notice::good(saved.notice));
        cx.wrote();
        if self.new_after {
            self.editor = self.editor.another();
            self.load(cx);
            return;
        }
        cx.close();
        if let Some(subject) = saved.subject {
            cx.show(subject);
        }
    }

    fn failed(&mut self, error: &Error, cx: &mut Cx<'_, Message>) {
        self.stage = Stage::Editing;
        match error {
            Error::Conflict { .. } => return self.reload(cx),
            // What it touches was not reviewed, or has changed since.
            Error::NotConfirmed(_) => return self.check(cx),
            _ => {}
        }
        if error.fields().is_empty() || !self.place(error) {
            cx.report(error);
        } else {
            cx.notify(Notice::bad(
                "Nothing was saved: see the fields marked with !.",
            ));
        }
        self.go_to_first_problem();
    }

    /// Asks what somebody else saved meanwhile.
    fn reload(&self, cx: &mut Cx<'_, Message>) {
        let Some(session) = cx.session().cloned() else {
            return;
        };
        let (editor, service) = (self.editor.clone(), cx.service().clone());
        cx.spawn(
            async move { editor.load(service, session).await },
            Message::Reloaded,
        );
    }

    /// Puts what the service says to its fields, where the form itself said nothing yet. Returns whether all of it
    /// found a field.
    fn place(&mut self, error: &Error) -> bool {
        let mut all = true;
        for wrong in error.fields() {
            let field = self
                .fields
                .iter_mut()
                .find(|field| field.spec.name == wrong.field && field.is_editable());
            match field {
                Some(field) if field.problem.is_none() => {
                    field.problem = Some(Problem::new(wrong.message.clone()));
                }
                Some(_) => {}
                None => all = false,
            }
        }
        all
    }

    /// Puts what was typed here beside what somebody else saved.
    fn compare(&mut self, sheet: Sheet, cx: &mut Cx<'_, Message>) {
        let mut rivals = Vec::new();
        for field in &self.fields {
            let theirs = sheet
                .fields
                .iter()
                .find(|spec| spec.name == field.spec.name);
            let Some(theirs) = theirs.filter(|_| field.spec.kind != FieldKind::Secret) else {
                continue;
            };
            if theirs.value != field.spec.value || field.is_changed() {
                rivals.push(Rival {
                    name: field.spec.name,
                    label: field.spec.label,
                    before: field.spec.value.clone(),
                    theirs: theirs.value.clone(),
                    mine: trimmed(field.value()),
                });
            }
        }
        let who = match &sheet.saved_by {
            Some(who) => format!("{who} saved this {} while you were editing.", E::KIND),
            None => format!(
                "Somebody else saved this {} while you were editing.",
                E::KIND
            ),
        };
        let heading = format!(
            "{}   version {} -> {}",
            self.sheet.heading, self.sheet.version, sheet.version
        );
        let asker = cx.asker(move |verdict| Message::Decided(Box::new(sheet), verdict));
        cx.open_modal(Conflict::new(heading, who, rivals, asker));
    }

    fn decided(&mut self, sheet: Sheet, verdict: &Verdict, cx: &mut Cx<'_, Message>) {
        self.sheet.version = sheet.version;
        for theirs in sheet.fields {
            let Some(field) = self
                .fields
                .iter_mut()
                .find(|field| field.spec.name == theirs.name)
            else {
                continue;
            };
            let (changed, kept) = (field.is_changed(), field.value());
            let takes_theirs = match verdict {
                Verdict::Merge { theirs: names } => names.contains(&theirs.name),
                Verdict::DropMine => true,
                Verdict::EditField(_) => !changed,
            };
            field.rebase(theirs.value.clone());
            field.set(if takes_theirs { &theirs.value } else { &kept });
        }
        match verdict {
            Verdict::Merge { .. } if self.changes() > 0 => self.save(Consent::default(), cx),
            Verdict::EditField(name) => {
                let at = self
                    .fields
                    .iter()
                    .position(|field| field.spec.name == *name);
                self.focus = at.unwrap_or(self.focus);
            }
            _ => {
                self.discard(cx);
                cx.notify(Notice::plain(
                    "What the other operator saved stays; nothing was changed.",
                ));
            }
        }
    }

    fn discard(&self, cx: &mut Cx<'_, Message>) {
        self.save_draft(None, cx);
        cx.close();
    }

    fn leave(&mut self, cx: &mut Cx<'_, Message>) {
        self.leave_field(cx);
        let changed = self.changes();
        if changed == 0 {
            self.discard(cx);
            return;
        }
        let words = count_of(changed, "change", "changes");
        let asker = cx.asker(Message::Left);
        cx.open_modal(Leave::new(words, asker));
    }

    /// Opens what fills the field under the cursor; a plain field is left for the next one.
    fn pick(&mut self, cx: &mut Cx<'_, Message>) {
        let (focus, today) = (self.focus, self.today);
        let editor = self.editor.clone();
        let Some(field) = self.current() else {
            return;
        };
        if !field.is_editable() || !field.opens() {
            self.step(ActionId::NextPane, cx);
            return;
        }
        let (label, hint, name) = (field.spec.label, field.spec.hint, field.spec.name);
        let value = field.value();
        match field.spec.kind {
            FieldKind::Date => {
                let day = text::date(value.text(), today).ok().flatten();
                let asker = cx.asker(move |day| Message::Picked(focus, Value::Text(day)));
                cx.open_modal(Calendar::new(label, day, today, asker));
            }
            FieldKind::One(pick) => {
                let asker = cx.asker(move |names: Vec<String>| {
                    let name = names.into_iter().next().unwrap_or_default();
                    Message::Picked(focus, Value::Text(name))
                });
                let chosen = Some(value.text().to_owned()).filter(|name| !name.is_empty());
                let required = field.spec.required;
                cx.open_modal(RecordPicker::one(label, pick, chosen, required, asker));
            }
            FieldKind::Many(pick) => {
                let asker = cx.asker(move |names| Message::Picked(focus, Value::Names(names)));
                cx.open_modal(RecordPicker::many(
                    label,
                    pick,
                    value.names().to_vec(),
                    asker,
                ));
            }
            FieldKind::List(most) => {
                let asker = cx.asker(move |lines| Message::Picked(focus, Value::Names(lines)));
                let check = Box::new(move |line: &str| {
                    editor.check(name, &Value::Names(vec![line.to_owned()]), today)
                });
                let lines = value.names().to_vec();
                cx.open_modal(ListEditor::new((label, hint), lines, most, check, asker));
            }
            _ => {}
        }
    }

    fn secret_action(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        let suggested = cx.service().generate_password();
        let Some(field) = self.current() else {
            return;
        };
        if action == ActionId::Suggest {
            field.problem = None;
        }
        let Some(secret) = field.secret() else {
            return;
        };
        if action == ActionId::Suggest {
            secret.set(&suggested);
            secret.shown = true;
            cx.notify(Notice::plain(
                "Suggested: note it now, it is shown nowhere else. Ctrl-t hides it.",
            ));
        } else {
            secret.shown = !secret.shown;
        }
    }
}

impl<E: Editor> Screen for FormView<E> {
    type Message = Message;

    fn title(&self) -> &'static str {
        "Form"
    }

    fn open(&mut self, cx: &mut Cx<'_, Message>) {
        self.today = cx.now().date();
        self.load(cx);
    }

    fn actions(&self) -> Vec<Offered> {
        let field = self.fields.get(self.focus);
        let mut offered = vec![
            Offered::when(
                self.stage == Stage::Editing,
                ActionId::Continue,
                "The form is still loading or being saved.",
            )
            .named("review and save")
            .in_footer(),
            Offered::on(ActionId::NextPane).named("field").in_footer(),
            Offered::on(ActionId::PreviousPane),
        ];
        let opens = field.is_some_and(|field| field.opens() && field.is_editable());
        let enter = if opens { "choose" } else { "next field" };
        let mut open = Offered::on(ActionId::Open).named(enter);
        open.in_footer = opens;
        offered.push(open);
        if field.is_some_and(|field| field.spec.kind == FieldKind::Secret) {
            offered.push(Offered::on(ActionId::ShowSecret).in_footer());
            offered.push(Offered::on(ActionId::Suggest).in_footer());
        }
        let mut mend = Offered::on(ActionId::NextProblem);
        mend.in_footer = self.problems() > 0;
        offered.push(mend);
        let mut revert = Offered::on(ActionId::Reload).named("revert field");
        revert.in_footer = field.is_some_and(FieldState::is_changed);
        offered.push(revert);
        offered.push(Offered::on(ActionId::Back).named("leave").in_footer());
        offered.extend(moves());
        offered
    }

    /// Everything that writes a character belongs to the fields.
    fn takes_text(&self) -> bool {
        true
    }

    fn has_field(&self) -> bool {
        self.stage == Stage::Editing
    }

    fn key(&mut self, key: KeyEvent, cx: &mut Cx<'_, Message>) -> bool {
        if self.stage != Stage::Editing {
            return false;
        }
        let edit = self.current().map_or(Edit::Ignored, |field| field.key(key));
        if edit == Edit::Changed {
            cx.clear_complaint();
            self.typed += 1;
            if self.typed >= DRAFT_EVERY {
                self.typed = 0;
                self.keep_draft(cx);
            }
        }
        edit != Edit::Ignored
    }

    fn paste(&mut self, text: &str, cx: &mut Cx<'_, Message>) {
        if let Some(note) = self.current().and_then(|field| field.paste(text)) {
            cx.notify(Notice::bad(note));
        }
        self.keep_draft(cx);
    }

    fn command(&mut self, action: ActionId, cx: &mut Cx<'_, Message>) {
        match action {
            ActionId::Back if self.stage == Stage::Editing => self.leave(cx),
            ActionId::Back if self.stage == Stage::Loading => cx.close(),
            _ if self.stage != Stage::Editing => {}
            ActionId::Continue => {
                self.leave_field(cx);
                self.check(cx);
            }
            ActionId::NextProblem => self.mend(cx),
            ActionId::Reload => {
                if let Some(field) = self.current() {
                    field.revert();
                }
                self.keep_draft(cx);
            }
            ActionId::Open => self.pick(cx),
            ActionId::ShowSecret | ActionId::Suggest => self.secret_action(action, cx),
            ActionId::NextPane | ActionId::PreviousPane => self.step(action, cx),
            motion if MOVES.contains(&motion) => self.step(motion, cx),
            _ => {}
        }
    }

    fn update(&mut self, message: Message, cx: &mut Cx<'_, Message>) {
        match message {
            Message::Loaded(Ok(loaded)) => self.loaded(loaded, cx),
            Message::Loaded(Err(error)) => {
                cx.report(&error);
                cx.close();
            }
            Message::Picked(index, value) => {
                if let Some(field) = self.fields.get_mut(index) {
                    field.set(&value);
                }
                self.leave_field(cx);
            }
            Message::Rehearsed(rehearsed) => self.rehearsed(rehearsed, cx),
            Message::Reviewed(reviewed) => {
                self.new_after = reviewed == Reviewed::SaveAndNew;
                let (asks, asker) = (self.asks.clone(), cx.asker(Message::Consented));
                ConsentTo::after_review(asks, vec![UNDO.to_owned()], asker, cx);
            }
            Message::Consented(consent) => self.save(consent, cx),
            Message::Left(Leaving::Stay) => {}
            Message::Left(Leaving::KeepDraft) => {
                self.keep_draft(cx);
                cx.close();
                cx.notify(Notice::plain(
                    "Kept as a draft: opening the form again brings it back.",
                ));
            }
            Message::Left(Leaving::Discard) => {
                self.discard(cx);
                cx.notify(Notice::plain("Discarded; nothing was changed."));
            }
            Message::Saved(Ok(saved)) => self.saved(saved, cx),
            Message::Saved(Err(error)) => self.failed(&error, cx),
            Message::Reloaded(Ok(sheet)) => self.compare(sheet, cx),
            Message::Reloaded(Err(error)) => cx.report(&error),
            Message::Decided(sheet, verdict) => self.decided(*sheet, &verdict, cx),
            Message::Drafted(result) => {
                self.drafting = false;
                if let Err(error) = result {
                    cx.report(&error);
                }
                if std::mem::take(&mut self.draft_again) {
                    self.keep_draft(cx);
                }
            }
        }
    }

    fn draw(&self, frame: &mut Frame<'_>, area: Rect, look: &Look<'_>) {
        self.draw_in(frame, area, look);
    }
}

fn number<T>(some: impl Iterator<Item = T>) -> i64 {
    i64::try_from(some.count()).unwrap_or(i64::MAX)
}

fn trimmed(value: Value) -> Value {
    match value {
        Value::Text(text) => Value::Text(text.trim().to_owned()),
        other => other,
    }
}
