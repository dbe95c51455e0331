//! The parts of the table about groups, roles, units and organizations, and what has no target.

use super::{At, Columns, Place, Table, seen, yes};
use crate::support::town::confirm;
use wardroom::domain::catalogue::{CatalogueFile, ManagedResource};
use wardroom::domain::nodes::NodePath;
use wardroom::domain::permission::Ownership;
use wardroom::service::audit::VerifyAudit;
use wardroom::service::catalogue::{ImportCatalogue, ListNodes, ShowCatalogue};
use wardroom::service::explain::{GroupImpact, RoleImpact};
use wardroom::service::groups::{self, GroupChanges, GroupDraft};
use wardroom::service::jobs::Confirmation;
use wardroom::service::organizations::{self, OrganizationChanges};
use wardroom::service::reports::{DominantAccounts, Duplicates, PowerlessUsers, UnheldRoles};
use wardroom::service::roles::{self, RoleChanges, RoleDraft};
use wardroom::service::units::{self, UnitChanges, UnitDraft, UnitFate};
use wardroom::service::{Consent, Deletion, Home, ListChange, RecordRef};

const GROUPS: Columns = &[
    (Place::Themselves, "they are in"),
    (Place::Unit, "own unit"),
    (Place::Below, "unit below"),
    (Place::Aside, "other unit"),
    (Place::SystemWide, "system-wide"),
    (Place::Abroad, "other org"),
];
const NEW_GROUPS: Columns = &[
    (Place::Unit, "own unit"),
    (Place::Below, "unit below"),
    (Place::Aside, "other unit"),
    (Place::SystemWide, "system-wide"),
    (Place::Abroad, "other org"),
];
const ROLES: Columns = &[
    (Place::Themselves, "they have"),
    (Place::Unit, "own org"),
    (Place::SystemWide, "system-wide"),
    (Place::Abroad, "other org"),
];
const UNITS: Columns = &[
    (Place::Unit, "own"),
    (Place::Below, "below"),
    (Place::Aside, "other"),
    (Place::Abroad, "other org"),
];
const ORGANIZATIONS: Columns = &[(Place::Unit, "own"), (Place::Abroad, "other")];
const NO_TARGET: Columns = &[(Place::Themselves, "without target")];

pub async fn fill(table: &mut Table) {
    table.part("groups", GROUPS);
    of_groups(table).await;
    table.part("new_groups", NEW_GROUPS);
    new_groups(table).await;
    table.part("roles", ROLES);
    of_roles(table).await;
    table.part("units", UNITS);
    of_units(table).await;
    table.part("organizations", ORGANIZATIONS);
    of_organizations(table).await;
    table.part("without_target", NO_TARGET);
    without_target(table).await;
}

fn certain() -> Consent {
    Consent {
        reason: confirm(wardroom::domain::JobId(0)).reason,
        ..Consent::count(1)
    }
}

fn texts(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn deletion(deletion: &Deletion) -> String {
    deletion
        .blockers
        .first()
        .map_or_else(|| "yes".to_owned(), |blocker| super::refused(blocker))
}

const fn group_name(place: Place) -> &'static str {
    match place {
        Place::Themselves => "Acme/Their crew",
        Place::Unit | Place::Above => "Acme/Sales crew",
        Place::Below => "Acme/Inside crew",
        Place::Aside => "Acme/Works crew",
        Place::SystemWide => "Everywhere",
        Place::Abroad => "Globex/Lab crew",
    }
}

fn group(at: &At<'_>) -> RecordRef {
    RecordRef::from(group_name(at.place))
}

