//! Every action of the console in one table: it feeds keys, footer, help, palette and the reasons why something is off.

use std::borrow::Cow;

/// Where the keys of an action count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Context {
    Anywhere,
    /// Every list: grids, menus, logs.
    Lists,
    /// Grids of records: marks, columns, actions.
    Grids,
    /// What is filled in or looked at before it is confirmed: forms, plans, pickers.
    Forms,
}

impl Context {
    pub const ALL: &[Self] = &[Self::Anywhere, Self::Lists, Self::Grids, Self::Forms];

    /// The name of the table in the key file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Lists => "lists",
            Self::Grids => "grids",
            Self::Forms => "forms",
        }
    }

    /// Whether one key in both would be ambiguous.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self == other
            || self == Self::Anywhere
            || other == Self::Anywhere
            || self == Self::Lists
            || other == Self::Lists
    }
}

/// The headings of the help, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    Form,
    Do,
    Look,
    Mark,
    Move,
    Anywhere,
}

impl Group {
    pub const ALL: &[Self] = &[
        Self::Form,
        Self::Do,
        Self::Look,
        Self::Mark,
        Self::Move,
        Self::Anywhere,
    ];

    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Form => "This form",
            Self::Do => "Do (what matters shows its plan first)",
            Self::Look => "Look",
            Self::Mark => "Mark",
            Self::Move => "Move",
            Self::Anywhere => "Anywhere",
        }
    }
}

impl ActionId {
    /// Under which heading people look for it: by what it is for, where its context says too little.
    #[must_use]
    pub const fn group(self) -> Group {
        match self {
            Self::Open
            | Self::Act
            | Self::ActAgain
            | Self::New
            | Self::Edit
            | Self::Clone
            | Self::Members
            | Self::Rights
            | Self::WhoCan
            | Self::Explain
            | Self::Compare
            | Self::Verify
            | Self::CopyCell
            | Self::CopyId
            | Self::CopyEmail
            | Self::CopyRow
            | Self::CopyJson
            | Self::CopyCsv
            | Self::CopyCommand
            | Self::Delete
            | Self::Undo => Group::Do,
            Self::Range
            | Self::Mark
            | Self::Invert
            | Self::MarkFilter
            | Self::UnmarkFilter
            | Self::MarkAll
            | Self::UnmarkAll
            | Self::OnlyMarked => Group::Mark,
            Self::ColumnLeft
            | Self::ColumnRight
            | Self::NextPane
            | Self::PreviousPane
            | Self::HistoryBack
            | Self::HistoryForward
            | Self::NextTab
            | Self::PreviousTab
            | Self::Tab1
            | Self::Tab2
            | Self::Tab3
            | Self::Tab4
            | Self::Tab5
            | Self::Tab6
            | Self::Tab7
            | Self::Tab8
            | Self::Tab9 => Group::Move,
            _ => match self.context() {
                Context::Anywhere => Group::Anywhere,
                Context::Lists => Group::Move,
                Context::Grids => Group::Look,
                Context::Forms => Group::Form,
            },
        }
    }
}

macro_rules! actions {
    ($($id:ident: $context:ident, $name:literal, $short:literal, $label:literal, $synonyms:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum ActionId { $($id),* }

        impl ActionId {
            pub const ALL: &[Self] = &[$(Self::$id),*];

            #[must_use]
            pub const fn context(self) -> Context {
                match self { $(Self::$id => Context::$context),* }
            }

            /// The name in the key file.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$id => $name),* }
            }

            /// The word in the footer.
            #[must_use]
            pub const fn short(self) -> &'static str {
                match self { $(Self::$id => $short),* }
            }

            /// The line in help and palette.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$id => $label),* }
            }

            /// Other words people look for it by.
            #[must_use]
            pub const fn synonyms(self) -> &'static str {
                match self { $(Self::$id => $synonyms),* }
            }
        }
    };
}

