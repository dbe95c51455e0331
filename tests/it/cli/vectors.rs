//! What Spryker, Umbraco and Oro decide by their own examples, decided by the evaluator and by `wardroom can`.
//! The numbers are those of `reference/spryker-umbraco.md` §1.5 and §2.6, and of `reference/oro.md` §7.4.

use super::Site;
use crate::support::engine::Engine;
use crate::support::worlds::{Group, World, flags};
use rstest::rstest;
use serde_json::json;
use std::collections::BTreeSet;

const BACK_OFFICE: &str = r#"
[[resource]]
key = "x.y"
actions = ["create", "edit", "z"]
ownership = "none"

[[resource]]
key = "application.index"
actions = ["index"]
ownership = "none"

[[resource]]
key = "auth.login"
actions = ["index"]
ownership = "none"
"#;

const CONTENT: &str = r#"
[[resource]]
key = "content"
actions = ["read", "update", "delete"]
ownership = "tree"

[[node]]
tree = "content"
path = "/X/Y"

[[node]]
tree = "content"
path = "/A/B"

[[node]]
tree = "content"
path = "/C"
"#;

/// A world, and what is asked of it with the answer.
type Vector = (&'static str, World, &'static [(&'static str, bool)]);

const EMPTY: World = World {
    catalogue: BACK_OFFICE,
    roles: &[],
    groups: &[],
    has_roles: &[],
    is_in: &[],
    starts: &[],
    is_disabled: false,
};

const WHITELIST: (&str, &[&str]) = ("Whitelist", &["allow * on application.*"]);

const SPRYKER: &[Vector] = &[
    (
        "1 and 2: a deny beats an allow inside one group, and nothing else",
        World {
            roles: &[("R", &["allow * on * at all", "deny create on x.y"])],
            groups: &[Group::named("G").confers(&["R"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("create x.y", false), ("edit x.y", true)],
    ),
    (
        "3: the roles of a group are pooled",
        World {
            roles: &[("R1", &["allow * on x.*"]), ("R2", &["deny * on x.y"])],
            groups: &[Group::named("G").confers(&["R1", "R2"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
    (
        "4: a broad deny beats a narrow allow",
        World {
            roles: &[("R1", &["deny * on x.*"]), ("R2", &["allow z on x.y"])],
            groups: &[Group::named("G").confers(&["R1", "R2"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
    (
        "5: denied here, where the order of groups decides there",
        World {
            roles: &[("Ra", &["allow z on x.y"]), ("Rb", &["deny z on x.y"])],
            groups: &[
                Group::named("A").confers(&["Ra"]),
                Group::named("B").confers(&["Rb"]),
            ],
            is_in: &["A", "B"],
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
    (
        "6: the same, the other way round",
        World {
            roles: &[("Ra", &["allow z on x.y"]), ("Rb", &["deny z on x.y"])],
            groups: &[
                Group::named("B").confers(&["Rb"]),
                Group::named("A").confers(&["Ra"]),
            ],
            is_in: &["B", "A"],
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
    (
        "7: nothing allows it",
        World {
            roles: &[("R", &["allow edit on x.y"])],
            groups: &[Group::named("G").confers(&["R"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
    (
        "8: the whitelist comes with a group, and this user has none",
        World {
            roles: &[WHITELIST],
            groups: &[Group::named("G").confers(&["Whitelist"])],
            ..EMPTY
        },
        &[("index application.index", false)],
    ),
    (
        "9: a group without rules has the whitelist",
        World {
            roles: &[WHITELIST],
            groups: &[Group::named("G").confers(&["Whitelist"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("index application.index", true)],
    ),
    (
        "10: a deny beats the whitelist",
        World {
            roles: &[WHITELIST, ("R", &["deny * on application.*"])],
            groups: &[Group::named("G").confers(&["Whitelist", "R"])],
            is_in: &["G"],
            ..EMPTY
        },
        &[("index application.index", false)],
    ),
    (
        "11: a deny among the default rules, a role given to each user",
        World {
            roles: &[
                ("Defaults", &["deny index on auth.login"]),
                ("R", &["allow * on * at all"]),
            ],
            groups: &[Group::named("G").confers(&["R"])],
            has_roles: &["Defaults"],
            is_in: &["G"],
            ..EMPTY
        },
        &[("index auth.login", false), ("z x.y", true)],
    ),
    (
        "12: whoever is disabled has nothing",
        World {
            roles: &[("Root", &["allow * on * at all"])],
            groups: &[Group::named("root_group").confers(&["Root"])],
            is_in: &["root_group"],
            is_disabled: true,
            ..EMPTY
        },
        &[("z x.y", false)],
    ),
];

const TREE: World = World {
    catalogue: CONTENT,
    ..EMPTY
};

const G: Group = Group::named("G")
    .rules(&["allow read,update,delete on content"])
    .starts(&["content:/"]);
const H: Group = Group::named("H")
    .rules(&["allow read on content"])
    .starts(&["content:/"]);

const fn at_y(read: bool, update: bool, delete: bool) -> [(&'static str, bool); 3] {
    [
        ("read content /X/Y", read),
        ("update content /X/Y", update),
        ("delete content /X/Y", delete),
    ]
}

const UMBRACO: &[Vector] = &[
    (
        "1: an entry replaces the defaults, also below",
        World {
            groups: &[G.granular(&["content:/X=read"])],
            is_in: &["G"],
            ..TREE
        },
        &at_y(true, false, false),
    ),
    (
        "2: the deepest entry wins",
        World {
            groups: &[G.granular(&["content:/X=read", "content:/X/Y=read,update"])],
            is_in: &["G"],
            ..TREE
        },
        &at_y(true, true, false),
    ),
    (
        "3: an empty entry takes everything",
        World {
            groups: &[G.granular(&["content:/X="])],
            is_in: &["G"],
            ..TREE
        },
        &at_y(false, false, false),
    ),
    (
        "4: but not what another group gives",
        World {
            groups: &[G.granular(&["content:/X="]), H],
            is_in: &["G", "H"],
            ..TREE
        },
        &at_y(true, false, false),
    ),
    (
        "5: defaults hold wherever the user may go",
        World {
            groups: &[
                Group::named("G")
                    .rules(&["allow read,update on content"])
                    .starts(&["content:/A"]),
                Group::named("H")
                    .rules(&["allow read on content"])
                    .starts(&["content:/C"]),
            ],
            is_in: &["G", "H"],
            ..TREE
        },
        &[
            ("update content /A/B", true),
            ("update content /C", true),
            ("read content /C", true),
            ("delete content /C", false),
            ("read content /X", false),
        ],
    ),
    (
        "6: no groups, nothing",
        World { ..TREE },
        &at_y(false, false, false),
    ),
];

/// What it is about, start nodes of a group, of the user, and the nodes they reach.
type Starts = (
    &'static str,
    &'static [&'static str],
    &'static [&'static str],
    &'static [&'static str],
);

/// Start nodes of a group and of the user, and the nodes they reach of `/`, `/A`, `/A/B`, `/C`.
const STARTS: &[Starts] = &[
    (
        "root, none",
        &["content:/"],
        &[],
        &["/", "/A", "/A/B", "/C"],
    ),
    (
        "A and A/B, none",
        &["content:/A", "content:/A/B"],
        &[],
        &["/A", "/A/B"],
    ),
    (
        "root, A/B: narrowed",
        &["content:/"],
        &["content:/A/B"],
        &["/A/B"],
    ),
    (
        "A/B, A: widened",
        &["content:/A/B"],
        &["content:/A"],
        &["/A", "/A/B"],
    ),
    (
        "A, C",
        &["content:/A"],
        &["content:/C"],
        &["/A", "/A/B", "/C"],
    ),
    (
        "none, A and A/B",
        &[],
        &["content:/A", "content:/A/B"],
        &["/A/B"],
    ),
    ("none, none", &[], &[], &[]),
];

fn start_world(groups: &'static [Group], starts: &'static [&'static str]) -> World {
    World {
        groups,
        is_in: &["G"],
        starts,
        ..TREE
    }
}

fn start_worlds() -> Vec<(World, Vec<(String, bool)>)> {
    STARTS
        .iter()
        .map(|(_, of_group, own, reached)| {
            let group = Group::named("G")
                .rules(&["allow read on content"])
                .starts(of_group);
            let world = start_world(Vec::leak(vec![group]), own);
            let asks = ["/", "/A", "/A/B", "/C"]
                .iter()
                .map(|node| (format!("read content {node}"), reached.contains(node)));
            (world, asks.collect())
        })
        .collect()
}

#[test]
fn the_evaluator_decides_as_spryker_and_umbraco_do() {
    for (name, world, asks) in SPRYKER.iter().chain(UMBRACO) {
        for (asked, allowed) in *asks {
            assert_eq!(world.decides(asked), *allowed, "{name}: {asked}");
        }
    }
    for (world, asks) in start_worlds() {
        for (asked, allowed) in asks {
            assert_eq!(world.decides(&asked), allowed, "{world:?}: {asked}");
        }
    }
}

fn build(site: &Site, world: &World) {
    site.run_with("catalogue import -", world.catalogue.as_bytes())
        .succeeded();
    for line in world.commands() {
        site.run(&line).succeeded();
    }
}

/// Asks `can`, and holds its exit code against its answer.
fn can(site: &Site, asked: &str) -> serde_json::Value {
    let words: Vec<&str> = asked.split(' ').collect();
    let node = words
        .get(2)
        .map_or_else(String::new, |node| format!(" --node {node}"));
    let answer = site.run(&format!(
        "can u {} {}{node} --output json",
        words[0], words[1]
    ));
    let verdict = answer.json();
    let code = if verdict["allowed"] == json!(true) {
        0
    } else {
        9
    };
    assert_eq!(answer.code, code, "{answer:?}");
    verdict
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn spryker_1_to_12(#[case] engine: Engine) {
    for (name, world, asks) in SPRYKER {
        let site = Site::new(engine).await;
        build(&site, world);
        for (asked, allowed) in *asks {
            let verdict = can(&site, asked);
            assert_eq!(
                verdict["allowed"],
                json!(*allowed),
                "{name}: {asked}: {verdict}"
            );
            if name.starts_with("5:") {
                assert_eq!(
                    verdict["because"],
                    json!([{ "source": "Rb", "kind": "role", "via": "B", "rule": "deny z on x.y", "effect": "deny" }])
                );
                assert_eq!(
                    verdict["missing"],
                    "the deny would have to go, for a deny wins over every allow"
                );
            }
        }
    }
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn umbraco_1_to_6_and_start_nodes(#[case] engine: Engine) {
    for (name, world, asks) in UMBRACO {
        let site = Site::new(engine).await;
        build(&site, world);
        for (asked, allowed) in *asks {
            let verdict = can(&site, asked);
            assert_eq!(
                verdict["allowed"],
                json!(*allowed),
                "{name}: {asked}: {verdict}"
            );
        }
    }
    for (world, asks) in start_worlds() {
        let site = Site::new(engine).await;
        build(&site, &world);
        for (asked, allowed) in asks {
            let verdict = can(&site, &asked);
            assert_eq!(
                verdict["allowed"],
                json!(allowed),
                "{world:?}: {asked}: {verdict}"
            );
        }
    }
}

const RECORDS: &str = r#"
[[resource]]
key = "account"
actions = ["view"]
ownership = "user"

[[resource]]
key = "branch"
actions = ["view"]
ownership = "unit"

[[resource]]
key = "ledger"
actions = ["view"]
ownership = "organization"
"#;

const PEOPLE: [&str; 5] = ["john", "mary", "mike", "robert", "mark"];

/// By person: the accounts they see in Main and in Second at user, unit, division and organization level.
const ACCOUNTS: [(&str, [&str; 4], [&str; 4]); 5] = [
    (
        "john",
        ["A", "ABH", "ABH", "ABGHI"],
        ["E", "CE", "CE", "CDEFJ"],
    ),
    (
        "mary",
        ["B", "ABH", "ABH", "ABGHI"],
        ["F", "DF", "CDEF", "CDEFJ"],
    ),
    ("mike", ["", "", "", ""], ["C", "CE", "CE", "CDEFJ"]),
    (
        "robert",
        ["H", "ABH", "ABH", "ABGHI"],
        ["D", "DF", "CDEF", "CDEFJ"],
    ),
    ("mark", ["", "", "", ""], ["J", "J", "J", "CDEFJ"]),
];

/// The same for what units own, at unit, division and organization level.
const BRANCHES: [(&str, [&str; 3], [&str; 3]); 5] = [
    ("john", ["AB", "AB", "AB"], ["C", "C", "CDE"]),
    ("mary", ["AB", "AB", "AB"], ["DE", "CDE", "CDE"]),
    ("mike", ["", "", ""], ["C", "C", "CDE"]),
    ("robert", ["AB", "AB", "AB"], ["DE", "CDE", "CDE"]),
    ("mark", ["", "", ""], ["", "", "CDE"]),
];

/// The records of each kind: letter, organization, owner.
const OWNED: [(char, &str, &str); 10] = [
    ('A', "Main", "john"),
    ('B', "Main", "mary"),
    ('C', "Second", "mike"),
    ('D', "Second", "robert"),
    ('E', "Second", "john"),
    ('F', "Second", "mary"),
    ('G', "Main", "mike"),
    ('H', "Main", "robert"),
    ('I', "Main", "mark"),
    ('J', "Second", "mark"),
];
const OWNED_BY_UNITS: [(char, &str); 5] = [
    ('A', "Main/Main"),
    ('B', "Main/Main"),
    ('C', "Second/Child"),
    ('D', "Second/Second"),
    ('E', "Second/Second"),
];

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn oro_7_4_every_cell(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.run_with("catalogue import -", RECORDS.as_bytes())
        .succeeded();
    site.run("organization create Second").succeeded();
    site.run("unit create Child --organization Second --parent Second")
        .succeeded();
    site.run("role create Worker --system-wide").succeeded();
    for (name, organizations, units) in [
        ("john", "Main Second", "Main/Main Second/Child"),
        ("mary", "Main Second", "Main/Main Second/Second"),
        ("mike", "Second", "Second/Child"),
        ("robert", "Main Second", "Main/Main Second/Second"),
        ("mark", "Second", ""),
    ] {
        let flags =
            |flag: &str, list: &str| flags(flag, &list.split_whitespace().collect::<Vec<_>>());
        let home = if organizations == "Second" {
            "Second/Second"
        } else {
            "Main/Main"
        };
        site.run(&format!(
            "user create {name} --email {name}@example.com --first-name A --last-name B --role Worker --unit {home}{}{}",
            flags("organization", organizations),
            flags("assigned-unit", if units.is_empty() { "''" } else { units }),
        ))
        .succeeded();
    }
    let mut rule = String::new();
    let mut grant = |resource: &str, level: &str| {
        let remove = if rule.is_empty() {
            String::new()
        } else {
            format!(" --remove-rule '{rule}'")
        };
        rule = format!("allow view on {resource} at {level}");
        site.run(&format!("role update Worker --rule '{rule}'{remove}"))
            .succeeded();
    };
    let who = |resource: &str, organization: &str, owner: &str| -> BTreeSet<String> {
        let answer = site.run(&format!(
            "who-can view {resource} --in {organization} {owner} --output json"
        ));
        let found = answer.json();
        let users = found["users"].as_array().unwrap();
        let name = |user: &serde_json::Value| user["username"].as_str().unwrap().to_owned();
        users
            .iter()
            .map(name)
            .filter(|name| PEOPLE.contains(&name.as_str()))
            .collect()
    };
    let wanted =
        |letter: char, cell: fn(usize, usize, usize) -> &'static str, organization, level| {
            let sees = |person: &usize| cell(*person, organization, level).contains(letter);
            let names = (0..PEOPLE.len())
                .filter(sees)
                .map(|person| PEOPLE[person].to_owned());
            names.collect::<BTreeSet<String>>()
        };
    for (level, name) in ["own", "unit", "division", "organization"]
        .iter()
        .enumerate()
    {
        grant("account", name);
        for (letter, home, owner) in OWNED {
            for (place, organization) in ["Main", "Second"].iter().enumerate() {
                let record = format!("--owner {owner} --record-organization {home}");
                let cell = |person: usize, place: usize, level: usize| match place {
                    0 => ACCOUNTS[person].1[level],
                    _ => ACCOUNTS[person].2[level],
                };
                let said = wanted(letter, cell, place, level);
                assert_eq!(
                    who("account", organization, &record),
                    said,
                    "{letter} in {organization} at {name}"
                );
            }
        }
    }
    for (level, name) in ["unit", "division", "organization"].iter().enumerate() {
        grant("branch", name);
        for (letter, unit) in OWNED_BY_UNITS {
            for (place, organization) in ["Main", "Second"].iter().enumerate() {
                let cell = |person: usize, place: usize, level: usize| match place {
                    0 => BRANCHES[person].1[level],
                    _ => BRANCHES[person].2[level],
                };
                let said = wanted(letter, cell, place, level);
                let found = who("branch", organization, &format!("--owner-unit {unit}"));
                assert_eq!(found, said, "{letter} in {organization} at {name}");
            }
        }
    }
    grant("ledger", "organization");
    for (organization, people) in [
        ("Main", &["john", "mary", "robert"][..]),
        ("Second", &PEOPLE),
    ] {
        let record = format!("--record-organization {organization}");
        let said = people.iter().map(|&name| name.to_owned()).collect();
        assert_eq!(who("ledger", organization, &record), said, "{organization}");
        let other = if organization == "Main" {
            "Second"
        } else {
            "Main"
        };
        assert!(who("ledger", other, &record).is_empty());
    }
    let mike = site.run("can mike view account --owner mike --in Main --output json");
    assert_eq!(
        mike.json()["missing"],
        "mike has no rights here: the account may not sign in to this organization"
    );
    assert_eq!(mike.code, 9);
}

#[tokio::test]
async fn who_can_says_whether_somebody_is_left_out() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("role create Viewer --rule 'allow view on user at all'")
        .succeeded();
    site.run(
        "user create bob --email bob@example.com --first-name Bob --last-name Doe --role Viewer",
    )
    .succeeded();
    let first = site.run("who-can view user --limit 1 --output json").json();
    assert_eq!(
        (&first["count"], &first["more"], &first["capped"]),
        (&json!(2), &json!(true), &json!(false))
    );
    let all = site.run("who-can view user --output json").json();
    assert_eq!((&all["count"], &all["more"]), (&json!(2), &json!(false)));
    let told = site.run("who-can view user --limit 1 --output csv");
    insta::assert_snapshot!(told.said(), @"0: 1 of 2 people; raise --limit to see more.");
}

#[tokio::test]
async fn a_record_of_somebody_belongs_where_they_do() {
    let site = Site::new(Engine::Sqlite).await;
    site.run("organization create Globex").succeeded();
    let elsewhere = site.run("can ada view user --owner ada --record-organization Globex");
    insta::assert_snapshot!(elsewhere.said(), @"2: record-organization: ada belongs to another one, and so does their record; leave it out, or name theirs.");
    site.run("can ada view user --owner ada --record-organization Main")
        .succeeded();
}

#[tokio::test]
async fn of_many_resources_some_are_named_and_the_others_counted() {
    let site = Site::new(Engine::Sqlite).await;
    let resource = |number| {
        format!(
            "[[resource]]\nkey = \"shop.r{number}\"\nactions = [\"view\"]\nownership = \"none\"\n"
        )
    };
    let many: String = (10..25).map(resource).collect();
    site.run_with("catalogue import -", many.as_bytes())
        .succeeded();
    let unknown = site.run("can ada view '*'");
    insta::assert_snapshot!(unknown.said(), @r#"2: resource: there is no resource "*"; there are user, profile, group, role, organization, unit, customer, setting, audit, job, catalogue, shop.r10, shop.r11, shop.r12, shop.r13, shop.r14, shop.r15, shop.r16, shop.r17, shop.r18 and 6 more; wardroom catalogue show lists them."#);
}