async fn of_groups(table: &mut Table) {
    let list = |at: &At<'_>| groups::ListGroups {
        search: group_name(at.place).rsplit('/').next().unwrap().to_owned(),
        limit: 5,
        ..groups::ListGroups::default()
    };
    let read = |list: &wardroom::service::Listed<groups::GroupRow>| seen(list.rows.len());
    table.ask("groups ListGroups", "by name", list, read).await;
    let show = |at: &At<'_>| groups::ShowGroup { group: group(at) };
    table.ask("groups ShowGroup", "", show, yes).await;
    change_group(table, "description", || GroupChanges {
        description: Some("x".to_owned()),
        ..GroupChanges::default()
    })
    .await;
    for (what, rule) in [
        (
            "a rule that a Manager holds",
            "allow enable on user at organization",
        ),
        ("a rule on the audit", "allow view on audit at all"),
    ] {
        change_group(table, what, || GroupChanges {
            rules: ListChange::adding(texts(&[rule])),
            ..GroupChanges::default()
        })
        .await;
    }
    for role in ["Spare", "Helpdesk"] {
        change_group(table, &format!("confers {role}"), || GroupChanges {
            roles: ListChange::adding(texts(&[role])),
            ..GroupChanges::default()
        })
        .await;
    }
    change_group(table, "holds the group Desk", || GroupChanges {
        groups: ListChange::adding(texts(&["Acme/Desk"])),
        ..GroupChanges::default()
    })
    .await;
    let into_desk = |at: &At<'_>| groups::UpdateGroup {
        group: "Acme/Desk".into(),
        version: None,
        changes: GroupChanges {
            groups: ListChange::adding(texts(&[group_name(at.place)])),
            ..GroupChanges::default()
        },
        consent: Consent::default(),
    };
    let what = "is put into Desk, which confers Helpdesk";
    table.act("groups UpdateGroup", what, into_desk, yes).await;
    let impact = |at: &At<'_>| GroupImpact {
        group: group(at),
        roles: ListChange::adding(texts(&["Helpdesk"])),
        rules: ListChange::default(),
        groups: ListChange::default(),
    };
    table.ask("explain GroupImpact", "", impact, yes).await;
    let assign = |at: &At<'_>| groups::UpdateGroup {
        group: group(at),
        version: None,
        changes: GroupChanges {
            unit: (at.place != Place::SystemWide).then(|| match at.place {
                Place::Abroad => "Globex/Globex".to_owned(),
                Place::Aside => "Sales".to_owned(),
                _ => "Works".to_owned(),
            }),
            ..GroupChanges::default()
        },
        consent: Consent::default(),
    };
    let what = "owner unit, to one beside theirs";
    table.act("groups UpdateGroup", what, assign, yes).await;
    let delete = |at: &At<'_>| groups::DeleteGroup {
        group: group(at),
        consent: certain(),
    };
    table.act("groups DeleteGroup", "", delete, yes).await;
    let of = |at: &At<'_>| groups::DeletionOf { group: group(at) };
    table.ask("groups DeletionOf", "", of, deletion).await;
}

async fn change_group(table: &mut Table, what: &str, changes: impl Fn() -> GroupChanges) {
    let make = |at: &At<'_>| groups::UpdateGroup {
        group: group(at),
        version: None,
        changes: changes(),
        consent: Consent::default(),
    };
    table.act("groups UpdateGroup", what, make, yes).await;
}

async fn new_groups(table: &mut Table) {
    for role in ["Spare", "Helpdesk"] {
        let make = |at: &At<'_>| {
            let (name, home, unit) = match at.place {
                Place::SystemWide => ("New", Home::SystemWide, None),
                Place::Abroad => ("Globex/New", Home::Here, Some("Globex/Lab".to_owned())),
                place => ("New", Home::Here, Some(place.unit().to_owned())),
            };
            let draft = GroupDraft {
                name: name.to_owned(),
                home,
                unit,
                roles: texts(&[role]),
                ..GroupDraft::default()
            };
            groups::CreateGroup { draft }
        };
        let what = format!("confers {role}");
        table.act("groups CreateGroup", &what, make, yes).await;
    }
    let owner = |_: &At<'_>| groups::DefaultOwner;
    table.ask("groups DefaultOwner", "", owner, yes).await;
}

fn role(at: &At<'_>) -> RecordRef {
    match at.place {
        Place::Themselves => RecordRef::from(at.operator.role),
        Place::SystemWide => RecordRef::from("Spare"),
        Place::Abroad => RecordRef::from("Globex/Abroad"),
        _ => RecordRef::from("Acme/Plain"),
    }
}