actions! {
    Help: Anywhere, "help", "help", "Help for this screen", "keys shortcuts manual key bindings list of keys keyboard";
    Palette: Anywhere, "palette", "commands", "Commands and people", "palette run find search anything";
    Back: Anywhere, "back", "back", "One step back; loses nothing", "escape cancel";
    HistoryBack: Anywhere, "history-back", "previous", "Back to where you came from", "history return";
    HistoryForward: Anywhere, "history-forward", "next", "Forward again in history", "history redo";
    Close: Anywhere, "close", "close", "Close this screen", "leave";
    Quit: Anywhere, "quit", "quit", "Quit Wardroom", "exit leave bye";
    Stop: Anywhere, "stop", "stop", "Pause the running job, or quit when pressed twice", "interrupt cancel abort";
    Suspend: Anywhere, "suspend", "suspend", "Suspend to the shell", "background job shell";
    Redraw: Anywhere, "redraw", "redraw", "Draw the screen again", "refresh repaint";
    Reload: Anywhere, "reload", "reload", "Ask the database again", "refresh update";
    Tab1: Anywhere, "tab-1", "tab 1", "Go to the first tab", "";
    Tab2: Anywhere, "tab-2", "tab 2", "Go to the second tab", "";
    Tab3: Anywhere, "tab-3", "tab 3", "Go to the third tab", "";
    Tab4: Anywhere, "tab-4", "tab 4", "Go to the fourth tab", "";
    Tab5: Anywhere, "tab-5", "tab 5", "Go to the fifth tab", "";
    Tab6: Anywhere, "tab-6", "tab 6", "Go to the sixth tab", "";
    Tab7: Anywhere, "tab-7", "tab 7", "Go to the seventh tab", "";
    Tab8: Anywhere, "tab-8", "tab 8", "Go to the eighth tab", "";
    Tab9: Anywhere, "tab-9", "tab 9", "Go to the ninth tab", "";
    Desk: Anywhere, "desk", "desk", "The desk: one caller, few keys", "helpdesk phone caller queue locked unlock";
    Reports: Anywhere, "reports", "reports", "Reports: dominant accounts, unheld roles, powerless, duplicates",
        "dominant accounts privileged power administrators risk access review unheld unused orphaned powerless duplicates redundant same";
    Explain: Anywhere, "explain", "why", "Why it is not allowed, and who could allow it", "explain denied refused permission right missing may not";
    WorkIn: Anywhere, "work-in", "work in", "Work in another organization ...", "switch change tenant company organizations";
    NextTab: Anywhere, "next-tab", "next tab", "Next tab", "";
    PreviousTab: Anywhere, "previous-tab", "previous tab", "Previous tab", "";
    NextPane: Anywhere, "next-pane", "pane", "Next pane or field", "focus";
    PreviousPane: Anywhere, "previous-pane", "pane back", "Previous pane or field", "focus";
    Undo: Anywhere, "undo", "undo", "Undo a job (opens its plan)", "revert take back rollback mistake";
    Mouse: Anywhere, "mouse", "mouse", "Mouse on or off", "wheel click pointer";
    Mask: Anywhere, "mask", "mask", "Mask names, e-mails and phones on the screen", "privacy hide personal data";
    Lock: Anywhere, "lock", "lock screen", "Lock this screen now", "idle away password";
    SignOut: Anywhere, "sign-out", "sign out", "Sign out of Wardroom", "log out logout leave";
    Up: Lists, "up", "up", "Row up", "";
    Down: Lists, "down", "down", "Row down", "";
    PageUp: Lists, "page-up", "page up", "Page up", "";
    PageDown: Lists, "page-down", "page down", "Page down", "";
    HalfPageUp: Lists, "half-page-up", "half up", "Half a page up", "";
    HalfPageDown: Lists, "half-page-down", "half down", "Half a page down", "";
    First: Lists, "first", "first", "First row", "top home beginning";
    Last: Lists, "last", "last", "Last row", "bottom end";
    Range: Lists, "range", "range", "Mark a range; Esc keeps it", "visual select";
    RangeUp: Lists, "range-up", "range up", "Mark a range upwards", "visual select shift";
    RangeDown: Lists, "range-down", "range down", "Mark a range downwards", "visual select shift";
    ColumnLeft: Grids, "column-left", "left", "Column to the left", "";
    ColumnRight: Grids, "column-right", "right", "Column to the right", "";
    Sort: Grids, "sort", "sort", "Sort by this column; again: the other way round", "order arrange";
    SortDescending: Grids, "sort-descending", "sort down", "Sort by this column, largest first", "order reverse";
    Filter: Grids, "filter", "filter", "Filter the list", "search find";
    Mark: Grids, "mark", "mark", "Mark this row and go down", "select tick";
    Invert: Grids, "invert", "invert", "Turn the marks round within the filter", "select others";
    MarkFilter: Grids, "mark-filter", "mark by filter", "Mark all that match another filter", "select pattern";
    UnmarkFilter: Grids, "unmark-filter", "unmark by filter", "Unmark all that match another filter", "deselect pattern";
    MarkAll: Grids, "mark-all", "all", "Mark all that match the filter", "select everything";
    UnmarkAll: Grids, "unmark-all", "unmark all", "Unmark all", "deselect clear";
    OnlyMarked: Grids, "only-marked", "marked", "Show only the marked, or all again", "review selection selected";
    FilterCell: Grids, "filter-cell", "by this cell", "Filter by the value in this cell", "only same";
    ExcludeCell: Grids, "exclude-cell", "without this cell", "Leave out the value in this cell", "except not";
    Views: Grids, "views", "views", "Views: all, active, disabled, locked, invited, deleted and your own", "saved filters queues";
    Columns: Grids, "columns", "columns", "Choose the columns", "fields show hide";
    Open: Grids, "open", "open", "Open this record", "show details enter";
    Pane: Grids, "pane", "details", "Show or hide the detail pane", "preview why";
    Timeline: Grids, "timeline", "timeline", "What happened to this record", "audit history log";
    Act: Grids, "act", "act", "Actions: unlock, enable, disable, sign out, delete",
        "menu unlock release enable reactivate disable ban block suspend activate deactivate sign-out logout delete remove restore purge resume pause";
    ActAgain: Grids, "act-again", "same again", "The same action again (opens its plan)", "repeat";
    New: Grids, "new", "new", "Create a new one", "add create insert";
    Edit: Grids, "edit", "edit", "Edit this one", "change modify rename move transfer unit set expiry";
    Clone: Grids, "clone", "clone", "Create a new one like this", "copy duplicate template";
    Members: Grids, "members", "members", "Members: add and remove", "join leave holders people assign";
    Rights: Grids, "rights", "rights", "What somebody may do, and why; what a role allows, as a table", "why permissions rights access can may matrix levels";
    WhoCan: Grids, "who-can", "who can", "Who can do what it allows", "permissions rights access may why";
    Compare: Grids, "compare", "compare", "Compare with another one, right by right", "difference diff rights permissions";
    Verify: Grids, "verify", "verify", "Check the chain of the audit", "hash tamper integrity";
    CopyCell: Grids, "copy-cell", "cell", "Copy the cell", "clipboard yank";
    CopyId: Grids, "copy-id", "id", "Copy the number of the record", "clipboard yank";
    CopyEmail: Grids, "copy-email", "e-mail", "Copy the e-mail", "clipboard yank address";
    CopyRow: Grids, "copy-row", "row", "Copy the row", "clipboard yank tsv";
    CopyJson: Grids, "copy-json", "JSON", "Copy the marked, or the row, as JSON", "clipboard yank";
    CopyCsv: Grids, "copy-csv", "CSV", "Copy the marked, or the row, as CSV", "clipboard yank spreadsheet";
    CopyCommand: Grids, "copy-command", "command line", "Copy the command line for this view or action", "clipboard yank cli script";
    Plain: Grids, "plain", "plain text", "This as plain text without borders, for the terminal's own selection", "copy page print";
    Delete: Grids, "delete", "delete", "Delete (opens its plan)", "remove drop bin";
    Continue: Forms, "continue", "continue", "Go on to the confirmation", "confirm run apply save ok";
    ContinueNew: Forms, "continue-new", "save and new", "Save, and begin a new one", "another";
    NextProblem: Forms, "next-problem", "next problem", "Go to the next problem, or take its suggestion", "error fix";
    ShowSecret: Forms, "show-secret", "show password", "Show or hide the password", "reveal";
    Suggest: Forms, "suggest", "suggest", "Suggest a password", "generate random";
    OnlyNoted: Forms, "only-noted", "only notes", "Show only rows that are refused or need a look", "problems refused privileged";
}

