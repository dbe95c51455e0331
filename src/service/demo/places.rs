//! Where people work, and as what.

/// An office: its city, and what follows from it.
#[derive(Debug, PartialEq, Eq)]
pub struct Site {
    pub city: &'static str,
    /// The language that most names there come from, as in `names.rs`.
    pub names: &'static str,
    /// What the people there speak with their computers.
    pub language: &'static str,
    pub time_zone: &'static str,
    pub dial: &'static str,
}

macro_rules! sites {
    ($($city:literal $names:literal $language:literal $zone:literal $dial:literal)*) => {
        pub const SITES: &[Site] = &[$(Site {
            city: $city,
            names: $names,
            language: $language,
            time_zone: $zone,
            dial: $dial,
        }),*];
    };
}

sites! {
    "Berlin" "de" "de" "Europe/Berlin" "+49 30"
    "Tokyo" "ja" "ja" "Asia/Tokyo" "+81 3"
    "Dublin" "en-IE" "en-IE" "Europe/Dublin" "+353 1"
    "Vienna" "de" "de-AT" "Europe/Vienna" "+43 1"
    "Zürich" "de" "de-CH" "Europe/Zurich" "+41 44"
    "Paris" "fr" "fr" "Europe/Paris" "+33 1"
    "Montréal" "fr" "fr-CA" "America/Toronto" "+1 514"
    "Madrid" "es" "es" "Europe/Madrid" "+34 91"
    "Bogotá" "es" "es-CO" "America/Bogota" "+57 1"
    "Lisbon" "pt" "pt" "Europe/Lisbon" "+351 21"
    "São Paulo" "pt" "pt-BR" "America/Sao_Paulo" "+55 11"
    "Milan" "it" "it" "Europe/Rome" "+39 02"
    "Utrecht" "nl" "nl" "Europe/Amsterdam" "+31 30"
    "Malmö" "sv" "sv" "Europe/Stockholm" "+46 40"
    "Kraków" "pl" "pl" "Europe/Warsaw" "+48 12"
    "Brno" "cs" "cs" "Europe/Prague" "+420 5"
    "Budapest" "hu" "hu" "Europe/Budapest" "+36 1"
    "İzmir" "tr" "tr" "Europe/Istanbul" "+90 232"
    "Hà Nội" "vi" "vi" "Asia/Ho_Chi_Minh" "+84 24"
    "Almaty" "ru" "ru" "Asia/Almaty" "+7 727"
    "Lviv" "uk" "uk" "Europe/Kyiv" "+380 32"
    "Athens" "el" "el" "Europe/Athens" "+30 21"
    "Cairo" "ar" "ar" "Africa/Cairo" "+20 2"
    "Haifa" "he" "he" "Asia/Jerusalem" "+972 4"
    "Osaka" "ja" "ja" "Asia/Tokyo" "+81 6"
    "Shanghai" "zh" "zh-Hans" "Asia/Shanghai" "+86 21"
    "Seoul" "ko" "ko" "Asia/Seoul" "+82 2"
    "Pune" "hi" "hi" "Asia/Kolkata" "+91 20"
    "Bangkok" "th" "th" "Asia/Bangkok" "+66 2"
    "Tbilisi" "ka" "ka" "Asia/Tbilisi" "+995 32"
    "Yerevan" "hy" "hy" "Asia/Yerevan" "+374 10"
    "Lagos" "yo" "en-NG" "Africa/Lagos" "+234 1"
    "London" "en" "en-GB" "Europe/London" "+44 20"
    "Chicago" "en" "en-US" "America/Chicago" "+1 312"
    "Wellington" "en" "en-NZ" "Pacific/Auckland" "+64 4"
}

pub fn site(city: &str) -> Option<&'static Site> {
    SITES.iter().find(|site| site.city == city)
}

/// What a department is called, what its people are, and what they do in the managed application.
#[derive(Debug, PartialEq, Eq)]
pub struct Department {
    pub name: &'static str,
    pub titles: &'static [&'static str],
    /// Functions of `roles.rs`, each as likely.
    pub functions: &'static [&'static str],
}

pub const DEPARTMENTS: &[Department] = &[
    Department {
        name: "Sales",
        titles: &[
            "Sales Agent",
            "Key Account Manager",
            "Sales Analyst",
            "Store Assistant",
        ],
        functions: &["Sales Agents"],
    },
    Department {
        name: "Content",
        titles: &[
            "Editor",
            "Senior Editor",
            "Writer",
            "Translator",
            "Proofreader",
        ],
        functions: &["Editors", "Editors", "Writers", "Writers", "Translators"],
    },
    Department {
        name: "IT",
        titles: &[
            "Systems Engineer",
            "Software Developer",
            "Network Engineer",
            "Database Administrator",
        ],
        functions: &[],
    },
    Department {
        name: "Finance",
        titles: &["Accountant", "Controller", "Payroll Clerk", "Treasurer"],
        functions: &["Accounting"],
    },
    Department {
        name: "Warehouse",
        titles: &["Picker", "Packer", "Forklift Driver", "Shift Supervisor"],
        functions: &["Warehouse Crew"],
    },
    Department {
        name: "Customer Service",
        titles: &["Service Agent", "Team Coach", "Complaints Officer"],
        functions: &["Sales Agents"],
    },
    Department {
        name: "Catalog",
        titles: &["Catalog Manager", "Product Data Specialist", "Photographer"],
        functions: &["Catalog Team", "Catalog Team", "Editors"],
    },
    Department {
        name: "Marketing",
        titles: &["Campaign Manager", "Designer", "Market Researcher"],
        functions: &["Writers", "Catalog Team"],
    },
    Department {
        name: "Purchasing",
        titles: &["Buyer", "Supplier Manager"],
        functions: &["Catalog Team"],
    },
    Department {
        name: "People",
        titles: &["Recruiter", "Personnel Officer", "Trainer"],
        functions: &[],
    },
    Department {
        name: "Legal",
        titles: &["Counsel", "Paralegal", "Privacy Officer"],
        functions: &[],
    },
    Department {
        name: "Transport",
        titles: &["Dispatcher", "Driver", "Customs Clerk"],
        functions: &["Warehouse Crew"],
    },
];