async fn of_roles(table: &mut Table) {
    let list = |at: &At<'_>| roles::ListRoles {
        search: match at.place {
            Place::Themselves => at.operator.role.replace(',', " "),
            Place::SystemWide => "Spare".to_owned(),
            Place::Abroad => "Abroad".to_owned(),
            _ => "Plain".to_owned(),
        },
        limit: 5,
        cap: None,
        ..roles::ListRoles::default()
    };
    let read = |list: &wardroom::service::Listed<roles::RoleRow>| seen(list.rows.len());
    table.ask("roles ListRoles", "by name", list, read).await;
    let show = |at: &At<'_>| roles::ShowRole { role: role(at) };
    table.ask("roles ShowRole", "", show, yes).await;
    let impact = |at: &At<'_>| RoleImpact {
        role: role(at),
        rules: ListChange::default(),
    };
    table.ask("explain RoleImpact", "", impact, yes).await;
    let create = |at: &At<'_>| {
        let (name, home) = match at.place {
            Place::SystemWide => ("New", Home::SystemWide),
            Place::Abroad => ("Globex/New", Home::Here),
            _ => ("New", Home::Here),
        };
        let draft = RoleDraft {
            name: name.to_owned(),
            home,
            like: (at.place == Place::Themselves).then(|| at.operator.role.to_owned()),
            ..RoleDraft::default()
        };
        roles::CreateRole { draft }
    };
    let what = "without rules; like the one they have";
    table.act("roles CreateRole", what, create, yes).await;
    for (what, rule) in [
        ("no more than all have", "allow view on profile at own"),
        ("allow view on audit", "allow view on audit at all"),
    ] {
        let make = |at: &At<'_>| roles::UpdateRole {
            role: role(at),
            version: None,
            changes: RoleChanges {
                rules: ListChange::adding(texts(&[rule])),
                ..RoleChanges::default()
            },
            consent: Consent::default(),
        };
        table.act("roles UpdateRole", what, make, yes).await;
    }
    let successor = |at: &At<'_>| match at.place {
        Place::Themselves => Some(RecordRef::from("Spare")),
        _ => None,
    };
    let delete = |at: &At<'_>| roles::DeleteRole {
        role: role(at),
        move_holders_to: successor(at),
        consent: certain(),
    };
    table.act("roles DeleteRole", "", delete, yes).await;
    let of = |at: &At<'_>| roles::DeletionOf {
        role: role(at),
        move_holders_to: successor(at),
    };
    table.ask("roles DeletionOf", "", of, deletion).await;
    let after = |at: &At<'_>| roles::Successors {
        role: role(at),
        search: String::new(),
        limit: 50,
    };
    let read = |list: &wardroom::service::Listed<roles::RoleRow>| seen(list.rows.len());
    table.ask("roles Successors", "", after, read).await;
}

fn unit(at: &At<'_>) -> RecordRef {
    RecordRef::from(at.place.unit())
}

async fn of_units(table: &mut Table) {
    let list = |at: &At<'_>| units::ListUnits {
        search: at.place.unit().rsplit('/').next().unwrap().to_owned(),
        limit: 5,
        cap: None,
    };
    let read = |list: &wardroom::service::Listed<units::UnitRow>| seen(list.rows.len());
    table.ask("units ListUnits", "by name", list, read).await;
    let show = |at: &At<'_>| units::ShowUnit { unit: unit(at) };
    table.ask("units ShowUnit", "", show, yes).await;
    let create = |at: &At<'_>| units::CreateUnit {
        draft: UnitDraft {
            name: "New".to_owned(),
            organization: (at.place == Place::Abroad).then(|| "Globex".to_owned()),
            parent: Some(at.place.unit().to_owned()),
            ..UnitDraft::default()
        },
    };
    table.act("units CreateUnit", "below it", create, yes).await;
    for (what, parent) in [("description", None), ("to the top", Some(String::new()))] {
        let make = |at: &At<'_>| units::UpdateUnit {
            unit: unit(at),
            version: None,
            changes: UnitChanges {
                description: parent.is_none().then(|| "x".to_owned()),
                parent: parent.clone(),
                ..UnitChanges::default()
            },
            consent: Consent::default(),
        };
        table.act("units UpdateUnit", what, make, yes).await;
    }
    let delete = |at: &At<'_>| units::DeleteUnit {
        unit: unit(at),
        move_records_to: Some(if at.place == Place::Abroad {
            "Globex/Globex".to_owned()
        } else {
            "Acme/Acme".to_owned()
        }),
        consent: certain(),
    };
    let what = "what it owns goes to the one above";
    table.act("units DeleteUnit", what, delete, yes).await;
    let of = |at: &At<'_>| units::DeletionOf {
        unit: unit(at),
        move_records_to: None,
    };
    table.ask("units DeletionOf", "", of, deletion).await;
    let above = |at: &At<'_>| match at.place {
        Place::Abroad => "Globex/Globex".to_owned(),
        _ => "Acme/Acme".to_owned(),
    };
    let owned = |at: &At<'_>| units::MoveOwned {
        unit: unit(at),
        to: above(at),
        consent: Consent {
            confirmation: Confirmation::Yes,
            ..certain()
        },
    };
    table.act("units MoveOwned", what, owned, yes).await;
    let of = |at: &At<'_>| units::MoveOf {
        unit: unit(at),
        to: Some(above(at)),
    };
    let read = |told: &units::OwnedMove| {
        let first = told.blockers.first();
        first.map_or_else(|| "yes".to_owned(), |why| super::refused(why))
    };
    table.ask("units MoveOf", what, of, read).await;
    let read = |list: &wardroom::service::Listed<units::UnitRow>| seen(list.rows.len());
    let after = |at: &At<'_>| units::Successors {
        unit: unit(at),
        fate: UnitFate::Ends,
        search: String::new(),
        limit: 50,
    };
    table.ask("units Successors", "", after, read).await;
}