/// Whether an action can be taken now, and if not, why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Availability {
    On,
    Off(Cow<'static, str>),
}

/// An action that a screen takes now.
#[derive(Clone, Debug)]
pub struct Offered {
    pub id: ActionId,
    pub availability: Availability,
    /// The line in help and palette, where the action's own would say too little: `Go to Groups`.
    pub label: Cow<'static, str>,
    /// The word in the footer, where the action's own would say too little: `act on 5`.
    pub word: Cow<'static, str>,
    pub in_footer: bool,
}

impl Offered {
    #[must_use]
    pub const fn on(id: ActionId) -> Self {
        Self {
            id,
            availability: Availability::On,
            label: Cow::Borrowed(id.label()),
            word: Cow::Borrowed(id.short()),
            in_footer: false,
        }
    }

    #[must_use]
    pub fn off(id: ActionId, reason: impl Into<Cow<'static, str>>) -> Self {
        Self {
            availability: Availability::Off(reason.into()),
            ..Self::on(id)
        }
    }

    /// On where the condition holds, otherwise off with the reason.
    #[must_use]
    pub fn when(condition: bool, id: ActionId, reason: impl Into<Cow<'static, str>>) -> Self {
        if condition {
            Self::on(id)
        } else {
            Self::off(id, reason)
        }
    }

    #[must_use]
    pub fn in_footer(mut self) -> Self {
        self.in_footer = true;
        self
    }

    #[must_use]
    pub fn named(mut self, word: impl Into<Cow<'static, str>>) -> Self {
        self.word = word.into();
        self
    }

    #[must_use]
    pub fn labelled(mut self, label: impl Into<Cow<'static, str>>) -> Self {
        self.label = label.into();
        self
    }

    #[must_use]
    pub fn is_on(&self) -> bool {
        self.availability == Availability::On
    }
}

/// The moves that every list takes.
pub const MOVES: &[ActionId] = &[
    ActionId::Up,
    ActionId::Down,
    ActionId::PageUp,
    ActionId::PageDown,
    ActionId::HalfPageUp,
    ActionId::HalfPageDown,
    ActionId::First,
    ActionId::Last,
];

#[must_use]
pub fn moves() -> Vec<Offered> {
    MOVES.iter().copied().map(Offered::on).collect()
}

/// The actions that open a tab, in the order of the tabs.
pub const TABS: &[ActionId] = &[
    ActionId::Tab1,
    ActionId::Tab2,
    ActionId::Tab3,
    ActionId::Tab4,
    ActionId::Tab5,
    ActionId::Tab6,
    ActionId::Tab7,
    ActionId::Tab8,
    ActionId::Tab9,
];
