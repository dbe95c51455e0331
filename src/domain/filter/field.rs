//! The words of the filter language: fields, what they can be compared by, and sort keys.

macro_rules! words {
    ($($(#[$doc:meta])* $type:ident { $($variant:ident = $word:literal),* $(,)? })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $type { $($variant),* }

        impl $type {
            pub const ALL: &[Self] = &[$(Self::$variant),*];

            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }
        }

        impl std::fmt::Display for $type {
            fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.pad(self.as_str())
            }
        }
    )*};
}

words! {
    /// What a filter can ask about.
    Field {
        Status = "status",
        Kind = "kind",
        Organization = "org",
        Unit = "unit",
        Role = "role",
        Group = "group",
        Username = "username",
        Email = "email",
        Name = "name",
        Manager = "manager",
        Title = "title",
        Department = "department",
        SignedIn = "signed-in",
        Created = "created",
        Expires = "expires",
        Password = "pw",
        Failures = "failures",
        Phone = "phone",
        Birthday = "birthday",
        OtherEmail = "other-email",
        EmployeeNumber = "employee-number",
    }

    /// Fields that hold text.
    TextField {
        Username = "username",
        Email = "email",
        Name = "name",
        Title = "title",
        Department = "department",
        Phone = "phone",
        OtherEmail = "other-email",
        EmployeeNumber = "employee-number",
    }

    /// Fields that hold a day or a time.
    DateField {
        SignedIn = "signed-in",
        Created = "created",
        Expires = "expires",
        Password = "pw",
        Birthday = "birthday",
    }

    /// Fields that a user may be without: `no:manager`, `has:manager`.
    OptionalField {
        Organization = "org",
        Unit = "unit",
        Role = "role",
        Group = "group",
        Manager = "manager",
        Title = "title",
        Department = "department",
        SignedIn = "signed-in",
        Expires = "expires",
        Password = "pw",
        Phone = "phone",
        Birthday = "birthday",
        OtherEmail = "other-email",
        EmployeeNumber = "employee-number",
    }

    /// What a user can be: `is:privileged`. Kinds of users are [`super::Filter::Kind`].
    Is {
        NeverSignedIn = "never-signed-in",
        Privileged = "privileged",
        Oneself = "self",
        Marked = "marked",
        Agent = "agent",
        CannotSignIn = "cannot-sign-in",
    }

    SortKey {
        Username = "username",
        Name = "name",
        Email = "email",
        Organization = "org",
        Unit = "unit",
        Status = "status",
        Kind = "kind",
        Title = "title",
        Department = "department",
        SignedIn = "signed-in",
        Created = "created",
        Expires = "expires",
        Password = "pw",
        Failures = "failures",
    }

    Operator {
        Equal = "=",
        Less = "<",
        LessOrEqual = "<=",
        Greater = ">",
        GreaterOrEqual = ">=",
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Direction {
    #[default]
    Ascending,
    Descending,
}

impl Field {
    /// Reads a field as people type it: `signed-in`, `Signed_In`, `organization`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = plain(text);
        Self::ALL
            .iter()
            .copied()
            .find(|field| field.as_str() == word)
    }

    /// Whether only somebody with the right to see it may filter by it.
    #[must_use]
    pub const fn is_sensitive(self) -> bool {
        matches!(
            self,
            Self::Phone | Self::Birthday | Self::OtherEmail | Self::EmployeeNumber
        )
    }

    /// How the field is used, for messages.
    pub(super) const fn example(self) -> &'static str {
        match self {
            Self::Status => "status:locked",
            Self::Kind => "kind:service",
            Self::Organization => "org:acme",
            Self::Unit => "unit:fin or unit:fin/*",
            Self::Role => "role:admin",
            Self::Group => "group:\"Payroll Staff\"",
            Self::Username => "username:tanaka",
            Self::Email => "email:acme.test",
            Self::Name => "name:tanaka",
            Self::Manager => "manager:s.abe",
            Self::Title => "title:lead",
            Self::Department => "department:sales",
            Self::SignedIn => "signed-in<2026-06-01 or signed-in.age>90d",
            Self::Created => "created>2026-06-01 or created.age<7d",
            Self::Expires => "expires<2026-12-31",
            Self::Password => "pw<2026-06-01 or pw.age>180d",
            Self::Failures => "failures>5",
            Self::Phone => "phone:5550",
            Self::Birthday => "birthday<1990-01-01",
            Self::OtherEmail => "other-email:acme.test",
            Self::EmployeeNumber => "employee-number:4711",
        }
    }
}

macro_rules! narrower {
    ($($type:ident { $($variant:ident),* $(,)? })*) => {$(
        impl $type {
            #[must_use]
            pub const fn field(self) -> Field {
                match self { $(Self::$variant => Field::$variant),* }
            }

            /// The same field, if it is one of these.
            #[must_use]
            pub const fn of(field: Field) -> Option<Self> {
                match field {
                    $(Field::$variant => Some(Self::$variant),)*
                    _ => None,
                }
            }
        }
    )*};
}

narrower! {
    TextField { Username, Email, Name, Title, Department, Phone, OtherEmail, EmployeeNumber }
    DateField { SignedIn, Created, Expires, Password, Birthday }
    OptionalField {
        Organization, Unit, Role, Group, Manager, Title, Department, SignedIn, Expires, Password,
        Phone, Birthday, OtherEmail, EmployeeNumber,
    }
}

impl SortKey {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = plain(text);
        Self::ALL.iter().copied().find(|key| key.as_str() == word)
    }
}

impl Is {
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let word = plain(text);
        Self::ALL.iter().copied().find(|is| is.as_str() == word)
    }
}

/// The word in small letters with dashes, and longer names for what has a short one.
fn plain(text: &str) -> String {
    let word = text.to_ascii_lowercase().replace('_', "-");
    match word.as_str() {
        "organization" => "org".to_owned(),
        "password" => "pw".to_owned(),
        "e-mail" => "email".to_owned(),
        "last-sign-in" => "signed-in".to_owned(),
        _ => word,
    }
}