const fn organization_name(place: Place) -> &'static str {
    match place {
        Place::Abroad => "Globex",
        _ => "Acme",
    }
}

fn organization(at: &At<'_>) -> RecordRef {
    RecordRef::from(organization_name(at.place))
}

async fn of_organizations(table: &mut Table) {
    let list = |at: &At<'_>| organizations::ListOrganizations {
        search: organization_name(at.place).to_owned(),
        limit: 5,
        cap: None,
    };
    let read =
        |list: &wardroom::service::Listed<organizations::OrganizationRow>| seen(list.rows.len());
    table
        .ask("organizations ListOrganizations", "by name", list, read)
        .await;
    let places = |at: &At<'_>| organizations::Places {
        search: organization_name(at.place).to_owned(),
        ..organizations::Places::default()
    };
    let read = |list: &organizations::PlaceList| seen(list.organizations.len());
    table
        .ask("organizations Places", "by name", places, read)
        .await;
    let show = |at: &At<'_>| organizations::ShowOrganization {
        organization: organization(at),
    };
    table
        .ask("organizations ShowOrganization", "", show, yes)
        .await;
    for (what, description, enabled) in [
        ("description", Some("x"), None),
        ("enable", None, Some(true)),
        ("disable", None, Some(false)),
    ] {
        let make = |at: &At<'_>| organizations::UpdateOrganization {
            organization: organization(at),
            version: None,
            changes: OrganizationChanges {
                description: description.map(str::to_owned),
                enabled,
                ..OrganizationChanges::default()
            },
            consent: Consent::default(),
        };
        table
            .act("organizations UpdateOrganization", what, make, yes)
            .await;
    }
    let delete = |at: &At<'_>| organizations::DeleteOrganization {
        organization: organization(at),
        consent: certain(),
    };
    table
        .act("organizations DeleteOrganization", "", delete, yes)
        .await;
    let of = |at: &At<'_>| organizations::DeletionOf {
        organization: organization(at),
    };
    table
        .ask("organizations DeletionOf", "", of, deletion)
        .await;
}

async fn without_target(table: &mut Table) {
    let create = |_: &At<'_>| organizations::CreateOrganization {
        name: "New".to_owned(),
        description: String::new(),
    };
    table
        .act("organizations CreateOrganization", "", create, yes)
        .await;
    let verify = |_: &At<'_>| VerifyAudit::default();
    table.ask("audit VerifyAudit", "", verify, yes).await;
    let dominant = |_: &At<'_>| DominantAccounts::default();
    table
        .ask("reports DominantAccounts", "", dominant, yes)
        .await;
    let powerless = |_: &At<'_>| PowerlessUsers::default();
    table
        .ask("reports PowerlessUsers", "", powerless, yes)
        .await;
    let unheld = |_: &At<'_>| UnheldRoles { limit: 5 };
    table.ask("reports UnheldRoles", "", unheld, yes).await;
    let duplicates = |_: &At<'_>| Duplicates { limit: 5 };
    table.ask("reports Duplicates", "", duplicates, yes).await;
    let import = |_: &At<'_>| ImportCatalogue {
        file: CatalogueFile {
            resources: vec![ManagedResource::new("shop", &["view"], Ownership::None)],
            ..CatalogueFile::default()
        },
        replace: false,
        consent: Consent::default(),
    };
    let what = "a new resource";
    table
        .act("catalogue ImportCatalogue", what, import, yes)
        .await;
    let show = |_: &At<'_>| ShowCatalogue;
    table.ask("catalogue ShowCatalogue", "", show, yes).await;
    let nodes = |_: &At<'_>| ListNodes {
        tree: "content".to_owned(),
        below: NodePath::root(),
        limit: 5,
    };
    table.ask("catalogue ListNodes", "", nodes, yes).await;
}
