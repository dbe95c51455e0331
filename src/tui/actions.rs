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
    /// A plan before it is confirmed.
    Plans,
}

impl Context {
    pub const ALL: &[Self] = &[Self::Anywhere, Self::Lists, Self::Grids, Self::Plans];

    /// The name of the table in the key file.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anywhere => "anywhere",
            Self::Lists => "lists",
            Self::Grids => "grids",
            Self::Plans => "plans",
        }
    }

    /// The heading in the help.
    #[must_use]
    pub const fn heading(self) -> &'static str {
        match self {
            Self::Anywhere => "Anywhere",
            Self::Lists => "Move",
            Self::Grids => "Here",
            Self::Plans => "This plan",
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
    Help: Anywhere, "help", "help", "Help for this screen", "keys shortcuts manual";
    Palette: Anywhere, "palette", "commands", "Commands and people", "palette run find search anything";
    Back: Anywhere, "back", "back", "One step back; loses nothing", "escape cancel";
    HistoryBack: Anywhere, "history-back", "previous", "Back to where you came from", "history return";
    Close: Anywhere, "close", "close", "Close this screen", "leave";
    Quit: Anywhere, "quit", "quit", "Quit Wardroom", "exit leave bye";
    Stop: Anywhere, "stop", "stop", "Pause the running job, or quit when pressed twice", "interrupt cancel abort";
    Suspend: Anywhere, "suspend", "suspend", "Suspend to the shell", "background job shell";
    Redraw: Anywhere, "redraw", "redraw", "Draw the screen again", "refresh repaint";
    Reload: Anywhere, "reload", "reload", "Ask the database again", "refresh update";
    GoUsers: Anywhere, "go-users", "users", "Go to Users", "people accounts tab";
    GoJobs: Anywhere, "go-jobs", "jobs", "Go to Jobs", "runs progress results tab";
    NextTab: Anywhere, "next-tab", "next tab", "Next tab", "";
    PreviousTab: Anywhere, "previous-tab", "previous tab", "Previous tab", "";
    NextPane: Anywhere, "next-pane", "pane", "Next pane or field", "focus";
    PreviousPane: Anywhere, "previous-pane", "pane back", "Previous pane or field", "focus";
    Undo: Anywhere, "undo", "undo", "Undo a job (opens its plan)", "revert take back rollback";
    SignOut: Anywhere, "sign-out", "sign out", "Sign out of Wardroom", "log out logout leave";
    Up: Lists, "up", "up", "Row up", "";
    Down: Lists, "down", "down", "Row down", "";
    PageUp: Lists, "page-up", "page up", "Page up", "";
    PageDown: Lists, "page-down", "page down", "Page down", "";
    HalfPageUp: Lists, "half-page-up", "half up", "Half a page up", "";
    HalfPageDown: Lists, "half-page-down", "half down", "Half a page down", "";
    First: Lists, "first", "first", "First row", "top home beginning";
    Last: Lists, "last", "last", "Last row", "bottom end";
    ColumnLeft: Grids, "column-left", "left", "Column to the left", "";
    ColumnRight: Grids, "column-right", "right", "Column to the right", "";
    Sort: Grids, "sort", "sort", "Sort by this column; again: the other way round", "order arrange";
    SortDescending: Grids, "sort-descending", "sort down", "Sort by this column, largest first", "order reverse";
    Filter: Grids, "filter", "filter", "Filter the list: words, status:, org:, group:, role:", "search find";
    Mark: Grids, "mark", "mark", "Mark this row and go down", "select tick";
    MarkAll: Grids, "mark-all", "all", "Mark all that match the filter", "select everything";
    UnmarkAll: Grids, "unmark-all", "unmark all", "Unmark all", "deselect clear";
    OnlyMarked: Grids, "only-marked", "marked", "Show only the marked, or all again", "review selection selected";
    Open: Grids, "open", "open", "Open this record", "show details enter";
    Pane: Grids, "pane", "details", "Show or hide the detail pane", "preview why";
    Timeline: Grids, "timeline", "timeline", "What happened to this record", "audit history log";
    Act: Grids, "act", "act", "Actions: unlock, enable, disable, sign out, delete",
        "menu unlock enable disable ban suspend activate deactivate sign-out logout delete remove restore purge resume pause";
    Delete: Grids, "delete", "delete", "Delete (opens its plan)", "remove drop bin";
    Continue: Plans, "continue", "continue", "Go on to the confirmation", "confirm run apply save ok";
    OnlyNoted: Plans, "only-noted", "only notes", "Show only rows that are refused or need a look", "problems refused privileged";
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
