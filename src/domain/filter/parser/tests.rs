//! The language by example: what is understood, and what is said where it is not.

use jiff::civil::date;
use proptest::prelude::*;

use super::super::*;

/// A Sunday.
const TODAY: Date = date(2026, 11, 22);

fn read(text: &str) -> Query {
    parse(text, TODAY).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn filter(text: &str) -> Filter {
    read(text).filter
}

fn refusal(text: &str) -> String {
    match parse(text, TODAY) {
        Ok(query) => panic!("{text} was read as {query:?}"),
        Err(error) => error.to_string(),
    }
}

fn at<T>(column: usize, value: T) -> Spanned<T> {
    Spanned { value, column }
}

fn word(text: &str) -> Filter {
    Filter::Word(text.to_owned())
}

#[test]
fn words_and_fields() {
    assert_eq!(read(""), Query::default());
    assert_eq!(read("  \n\t"), Query::default());
    assert_eq!(filter("tanaka"), word("tanaka"));
    assert_eq!(
        filter("田中　ボブ"),
        Filter::And(vec![word("田中"), word("ボブ")])
    );
    assert_eq!(filter("bob@acme.test"), word("bob@acme.test"));
    assert_eq!(
        filter(r"ACME\bob o'brien a-b a,b *"),
        filter(r#""ACME\\bob" o'brien a-b a,b *"#)
    );
    assert_eq!(filter("Mu\u{308}ller"), word("Müller"));
    assert_eq!(
        filter("status:locked"),
        Filter::Status(vec![Status::Locked])
    );
    assert_eq!(
        filter("Status:locked,never-signed-in,password_reset"),
        Filter::Status(vec![
            Status::Locked,
            Status::NeverSignedIn,
            Status::PasswordReset
        ])
    );
    assert_eq!(filter("kind:service"), Filter::Kind(vec![Kind::Service]));
    assert_eq!(filter("org:acme"), filter("organization:acme/*"));
    assert_eq!(
        filter("group:\"Payroll Staff\",vpn"),
        Filter::Group(vec![
            at(7, "Payroll Staff".to_owned()),
            at(23, "vpn".to_owned())
        ])
    );
    assert_eq!(
        filter("title:lead,\"vice president\""),
        Filter::Text {
            field: at(1, TextField::Title),
            how: Match::Contains,
            texts: vec!["lead".to_owned(), "vice president".to_owned()],
        }
    );
    assert_eq!(filter("e-mail=a@b.test").to_string(), "email=a@b.test");
}

#[test]
fn units_reach_below() {
    let unit = |name: &str, below| UnitName {
        name: at(0, name.to_owned()),
        below,
    };
    assert_eq!(filter("unit:fin"), Filter::Unit(vec![unit("fin", false)]));
    assert_eq!(filter("unit:fin/*"), Filter::Unit(vec![unit("fin", true)]));
    assert_eq!(
        filter("unit:acme/fin/*"),
        Filter::Unit(vec![unit("acme/fin", true)])
    );
    assert_eq!(
        filter("unit:\"Fin Dept\"/*,\"x/*\",ops"),
        Filter::Unit(vec![
            unit("Fin Dept", true),
            unit("x/*", false),
            unit("ops", false)
        ])
    );
}

#[test]
fn roles_say_where_they_come_from() {
    let names = vec![at(0, "admin".to_owned())];
    let source = RoleSource::Effective;
    assert_eq!(
        filter("role:admin"),
        Filter::Role {
            source,
            names: names.clone()
        }
    );
    let source = RoleSource::Direct;
    assert_eq!(filter("role.direct:admin"), Filter::Role { source, names });
    assert_eq!(
        filter("role.via:vpn-users"),
        Filter::RoleVia(vec![at(0, "vpn-users".to_owned())])
    );
}

#[test]
fn names_keep_their_columns() {
    let text = "田中 (org:acme or org:beta) -role:adm_ user in (a.young, \"b c\")";
    let mut columns = Vec::new();
    collect(&filter(text), &mut columns);
    assert_eq!(
        columns,
        [
            ("acme", 9),
            ("beta", 21),
            ("adm_", 33),
            ("a.young", 47),
            ("b c", 56)
        ]
        .map(|(name, column)| (name.to_owned(), column))
    );
}

fn collect(filter: &Filter, found: &mut Vec<(String, usize)>) {
    match filter {
        Filter::Organization(names) | Filter::Role { names, .. } | Filter::UserIn(names) => {
            found.extend(names.iter().map(|name| (name.value.clone(), name.column)));
        }
        Filter::Not(inner) => collect(inner, found),
        Filter::And(filters) | Filter::Or(filters) => {
            for filter in filters {
                collect(filter, found);
            }
        }
        _ => {}
    }
}

#[test]
fn dates_ages_and_numbers() {
    let signed_in = at(1, DateField::SignedIn);
    let field = signed_in;
    assert_eq!(
        filter("signed-in<2026-06-01"),
        Filter::Date {
            field,
            operator: Operator::Less,
            date: date(2026, 6, 1)
        }
    );
    assert_eq!(filter("signed_in:>=today"), filter("signed-in>=2026-11-22"));
    assert_eq!(filter("expires<+90d"), filter("expires<2027-02-20"));
    assert_eq!(
        filter("created:yesterday,today").to_string(),
        "created:2026-11-21 or created:2026-11-22"
    );
    assert_eq!(
        filter("signed-in.age>90d"),
        Filter::Age {
            field,
            operator: Operator::Greater,
            seconds: 90 * 86_400
        }
    );
    assert_eq!(filter("pw.age>=2w").to_string(), "pw.age>=14d");
    assert_eq!(filter("created.age<90min").to_string(), "created.age<90min");
    assert_eq!(filter("created.age<36H").to_string(), "created.age<36h");
    assert_eq!(
        filter("failures>5"),
        Filter::Failures {
            operator: Operator::Greater,
            count: 5
        }
    );
    assert_eq!(
        filter("failures:1,2").to_string(),
        "failures:1 or failures:2"
    );
    assert_eq!(filter("expires:never"), filter("no:expires"));
}

#[test]
fn what_users_are_and_lack() {
    assert_eq!(filter("is:never-signed-in"), Filter::Is(Is::NeverSignedIn));
    assert_eq!(filter("IS:Self"), Filter::Is(Is::Oneself));
    assert_eq!(filter("is:service"), Filter::Kind(vec![Kind::Service]));
    assert_eq!(
        filter("is:marked,agent").to_string(),
        "is:marked or is:agent"
    );
    assert_eq!(
        filter("no:manager"),
        Filter::No(at(4, OptionalField::Manager))
    );
    assert_eq!(
        filter("has:title"),
        Filter::Has(at(5, OptionalField::Title))
    );
    assert_eq!(filter("user in (a b)").to_string(), "user in (a b)");
    assert_eq!(filter("user tanaka").to_string(), "\"user\" tanaka");
    assert_eq!(
        Filter::users(["a.young", "b zhang"].into_iter()).to_string(),
        "user in (a.young \"b zhang\")"
    );
}

#[test]
fn logic_binds_as_people_expect() {
    for (text, canonical) in [
        ("a b or c d", "a b or c d"),
        ("a (b or c) d", "a (b or c) d"),
        ("(a b) (c)", "a b c"),
        ("((a or (b or c)))", "a or b or c"),
        ("a AND b Or c", "a b or c"),
        ("-a", "-a"),
        ("not a", "-a"),
        ("NOT (a or b)", "-(a or b)"),
        ("not(a b)", "-(a b)"),
        ("--a", "a"),
        ("-not -a", "-a"),
        ("-role:admin not(a or b)", "-role:admin -(a or b)"),
        ("foo(bar)", "foo bar"),
        (
            "\"or\" \"-a\" \"a:b\" \"not\"",
            "\"or\" \"-a\" \"a:b\" \"not\"",
        ),
        ("order android notes", "order android notes"),
    ] {
        assert_eq!(read(text).to_string(), canonical, "{text}");
    }
}

#[test]
fn sorting_and_limits_stand_anywhere_outside() {
    let query = read("sort:username,-failures a limit:500");
    assert_eq!(query.filter, word("a"));
    assert_eq!(
        query.sort,
        [
            (SortKey::Username, Direction::Ascending),
            (SortKey::Failures, Direction::Descending)
        ]
    );
    assert_eq!(query.limit, Some(500));
    assert_eq!(query.to_string(), "a sort:username,-failures limit:500");
    assert_eq!(
        read("limit:1 sort:-signed_in").to_string(),
        "sort:-signed-in limit:1"
    );
    assert_eq!(
        read("a or b sort:name").filter,
        Filter::Or(vec![word("a"), word("b")])
    );
}

#[test]
fn says_what_is_not_understood_and_what_was_meant() {
    for (text, sentence) in [
        (
            "staus:locked",
            r#"column 1: no filter field named "staus"; did you mean "status"?"#,
        ),
        (
            "a 田 stat:x",
            r#"column 5: no filter field named "stat"; did you mean "status"?"#,
        ),
        (
            "12:30",
            r#"column 1: no filter field named "12"; to search for the text itself, put it in quotes"#,
        ),
        (
            "status:lokced",
            r#"column 8: no status named "lokced"; did you mean "locked"?"#,
        ),
        (
            "kind:robot",
            r#"column 6: no kind named "robot"; there are person, shared, service"#,
        ),
        (
            "is:locked",
            r#"column 4: no "is:" named "locked"; did you mean "status:locked"?"#,
        ),
        (
            "is:priviledged",
            r#"column 4: no "is:" named "priviledged"; did you mean "privileged"?"#,
        ),
        (
            "no:username",
            r#"column 4: every user has "username": it can't be missing"#,
        ),
        (
            "no:mangaer",
            r#"column 4: no filter field named "mangaer"; did you mean "manager"?"#,
        ),
        (
            "role.foo:x",
            r#"column 1: no filter field named "role.foo"; did you mean "role.direct" or "role.via"?"#,
        ),
        (
            "pw.old>9d",
            r#"column 1: no filter field named "pw.old"; did you mean "pw.age"?"#,
        ),
        (
            "status:",
            r#"column 8: a value is missing for "status"; write status:locked"#,
        ),
        (
            "status:locked,",
            r#"column 15: a value is missing for "status"; write status:locked"#,
        ),
        (
            "status>locked",
            r#"column 1: "status" knows no ">"; write status:locked"#,
        ),
        (
            "failures>x",
            r#"column 10: "x" is no whole number from 0 to 4294967295"#,
        ),
        (
            "failures>1,2",
            r#"column 12: ">" compares with one value only"#,
        ),
        (
            "created>90d",
            r#"column 9: "90d" is an age; write created.age<90d"#,
        ),
        (
            "created>soon",
            r#"column 9: "soon" is not a date; write it as 2026-12-31, +90d, fri or never"#,
        ),
        (
            "created:never",
            r#"column 9: every user has "created": it is never "never""#,
        ),
        (
            "expires<never",
            r#"column 9: "never" is no day to compare with; write no:expires"#,
        ),
        (
            "pw.age:90d",
            r"column 1: an age is compared with < or >; write pw.age>90d or pw.age<12h",
        ),
        (
            "pw.age>3m",
            r#"column 8: "3m" is no age; write it as 90d, or with min, h, w or y"#,
        ),
        (
            "pw.age>1001y",
            r#"column 8: "1001y" is longer than 1000 years"#,
        ),
        ("unit:/*", r#"column 6: a name is missing before "/*""#),
        (
            "group:\"a\"/*",
            r#"column 7: "/*" goes with units and organizations only"#,
        ),
        (
            "sort:phone",
            r#"column 6: users can't be sorted by "phone""#,
        ),
        (
            "sort:name,-Name",
            r#"column 11: the list is sorted by "name" already"#,
        ),
        ("limit:0", "column 7: a limit is 1 or more"),
        (
            "limit:1,2",
            "column 1: a limit is one number, as in limit:500",
        ),
        ("limit:1 limit:2", "column 9: there is a limit already"),
        (
            "(a limit:1)",
            "column 4: \"limit:\" stands outside parentheses and negations",
        ),
        (
            "-sort:name",
            "column 2: \"sort:\" stands outside parentheses and negations",
        ),
        ("(a", r#"column 1: this "(" is never closed"#),
        ("a)", r#"column 2: there is no "(" before this ")""#),
        ("a ()", "column 3: there is nothing between the parentheses"),
        ("a or", r#"column 5: there is nothing after "or""#),
        ("or a", r#"column 1: there is nothing before "or""#),
        ("(a or) b", r#"column 6: there is nothing after "or""#),
        ("a and", r#"column 6: there is nothing after "and""#),
        ("a and and b", r#"column 7: there is nothing before "and""#),
        ("a - b", r#"column 3: there is nothing after "-""#),
        ("a not", r#"column 3: there is nothing after "not""#),
        (
            ":a",
            r#"column 1: the name of a field is missing before ":""#,
        ),
        ("\"a", "column 1: these quotes are never closed"),
        ("a \"\"", "column 3: there is nothing between these quotes"),
        (
            r#""a\b""#,
            r#"column 3: in quotes, write \\ for a backslash and \" for a quote"#,
        ),
        ("ab\"c\"", "column 3: put the quotes around the whole word"),
        (
            "role:ab\"c\"",
            "column 8: put the quotes around the whole value",
        ),
        (
            "\"a\"b",
            "column 4: leave a space after the closing quote, or put the quotes around all of it",
        ),
        (
            "user in bob",
            "column 9: a list like (a.young b.zhang) is missing after \"user in\"; to search for the words, put them in quotes",
        ),
        (
            "user in (bob",
            "column 1: this list is never closed by \")\"",
        ),
        (
            "user in ()",
            "column 1: there is no name between the parentheses",
        ),
        (
            "user in (a (b))",
            "column 12: \"(\" can't stand in a list of names",
        ),
        (
            "a \u{202E}b",
            "column 3: U+202E turns the direction of the writing; delete it",
        ),
        ("a\0", "column 2: U+0000 is a control character; delete it"),
    ] {
        assert_eq!(refusal(text), sentence, "{text}");
    }
}

#[test]
fn sensitive_fields_are_pointed_out() {
    let text = "a (b or -phone:5550) no:birthday";
    let found = read(text).sensitive_field().unwrap();
    assert_eq!((found.value, found.column), (Field::Phone, 10));
    let found = read("birthday<1990-01-01").sensitive_field().unwrap();
    assert_eq!(found.value, Field::Birthday);
    assert_eq!(
        read("has:other_email").sensitive_field().unwrap().value,
        Field::OtherEmail
    );
    assert_eq!(
        read("email:x status:locked pw.age>9d").sensitive_field(),
        None
    );
}

#[test]
fn limits_hold_without_overflow() {
    let nested = |depth: usize| "(".repeat(depth) + "a" + &")".repeat(depth);
    assert_eq!(filter(&nested(32)), word("a"));
    assert_eq!(
        refusal(&nested(33)),
        "column 33: more than 32 parentheses and negations are nested"
    );
    assert!(refusal(&"(".repeat(65_000)).contains("nested"));
    assert!(refusal(&("-".repeat(65_000) + "a")).contains("nested"));
    assert!(refusal(&"not ".repeat(16_000)).contains("nested"));

    assert_eq!(filter(&"a ".repeat(10_000)).to_string().len(), 19_999);
    assert_eq!(
        refusal(&"a ".repeat(10_001)),
        "column 20001: a filter has at most 10000 words and values"
    );
    assert!(refusal(&format!("role:{}a", "a,".repeat(10_001))).contains("at most 10000"));
    assert!(refusal(&format!("user in ({})", "a ".repeat(10_001))).contains("at most 10000"));
    assert_eq!(
        refusal(&"x".repeat(10_000_000)),
        "column 1: a filter has at most 65536 bytes, this one has 10000000"
    );
}

proptest! {
    #[test]
    fn what_is_written_reads_as_the_same(query in queries()) {
        let text = query.to_string();
        let again = parse(&text, TODAY);
        prop_assert_eq!(again.as_ref(), Ok(&query), "{}", text);
        prop_assert_eq!(again.unwrap().to_string(), text);
    }

    #[test]
    fn any_text_is_read_or_refused(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn any_mixture_of_its_words_is_read_or_refused(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "a", "田", " ", "(", ")", "\"", "\\", ":", ",", "-", "<", ">=", "=", "/*", ".age",
                "or", "not", "and", "user", "in", "status:locked", "role", "unit:", "is:",
                "sort:", "limit:", "created", "2026-01-01", "90d", "never", "failures", "5",
            ]),
            0..16,
        ),
    ) {
        check(&parts.concat())?;
        check(&parts.join(" "))?;
    }
}

/// Reading never panics, points into the text or just behind it, and is stable.
fn check(text: &str) -> Result<(), TestCaseError> {
    match parse(text, TODAY) {
        Ok(query) => {
            let canonical = query.to_string();
            prop_assert_eq!(parse(&canonical, TODAY), Ok(query), "{}", canonical);
        }
        Err(error) => {
            prop_assert!(
                (1..=text.chars().count() + 1).contains(&error.column),
                "{}",
                error
            );
            prop_assert!(error.to_string().chars().count() < 300);
        }
    }
    Ok(())
}

fn queries() -> impl Strategy<Value = Query> {
    let keys = proptest::sample::subsequence(SortKey::ALL.to_vec(), 0..4);
    let direction = prop_oneof![Just(Direction::Ascending), Just(Direction::Descending)];
    let sort = keys.prop_flat_map(move |keys| {
        keys.into_iter()
            .map(|key| (Just(key), direction.clone()))
            .collect::<Vec<_>>()
    });
    (filters(), sort, proptest::option::of(1..=u32::MAX)).prop_map(|(filter, sort, limit)| Query {
        filter,
        sort,
        limit,
    })
}

fn filters() -> impl Strategy<Value = Filter> {
    leaves().prop_recursive(4, 24, 4, |inner| {
        let several = proptest::collection::vec(inner.clone(), 1..4);
        prop_oneof![
            several.clone().prop_map(Filter::and),
            several.prop_map(Filter::or),
            inner.prop_map(Filter::not),
        ]
    })
}

fn leaves() -> impl Strategy<Value = Filter> {
    let text = || {
        proptest::string::string_regex("[a-zA-Zäß田\\-() \":<>=,\\\\/*.|]{1,6}|or|AND|not|user|in")
            .unwrap()
            .prop_filter("blank", |text| !text.trim().is_empty())
    };
    let names = || proptest::collection::vec(text().prop_map(|name| at(0, name)), 1..3);
    let unit = (text(), any::<bool>()).prop_map(|(name, below)| UnitName {
        name: at(0, name),
        below,
    });
    let operator = || proptest::sample::select(Operator::ALL);
    let order = proptest::sample::select(&Operator::ALL[1..]);
    let dates = || proptest::sample::select(DateField::ALL).prop_map(|field| at(0, field));
    let optional = || proptest::sample::select(OptionalField::ALL).prop_map(|field| at(0, field));
    let source = prop_oneof![Just(RoleSource::Effective), Just(RoleSource::Direct)];
    let how = prop_oneof![Just(Match::Contains), Just(Match::Whole)];
    prop_oneof![
        text().prop_map(Filter::Word),
        proptest::collection::vec(proptest::sample::select(&Status::ALL[..]), 1..3)
            .prop_map(Filter::Status),
        proptest::collection::vec(proptest::sample::select(&Kind::ALL[..]), 1..3)
            .prop_map(Filter::Kind),
        (
            proptest::sample::select(TextField::ALL),
            how,
            proptest::collection::vec(text(), 1..3)
        )
            .prop_map(|(field, how, texts)| Filter::Text {
                field: at(0, field),
                how,
                texts
            }),
        names().prop_map(Filter::Organization),
        proptest::collection::vec(unit, 1..3).prop_map(Filter::Unit),
        (source, names()).prop_map(|(source, names)| Filter::Role { source, names }),
        names().prop_map(Filter::RoleVia),
        names().prop_map(Filter::Group),
        names().prop_map(Filter::Manager),
        (operator(), any::<u32>())
            .prop_map(|(operator, count)| Filter::Failures { operator, count }),
        (dates(), operator(), 0_i32..20_000).prop_map(|(field, operator, days)| Filter::Date {
            field,
            operator,
            date: date(1970, 1, 1)
                .checked_add(jiff::Span::new().days(days))
                .unwrap(),
        }),
        (dates(), order, 0_i64..5_000_000).prop_map(|(field, operator, minutes)| Filter::Age {
            field,
            operator,
            seconds: minutes * 60
        }),
        proptest::sample::select(Is::ALL).prop_map(Filter::Is),
        optional().prop_map(Filter::No),
        optional().prop_map(Filter::Has),
        names().prop_map(Filter::UserIn),
    ]
}
