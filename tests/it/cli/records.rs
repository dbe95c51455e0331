//! Groups, roles, organizations and units, made, changed and deleted from the command line, on both engines.

use super::Site;
use crate::support::engine::Engine;
use rstest::rstest;
use serde_json::json;

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_company_is_built_and_taken_down(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.run("organization create Globex --description 'Makes rays'")
        .succeeded();
    site.run("unit create Lab --organization Globex")
        .succeeded();
    let bench = site
        .run("unit create Bench --organization Globex --parent Lab --output json")
        .succeeded()
        .json();
    assert_eq!(bench["parent"], "Lab");
    let role = "role create Globex/Clerk --rule 'allow view,edit on user at unit' --rule 'deny delete on user' --output json";
    assert_eq!(site.run(role).succeeded().json()["organization"], "Globex");
    site.run("role create Desk --like Helpdesk --system-wide")
        .succeeded();
    site.run("role create First --description 'Answers the phone'")
        .succeeded();
    for (more, wanted) in [("", "Answers the phone"), ("--description ''", "")] {
        let name = format!("Second{}", wanted.len());
        site.run(&format!("role create {name} --like First {more}"))
            .succeeded();
        let made = site.run(&format!("role show {name} --output json"));
        assert_eq!(made.succeeded().json()["description"], wanted);
    }
    site.run("group create Globex/Benchers --confers Globex/Clerk --unit Globex/Bench")
        .succeeded();
    site.run("user create gus --email gus@globex.test --first-name Gus --last-name Doe --unit Globex/Bench --group Globex/Benchers")
        .succeeded();

    let group = site
        .run("group show Globex/benchers --output json")
        .succeeded()
        .json();
    assert_eq!(group["alias"], "benchers");
    assert_eq!(group["roles"], json!(["Clerk"]));
    assert_eq!(group["members"], json!(["gus"]));
    let role = site
        .run("role show Globex/Clerk --output json")
        .succeeded()
        .json();
    assert_eq!(
        role["rules"],
        json!(["allow view,edit on user at unit", "deny delete on user"])
    );
    assert_eq!(role["groups"], json!(["Globex/Benchers"]));
    let unit = site.run("unit show Bench --output json").succeeded().json();
    assert_eq!(
        (&unit["path"], &unit["users"]),
        (&json!(["Lab"]), &json!(1))
    );
    let list = site
        .run("organization list --output json")
        .succeeded()
        .json();
    assert_eq!(list[0]["name"], "Globex");
    assert_eq!(
        (&list[0]["users"], &list[0]["units"]),
        (&json!(1), &json!(3))
    );

    // What is so already needs no number, and isn't wrong for having one.
    let idle = site.run("group update Globex/Benchers --confers Globex/Clerk --yes-count 3");
    insta::allow_duplicates! {
        insta::assert_snapshot!(idle.said(), @"0: Globex/Benchers is so already; nothing was changed.");
    }
    let elsewhere = site.run("unit create Main/Desk --parent Bench");
    insta::allow_duplicates! {
        insta::assert_snapshot!(elsewhere.said(), @"2: parent: Globex/Bench belongs to another organization; a unit and its parent belong to the same one, here Main.");
    }
    let elsewhere = site.run("unit create Desk --parent Globex/Bench");
    insta::allow_duplicates! {
        insta::assert_snapshot!(elsewhere.said(), @"2: parent: Globex/Bench belongs to another organization; a unit and its parent belong to the same one, here Main; for a unit of Globex add --organization Globex.");
    }
    let refused = site.run("organization delete Globex --yes-count 1");
    insta::allow_duplicates! {
        insta::assert_snapshot!(refused.said(), @r#"9: The organization "Globex" still owns 1 user, 2 units besides its last, 1 group and 1 role; move or delete them first, or disable the organization."#);
    }
    let refused = site.run("unit delete Bench --yes-count 1");
    insta::allow_duplicates! {
        insta::assert_snapshot!(refused.said(), @r#"9: The unit "Bench" still has 1 user and 1 group; say where they go with --move-records-to UNIT."#);
    }
    let refused = site.run("unit delete Bench --move-records-to Bench --yes-count 1");
    insta::allow_duplicates! {
        insta::assert_snapshot!(refused.said(), @r#"9: The records of "Bench" go to another unit of Globex, and "Bench" is this unit itself; name another one."#);
    }
    let told = site
        .run("unit move-owned Globex/Bench --to Lab --dry-run --output json")
        .succeeded()
        .json();
    assert_eq!(
        (&told["users"], &told["groups"], &told["blockers"]),
        (&json!(1), &json!(1), &json!([]))
    );
    let refused = site.run("unit move-owned Globex/Bench --to Bench --dry-run");
    assert_eq!(refused.ended(9).stdout, "");
    let unsaid = site.run("unit move-owned Globex/Bench --to Lab");
    insta::allow_duplicates! {
        insta::assert_snapshot!(unsaid.said(), @"6: This would move 1 user and 1 group to Globex/Lab and wants to be confirmed; nothing was changed. Say how many with --yes-count 2.");
    }
    let moved = site.run("unit move-owned Globex/Bench --to Lab --yes-count 2 --output json");
    assert_eq!(moved.succeeded().json()["to"], "Globex/Lab");
    let moved = site.run("unit move-owned Globex/Lab --to Bench --yes-count 2");
    insta::allow_duplicates! {
        insta::assert_snapshot!(moved.succeeded().stderr, @"1 user and 1 group went from Globex/Lab to Globex/Bench; that is undone by moving what Globex/Bench owns to Globex/Lab.");
    }
    let unsaid = site.run("unit delete Bench --move-records-to Lab");
    insta::allow_duplicates! {
        insta::assert_snapshot!(unsaid.said(), @r#"6: This would delete the unit "Bench" and give 1 user and 1 group to the unit "Lab" and wants to be confirmed; nothing was changed. Say how many with --yes-count 1."#);
    }
    site.run("unit delete Bench --move-records-to Lab --yes-count 1")
        .succeeded();
    let refused = site.run("role delete Globex/Clerk --yes-count 1");
    insta::allow_duplicates! {
        insta::assert_snapshot!(refused.said(), @r#"9: The role "Clerk" is in use by 1 group; say where they go with --move-holders-to ROLE."#);
    }
    let unsaid = site.run("role delete Globex/Clerk --move-holders-to Member");
    insta::allow_duplicates! {
        insta::assert_snapshot!(unsaid.said(), @r#"6: This would delete the role "Globex/Clerk" and give "Member" in its place to 1 group and wants to be confirmed; nothing was changed. Say how many with --yes-count 1."#);
    }
    site.run("role delete Globex/Clerk --move-holders-to Member --yes-count 1")
        .succeeded();
    let gus = site.run("user show gus --output json").succeeded().json();
    assert_eq!(
        (&gus["owner_unit"], &gus["roles"]),
        (&json!("Lab"), &json!(["Member"]))
    );
    let gone = "audit list --filter target:unit/Globex/Bench --until today --output ndjson";
    let told = site.run(gone).succeeded().stdout;
    let deeds: Vec<&str> = told
        .lines()
        .filter_map(|line| {
            ["unit_deleted", "unit_created"]
                .into_iter()
                .find(|deed| line.contains(deed))
        })
        .collect();
    // Three of them were refused, and stand with the unit they were meant for.
    let deleted = ["unit_deleted"; 4];
    assert_eq!(deeds, [&deleted[..], &["unit_created"]].concat());
    site.run("audit list --operator ada --filter operator:ada")
        .ended(2);
    site.run("audit verify").succeeded();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn members_come_and_go(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    for name in ["bob", "eve", "jo"] {
        site.add(name);
    }
    site.run("group create Crew").succeeded();
    site.run("group add-members Crew bob").succeeded();
    let plan = site
        .run("group add-members Crew bob eve jo ada nobody --dry-run --output json")
        .succeeded()
        .json();
    assert_eq!(plan["title"], "Add 2 users to the group \"Main/Crew\"");
    assert_eq!(
        (&plan["will_change"], &plan["already"], &plan["tier"]),
        (&json!(2), &json!(1), &json!(2))
    );
    assert_eq!(plan["refused"][0]["name"], "ada");
    assert_eq!(plan["unknown"], json!(["nobody"]));
    let asked = site.run("group add-members Crew bob eve jo");
    insta::allow_duplicates! {
        insta::assert_snapshot!(asked.said(), @r#"6: Add 2 users to the group "Main/Crew" wants to be confirmed and nothing was changed; look at it with --dry-run, and confirm it with --yes-count 2."#);
    }
    let partly = site
        .run_with(
            "group add-members Crew - --yes-count 2 --output json",
            b"eve\njo\nada\n",
        )
        .ended(8)
        .json();
    assert_eq!(
        (&partly["done"], &partly["refused"]),
        (&json!(2), &json!(1))
    );
    site.run("group add-members Crew --filter 'username:zzz'")
        .ended(3);
    site.run("group add-members Crew nobody").ended(3);
    site.run("group add-members Crew ada").ended(9);
    site.run("group remove-members Crew --filter group:Crew --yes-count 3")
        .succeeded();
    let crew = site.run("group show Crew --output json").succeeded().json();
    assert_eq!(crew["member_count"], 0);

    site.run("role create Clerk --rule 'allow view on unit at organization'")
        .succeeded();
    let given = site
        .run("role add-members Clerk bob --output json")
        .succeeded()
        .json();
    assert_eq!(
        (&given["done"], &given["state"]),
        (&json!(1), &json!("done"))
    );
    // By its number the job is taken back, and the undo by its own.
    let job = &given["id"];
    let undone = site
        .run(&format!("job undo {job} --yes-count 1 --output json"))
        .succeeded()
        .json();
    assert_eq!(
        undone["title"],
        format!("Remove 1 user from the role \"Main/Clerk\" (undo of job {job})")
    );
    site.run(&format!("job undo {} --output json", undone["id"]))
        .succeeded();
    site.run("role remove-members Member eve --yes-count 1")
        .ended(9);
    site.run("role delete Clerk --yes-count 1").ended(9);
    site.run("role remove-members Clerk bob --yes-count 1")
        .succeeded();
    site.run("role delete Clerk --yes-count 1").succeeded();
    site.run("role delete Member --yes-count 1").ended(9);
    site.run("audit verify").succeeded();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn groups_lie_in_groups_and_administrators_are_asked_for(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.add("bob");
    site.run("role create Clerk --rule 'allow view on unit at organization'")
        .succeeded();
    site.run("group create Europe --confers Clerk").succeeded();
    site.run("group create Vienna").succeeded();
    site.run("group add-members Vienna bob").succeeded();
    let told = site.run("group update Europe --member-group Vienna --dry-run");
    assert_eq!(
        told.succeeded().stdout,
        "+ bob gains view on unit at organization\n"
    );
    let table = site.run("can bob view unit --output csv").ended(9);
    insta::allow_duplicates! {
        insta::assert_snapshot!(table.stdout, @"
        allowed,level,because,missing,who_can_grant
        false,,,allow view on unit at unit,ada
        ");
    }
    let can = "can bob view unit --output json";
    assert_eq!(site.run(can).ended(9).json()["allowed"], false);
    site.run("group update Europe --member-group Vienna")
        .succeeded();
    assert_eq!(site.run(can).succeeded().json()["allowed"], true);
    let europe = site.run("group show Europe --output json");
    assert_eq!(
        europe.succeeded().json()["member_groups"],
        json!(["Main/Vienna"])
    );
    site.run("group update Vienna --member-group Europe")
        .ended(9);
    site.run("group update Europe --remove-member-group Vienna")
        .succeeded();
    site.run(can).ended(9);

    let asked = site.run("user update bob --role Member --role Administrator");
    let said = asked.ended(6).stderr;
    let wanted = "make \"bob\" an administrator and wants to be confirmed";
    assert!(said.contains(wanted), "{said}");
    let asks = site.run("user update bob --role Member --role Administrator --dry-run");
    let said = asks.succeeded().stderr;
    assert!(
        said.contains("wants --yes-count 1 and --reason TEXT"),
        "{said}"
    );
    site.run("user update bob --role Member --role Administrator --yes-count 1 --reason holidays")
        .succeeded();
    site.run("user update bob --title Boss --role Member")
        .succeeded();
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[tokio::test]
async fn wrong_words_are_explained(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    let said = |line: &str| site.run(line).said();
    insta::assert_snapshot!(said("role create X --rule 'allow view on usr at all'"), @r#"2: rules: there is no resource "usr"; did you mean user?"#);
    insta::assert_snapshot!(said("role create X --rule 'allow veiw on user at all'"), @r#"2: rules: there is no action "veiw" on user; did you mean view?"#);
    insta::assert_snapshot!(said("role create X --rule 'deny view on user at all'"), @r#"2: rules: a deny has no level, it holds everywhere; leave "at all" out."#);
    insta::assert_snapshot!(said("role create Administrator"), @r#"9: name: "Administrator" is the name of a built-in role; choose another name."#);
    insta::assert_snapshot!(said("role update Manager --description x"), @r#"9: The role "Manager" is built in and can't be edited; make a copy of it with: wardroom role create NAME --like "Manager"."#);
    insta::assert_snapshot!(said("unit create main"), @r#"9: name: "main" is taken by another unit in Main; choose another name."#);
    insta::assert_snapshot!(said("unit create X --parent Y"), @r#"3: There is no unit named "Main/Y" that you may see; list them with: wardroom unit list."#);
    insta::assert_snapshot!(said("unit update Main --parent Main"), @r#"9: parent: "Main" can't be its own parent; choose a unit outside of it."#);
    insta::assert_snapshot!(said("unit update Main --rename main --parent Main"), @r#"9: parent: "Main" can't be its own parent; choose a unit outside of it."#);
    // One word for another name, whatever has it.
    for kind in ["organization", "unit"] {
        site.run(&format!("{kind} update Main --rename Head"))
            .succeeded();
        site.run(&format!("{kind} update Head --rename Main"))
            .succeeded();
    }
    insta::assert_snapshot!(said("group update Administrators"), @"2: There is nothing to change; name a field, as in: --description 'Sells to the south'.");
    insta::assert_snapshot!(said("organization update Main --enabled false"), @r#"9: You work in "Main", so you can't disable it; work in another organization first."#);
    insta::assert_snapshot!(said("group delete Administrators"), @r#"9: The group "Administrators" is built in and can't be deleted; take its members out instead."#);
    site.run("--read-only role create X").ended(9);
}

/// A command's own `--organization` is not the organization to work in.
#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[tokio::test]
async fn working_in_an_organization_is_a_flag_of_its_own(#[case] engine: Engine) {
    let site = Site::new(engine).await;
    site.run("organization create Globex").succeeded();
    site.run("user create gus --email gus@globex.test --first-name Gus --last-name Doe --organization Globex --in Main")
        .succeeded();
    let gus = site.run("user show gus --output json").succeeded().json();
    assert_eq!(gus["organizations"], json!(["Globex", "Main"]));
    site.run("unit list --in Globex").ended(9);
}
