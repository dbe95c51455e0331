//! Plans of memberships: several changes at once, the way back, and everything checked again when a chunk runs.

use crate::support::engine::Engine;
use crate::support::members::{change_members, group, plan_members, reasons, role};
use crate::support::refusal::{denied, missing, rule, users};
use crate::support::town::{Town, a_group, a_role, a_user, confirm, policy};
use rstest::rstest;
use wardroom::domain::permission::{Level, Permission, Resource, Verb};
use wardroom::service::jobs::Direction::{Add, Remove};
use wardroom::service::jobs::{
    ConfirmPlan, Confirmation, HolderKind, Job, JobState, MakePlan, MemberChange, MembershipRow,
    Memberships, MembershipsPage, Operation, PauseJob, Plan, PlanMembers, PlanTargets, ResumeJob,
    RunChunk, ShowJob, TargetChoice, Targets, UndoJob, run_job,
};
use wardroom::service::{Against, Consent, Lack, Result, Session};
use wardroom::store::sql::Sql;

async fn planned(town: &Town, session: &Session, changes: &[MemberChange], names: &[&str]) -> Plan {
    plan_members(town, session, changes, users(names))
        .await
        .unwrap()
}

async fn undo(town: &Town, session: &Session, plan: &Plan) -> Plan {
    let undo = UndoJob { job: plan.id };
    town.service.perform(session, undo).await.unwrap()
}

async fn show(town: &Town, session: &Session, plan: &Plan) -> Job {
    let show = ShowJob { job: plan.id };
    town.service.ask(session, show).await.unwrap()
}

/// `mem Acme/Crew`, of groups and of roles.
async fn memberships(town: &Town, name: &str) -> Vec<String> {
    let sql = "select g.name from group_users m join groups g on g.id = m.group_id
            join users u on u.id = m.user_id where u.username = $1
         union all
         select r.name from user_roles m join roles r on r.id = m.role_id
            join users u on u.id = m.user_id where u.username = $1 order by 1";
    town.texts(Sql::new(sql).bind(name)).await
}

/// Each target as `mem: before -> after: verdict note: result result note`.
async fn targets(town: &Town, session: &Session, plan: &Plan) -> Vec<String> {
    let list = PlanTargets {
        job: plan.id,
        choice: TargetChoice::All,
        after: 0,
        limit: 100,
    };
    let list = town.service.ask(session, list).await.unwrap();
    list.iter()
        .map(|target| {
            let ended = format!("{} {}", target.result, target.result_note);
            format!(
                "{}: {} -> {}: {} {}: {}",
                target.username,
                target.before,
                target.after,
                target.verdict,
                target.note,
                ended.trim()
            )
        })
        .collect()
}

async fn scene(town: &Town) {
    a_group().named("Crew").insert(town).await;
    a_group().named("Choir").insert(town).await;
    a_role().named("Clerk").insert(town).await;
    a_user()
        .named("bob")
        .with_role("Member")
        .in_group("Choir")
        .insert(town)
        .await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn change_several_at_once_and_go_back_as_one(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    let ada = town.sign_in("ada").await;
    let changes = [
        group("Choir", Remove),
        group("Crew", Add),
        role("Clerk", Add),
    ];
    let plan = planned(&town, &ada, &changes, &["bob", "mem", "ada"]).await;
    assert_eq!(plan.title, "Change 5 memberships of 2 users");
    assert_eq!((plan.operation, plan.tier), (Operation::Members, 2));
    assert_eq!(
        (plan.targets, plan.will_change, plan.already, plan.refused),
        (9, 5, 2, 2)
    );
    assert_eq!(
        reasons(&plan.refusals),
        [
            "ada: is yourself: another administrator has to do it (the group \"Crew\")",
            "ada: is yourself: another administrator has to do it (the role \"Clerk\")",
        ]
    );
    assert_eq!(
        targets(&town, &ada, &plan).await[2..6],
        [
            "ada: not a member of Choir -> : already is not a member: ",
            "bob: not a member -> member of Crew: change : ",
            "bob: not a member -> member of Clerk: change : ",
            "bob: member -> not a member of Choir: change : ",
        ]
    );
    let version = town.record("bob").await.version;
    let job = town.run(&ada, &plan).await;
    assert_eq!(
        (job.state, job.done, job.undoable),
        (JobState::Done, 5, true)
    );
    assert_eq!(memberships(&town, "bob").await, ["Clerk", "Crew", "Member"]);
    assert_eq!(memberships(&town, "mem").await, ["Clerk", "Crew", "Member"]);
    assert_eq!(town.record("bob").await.version, version + 1);
    // One row for each user and change, and one for each group and role.
    assert_eq!(
        town.audit("user_group_removed").await,
        [r#"done bob {"group":["Choir",""]}"#]
    );
    assert_eq!(town.audit("user_role_added").await.len(), 2);
    assert_eq!(
        town.audit("group_members_added").await,
        [r#"done Crew {"added":["bob","mem"],"changed":2}"#]
    );

    let back = undo(&town, &ada, &plan).await;
    assert_eq!(
        back.title,
        format!(
            "Change 5 memberships of 2 users (undo of job {})",
            plan.id.0
        )
    );
    assert_eq!((back.will_change, back.refused, back.tier), (5, 0, 2));
    town.run(&ada, &back).await;
    assert_eq!(memberships(&town, "bob").await, ["Choir", "Member"]);
    assert_eq!(memberships(&town, "mem").await, ["Member"]);
    let first = show(&town, &ada, &plan).await;
    assert_eq!(
        (first.state, first.undone_by),
        (JobState::Undone, Some(back.id))
    );
    // The undo is a job like every other.
    let again = undo(&town, &ada, &back).await;
    town.run(&ada, &again).await;
    assert_eq!(memberships(&town, "bob").await, ["Clerk", "Crew", "Member"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_taken_back_but_for_what_changed_since(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    let ada = town.sign_in("ada").await;
    let joined = planned(&town, &ada, &[group("Crew", Add)], &["mem", "lars", "lena"]).await;
    town.run(&ada, &joined).await;
    let left = [group("Crew", Remove)];
    let yes = Consent::count(1);
    change_members(&town, &ada, &left, users(&["lars"]), yes)
        .await
        .unwrap();
    town.perform(&ada, Operation::Delete, &["lena"]).await;
    let back = undo(&town, &ada, &joined).await;
    assert_eq!((back.will_change, back.refused), (1, 2));
    assert_eq!(
        back.title,
        format!(
            "Remove 1 user from the group \"Crew\" (undo of job {})",
            joined.id.0
        )
    );
    assert_eq!(
        reasons(&back.refusals),
        [
            "lars: was changed by somebody else since",
            "lena: is deleted: restore the user first"
        ]
    );
    town.run(&ada, &back).await;
    assert_eq!(memberships(&town, "mem").await, ["Member"]);
    // What was taken back only in part can be taken back again.
    assert_eq!(show(&town, &ada, &joined).await.state, JobState::Done);

    let sang = planned(&town, &ada, &[group("Choir", Remove)], &["bob"]).await;
    town.run(&ada, &sang).await;
    town.execute(Sql::new("delete from groups where name = 'Choir'"))
        .await;
    let back = undo(&town, &ada, &sang).await;
    assert_eq!(
        reasons(&back.refusals),
        ["bob: can't be changed: the group \"Choir\" was deleted"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn that_changed_meanwhile_are_conflicts(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    let ada = town.sign_in("ada").await;
    let changes = [group("Crew", Add), group("Choir", Remove)];
    let plan = planned(&town, &ada, &changes, &["mem", "bob", "lars", "edie"]).await;
    assert_eq!(plan.will_change, 5);
    let meanwhile = [group("Crew", Add), group("Choir", Remove)];
    let other = planned(&town, &ada, &meanwhile, &["mem", "bob"]).await;
    town.run(&ada, &other).await;
    town.perform(&ada, Operation::Delete, &["lars"]).await;
    let job = town.run(&ada, &plan).await;
    assert_eq!((job.state, job.done, job.failed), (JobState::Partial, 1, 4));
    let told = targets(&town, &ada, &plan).await;
    for told in told.iter().filter(|told| told.contains(": change ")) {
        let ended = match told.split(':').next().unwrap() {
            "edie" => "done",
            "lars" => "failed is deleted: restore the user first",
            _ => "conflict was changed by somebody else since the plan",
        };
        assert!(told.ends_with(ended), "{told}");
    }
    assert_eq!(memberships(&town, "mem").await, ["Crew", "Member"]);
    assert_eq!(memberships(&town, "edie").await, ["Authors", "Crew"]);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn go_on_after_a_prefix_and_nothing_is_done_twice(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    town.crowd(3_003).await;
    let ada = town.sign_in("ada").await;
    // Two rows for each: the first chunk ends between the two of one user.
    let changes = [role("Member", Remove), role("Clerk", Add)];
    let crowd = Targets::Filter("crowd".to_owned());
    let plan = plan_members(&town, &ada, &changes, crowd).await.unwrap();
    assert_eq!((plan.will_change, plan.tier), (6_006, 4));
    town.confirm(&ada, &plan).await;
    let (job, chunk) = (plan.id, RunChunk { job: plan.id });
    let first = town.service.perform(&ada, chunk.clone()).await.unwrap();
    assert_eq!((first.state, first.done), (JobState::Running, 5_000));
    let paused = town.service.perform(&ada, PauseJob { job }).await.unwrap();
    assert_eq!(paused.state, JobState::Paused);
    let still = town.service.perform(&ada, chunk).await.unwrap();
    assert_eq!(still.done, 5_000);
    town.service.perform(&ada, ResumeJob { job }).await.unwrap();
    let other = town.second_service(policy()).await;
    let (one, two) = tokio::join!(
        run_job(&town.service, &ada, job, |_| {}),
        run_job(&other, &ada, job, |_| {}),
    );
    for job in [one.unwrap(), two.unwrap()] {
        assert_eq!(
            (job.state, job.done, job.failed),
            (JobState::Done, 6_006, 0)
        );
    }
    let wrong = "select count(*) from users u where u.username like 'crowd%' and (
            select count(*) from user_roles m join roles r on r.id = m.role_id
            where m.user_id = u.id and r.name = 'Clerk') <> 1
        or u.username like 'crowd%' and exists (
            select 1 from user_roles m join roles r on r.id = m.role_id
            where m.user_id = u.id and r.name = 'Member')";
    assert_eq!(town.int(Sql::new(wrong)).await, 0);
    assert_eq!(town.audit("user_role_added").await.len(), 3_003);
    assert_eq!(town.audit("user_role_removed").await.len(), 3_003);
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_checked_again_when_they_run(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    a_role()
        .named("Keeper")
        .allows("view members", "role", Level::All)
        .allows("view members", "group", Level::All)
        .allows("view unlock", "user", Level::All)
        .allows("view", "job", Level::Own)
        .insert(&town)
        .await;
    a_role()
        .named("Badge")
        .allows("view", "user", Level::Organization)
        .insert(&town)
        .await;
    a_group()
        .named("Watched")
        .denies("delete", "user")
        .insert(&town)
        .await;
    a_user()
        .named("kim")
        .with_role("Keeper")
        .insert(&town)
        .await;
    let kim = town.sign_in("kim").await;
    let ended = async |plan: &Plan| -> Vec<String> {
        let job = town.run(&kim, plan).await;
        assert_eq!(job.done + job.failed, plan.will_change);
        let rows = targets(&town, &kim, plan).await;
        rows.iter()
            .map(|row| {
                let name = row.split(':').next().unwrap();
                format!("{name}: {}", row.rsplit(": failed ").next().unwrap())
            })
            .collect()
    };
    // What it gives has grown since.
    let plan = planned(&town, &kim, &[role("Badge", Add)], &["mem"]).await;
    town.execute(Sql::new(
        "update rules set actions = 'delete' where role_id = (select id from roles where name = 'Badge')",
    ))
    .await;
    let told = ended(&plan).await;
    assert!(
        told[0].starts_with("mem: The role \"Badge\" gives user:delete at level organization"),
        "{told:?}"
    );
    // Without the deny of the group others could do it.
    let plan = planned(
        &town,
        &kim,
        &[group("Crew", Remove), group("Watched", Remove)],
        &["mem"],
    )
    .await;
    assert_eq!(plan.will_change, 0);
    // Somebody has come to power.
    let plan = planned(&town, &kim, &[group("Crew", Add)], &["mem", "lars"]).await;
    give(&town, "mem", "Administrator").await;
    let told = ended(&plan).await;
    assert!(told[1].starts_with("mem: holds "), "{told:?}");
    assert!(
        told[0].starts_with("lars: ") && told[0].ends_with("done"),
        "{told:?}"
    );
    // The last role but this one is gone.
    let plan = planned(&town, &kim, &[role("Member", Remove)], &["bob"]).await;
    assert_eq!((plan.will_change, plan.refused), (0, 1));
    give(&town, "bob", "Clerk").await;
    let plan = planned(&town, &kim, &[role("Member", Remove)], &["bob"]).await;
    take(&town, "bob", "Clerk").await;
    assert_eq!(
        ended(&plan).await,
        ["bob: would have no role left: give the user another role first"]
    );
    // The group is gone.
    let plan = planned(&town, &kim, &[group("Choir", Remove)], &["bob"]).await;
    town.execute(Sql::new("delete from groups where name = 'Choir'"))
        .await;
    let told = ended(&plan).await;
    assert!(told[0].starts_with("bob: "), "{told:?}");
    assert!(
        told[0].contains("was changed by somebody else") || told[0].contains("was deleted"),
        "{told:?}"
    );
    // The right is gone.
    let plan = planned(&town, &kim, &[group("Crew", Add)], &["lena"]).await;
    town.confirm(&kim, &plan).await;
    town.execute(Sql::new(
        "delete from rules where actions = 'view members' and resource = 'group'",
    ))
    .await;
    let chunk = RunChunk { job: plan.id };
    assert_eq!(
        denied(town.service.perform(&kim, chunk).await),
        "group:members"
    );
    assert_eq!(memberships(&town, "lena").await, ["Member"]);
    town.verify().await;
}

async fn give(town: &Town, user: &str, role: &str) {
    let sql = Sql::new(
        "insert into user_roles (user_id, role_id)
         select u.id, r.id from users u cross join roles r where u.username = $1 and r.name = $2",
    );
    assert_eq!(town.execute(sql.bind(user).bind(role)).await, 1);
}

async fn take(town: &Town, user: &str, role: &str) {
    let sql = Sql::new(
        "delete from user_roles where user_id = (select id from users where username = $1)
           and role_id = (select id from roles where name = $2)",
    );
    assert_eq!(town.execute(sql.bind(user).bind(role)).await, 1);
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn never_cost_the_last_administrator_in_a_chunk(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    a_role()
        .named("Everything")
        .allows("*", "*", Level::All)
        .allows("view-sensitive", "*", Level::All)
        .insert(&town)
        .await;
    a_group()
        .named("Watched")
        .denies("*", "role")
        .insert(&town)
        .await;
    for (name, role) in [("root", "Everything"), ("abe", "Administrator")] {
        a_user().named(name).with_role(role).insert(&town).await;
    }
    give(&town, "ada", "Member").await;
    let root = town.sign_in("root").await;
    let last = "failed is the last administrator who can sign in: give the role Administrator to somebody else first";
    let changes = [[role("Administrator", Remove)], [group("Watched", Add)]];
    let mut plans = Vec::new();
    for change in &changes {
        let plan = planned(&town, &root, change, &["ada"]).await;
        assert_eq!((plan.will_change, plan.privileged), (1, 1));
        plans.push(plan);
    }
    town.perform(&root, Operation::Disable, &["abe"]).await;
    for plan in &plans {
        let job = town.run(&root, plan).await;
        assert_eq!((job.done, job.failed), (0, 1));
        let told = targets(&town, &root, plan).await;
        assert!(told[0].ends_with(last), "{told:?}");
    }
    assert_eq!(
        memberships(&town, "ada").await,
        ["Administrator", "Member", "Sensitive data"]
    );
    // Who gives it to another in the same plan leaves one behind.
    let refused = planned(&town, &root, &changes[0], &["ada"]).await;
    assert_eq!((refused.will_change, refused.refused), (0, 1));
    let hand_over = [role("Administrator", Remove), group("Administrators", Add)];
    let plan = planned(&town, &root, &hand_over, &["ada", "mem"]).await;
    assert_eq!((plan.will_change, plan.tier), (3, 4));
    assert_eq!(town.run(&root, &plan).await.done, 3);
    assert_eq!(
        memberships(&town, "ada").await,
        ["Administrators", "Member", "Sensitive data"]
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn give_and_take_roles_as_one(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    let ada = town.sign_in("ada").await;
    let swap = [role("Member", Remove), role("Clerk", Add)];
    let plan = planned(&town, &ada, &swap, &["mem", "lars"]).await;
    assert_eq!((plan.will_change, plan.refused), (4, 0));
    town.run(&ada, &plan).await;
    assert_eq!(memberships(&town, "mem").await, ["Clerk"]);
    give(&town, "mem", "Editor").await;
    let both = [role("Clerk", Remove), role("Editor", Remove)];
    let plan = planned(&town, &ada, &both, &["mem"]).await;
    assert_eq!((plan.will_change, plan.refused), (0, 2));
    assert_eq!(
        reasons(&plan.refusals)[0],
        "mem: would have no role left: give the user another role first (the role \"Clerk\")"
    );
    // Of two roles one may go, and with the other one kept both are safe.
    let plan = planned(&town, &ada, &both[..1], &["mem"]).await;
    assert_eq!(plan.will_change, 1);
    let back = undo(&town, &ada, &plan_of(&town, &ada, &swap, "lena").await).await;
    assert_eq!((back.will_change, back.refused), (2, 0));
    town.run(&ada, &back).await;
    assert_eq!(memberships(&town, "lena").await, ["Member"]);
    town.verify().await;
}

/// A plan that ran.
async fn plan_of(town: &Town, session: &Session, changes: &[MemberChange], name: &str) -> Plan {
    let plan = planned(town, session, changes, &[name]).await;
    town.run(session, &plan).await;
    plan
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn ask_as_much_as_they_weigh(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    town.crowd(40).await;
    let ada = town.sign_in("ada").await;
    let crowd = |number: usize| -> Vec<String> {
        (1..=number)
            .map(|number| format!("crowd{number}"))
            .collect()
    };
    let tier = async |changes: &[MemberChange], names: Vec<String>, hidden: i64| -> i64 {
        let plan = PlanMembers {
            hidden,
            ..PlanMembers::new(Targets::Names(names), changes.to_vec())
        };
        town.service.perform(&ada, plan).await.unwrap().tier
    };
    let one = |name: &str| vec![name.to_owned()];
    assert_eq!(tier(&[group("Crew", Add)], one("mem"), 0).await, 1);
    assert_eq!(tier(&[group("Choir", Remove)], one("bob"), 0).await, 2);
    assert_eq!(tier(&[group("Crew", Add)], crowd(2), 0).await, 2);
    let two = [group("Crew", Add), role("Clerk", Add)];
    assert_eq!(tier(&two, one("mem"), 0).await, 2);
    assert_eq!(tier(&[group("Crew", Add)], one("hana"), 0).await, 3);
    assert_eq!(tier(&[group("Crew", Add)], one("mem"), 1).await, 3);
    assert_eq!(tier(&[role("Administrator", Add)], one("mem"), 0).await, 4);
    assert_eq!(
        tier(&[group("Administrators", Add)], one("mem"), 0).await,
        4
    );
    // Thirty of sixty are a large part of the organization, be it of fifteen users.
    assert_eq!(tier(&[group("Crew", Add)], crowd(30), 0).await, 4);
    assert_eq!(tier(&two, crowd(15), 0).await, 4);
    // Nothing to do asks nothing.
    assert_eq!(tier(&[role("Administrator", Add)], one("ada"), 0).await, 1);

    let plan = planned(&town, &ada, &two, &["mem"]).await;
    let wrong = ConfirmPlan {
        confirmation: Confirmation::Count(1),
        ..confirm(plan.id)
    };
    let said = town.service.perform(&ada, wrong).await.unwrap_err();
    assert!(said.to_string().contains("2 memberships, not 1"), "{said}");
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_planned_only_where_that_makes_sense(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    let ada = town.sign_in("ada").await;
    let plan = async |session: &Session, changes: &[MemberChange]| -> Result<Plan> {
        plan_members(&town, session, changes, users(&["mem"])).await
    };
    let why = rule(plan(&ada, &[]).await);
    assert!(why.contains("no group and no role"), "{why}");
    let none = MakePlan::new(Operation::Members, users(&["mem"]));
    assert_eq!(rule(town.service.perform(&ada, none).await), why);
    let why = rule(plan(&ada, &[group("Crew", Add), group("crew", Remove)]).await);
    assert!(why.starts_with("The group \"Crew\" stands twice"), "{why}");
    let many: Vec<MemberChange> = (0..51).map(|_| group("Crew", Add)).collect();
    assert!(rule(plan(&ada, &many).await).contains("51 groups and roles are too many"));
    assert_eq!(missing(plan(&ada, &[group("Crow", Add)]).await), "group");
    assert_eq!(
        missing(plan_members(&town, &ada, &[group("Crew", Add)], users(&["mum"])).await),
        "user"
    );
    // Each kind wants its own right, whichever comes first.
    a_group().named("Mine").of("Acme").insert(&town).await;
    let manu = town.sign_in("manu").await;
    plan(&manu, &[group("Mine", Add)]).await.unwrap();
    let mixed = [group("Mine", Add), role("Clerk", Add)];
    assert_eq!(denied(plan(&manu, &mixed).await), "role:members");
    assert_eq!(
        denied(plan(&manu, &[group("Crew", Add)]).await),
        "group:members"
    );
    town.verify().await;
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn are_offered_with_counts_and_reasons(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    scene(&town).await;
    a_group()
        .named("Desk")
        .of("Acme")
        .confers("Helpdesk")
        .allows("view", "user", Level::Unit)
        .insert(&town)
        .await;
    a_group().named("Mine").of("Acme").insert(&town).await;
    a_group()
        .named("Bosses")
        .of("Acme")
        .confers("Administrator")
        .insert(&town)
        .await;
    let list = async |session: &Session, kind, search: &str, targets: Targets| {
        let list = Memberships {
            targets,
            kind,
            search: search.to_owned(),
            limit: 20,
        };
        town.service.ask(session, list).await.unwrap()
    };
    let row = |page: &MembershipsPage, name: &str| -> MembershipRow {
        let row = page.rows.iter().find(|row| row.name == name);
        row.cloned().unwrap_or_else(|| panic!("no {name}"))
    };
    let ada = town.sign_in("ada").await;
    let marked = || users(&["bob", "mem", "lars"]);
    let page = list(&ada, HolderKind::Group, "", marked()).await;
    assert_eq!((page.of, page.capped, page.more), (3, false, false));
    let choir = row(&page, "Choir");
    assert_eq!((choir.inside, choir.members.number), (1, 1));
    assert_eq!((choir.gives.as_str(), choir.privileged), ("", false));
    assert_eq!((choir.why_not_add, choir.why_not_remove), (None, None));
    let desk = row(&page, "Acme/Desk");
    assert_eq!(desk.gives, "Helpdesk, 1 rule");
    assert_eq!(
        (desk.inside, desk.privileged, desk.gives_administration),
        (0, true, false)
    );
    assert!(row(&page, "Acme/Bosses").gives_administration);
    let found = list(&ada, HolderKind::Group, "cho", marked()).await;
    assert_eq!(found.rows.len(), 1);

    let page = list(
        &ada,
        HolderKind::Role,
        "",
        Targets::Filter("org:acme".to_owned()),
    )
    .await;
    let member = row(&page, "Member");
    // One of them is of another organization.
    assert_eq!((member.inside, member.members.number), (8, 9));
    assert_eq!(member.gives, "profile");
    assert!(row(&page, "Administrator").gives_administration);

    let manu = town.sign_in("manu").await;
    let page = list(&manu, HolderKind::Group, "", marked()).await;
    let why = |name: &str| {
        row(&page, name)
            .why_not_add
            .map(|against| against.why)
            .unwrap_or_default()
    };
    assert!(why("Acme/Desk").contains("\"Helpdesk\" gives user:sign-out"));
    assert_eq!(why("Acme/Mine"), "");
    assert!(
        why("Acme/Bosses").contains("\"Administrator\" gives"),
        "{}",
        why("Acme/Bosses")
    );
    assert_eq!(row(&page, "Acme/Bosses").why_not_remove, None);
    assert_eq!(why("Choir"), "is outside the reach of your group:members");
    let page = list(&manu, HolderKind::Role, "member", marked()).await;
    let needs = Some(Against {
        why: "needs role:members".to_owned(),
        lack: Lack::right(Permission(Resource::Role, Verb::Members)),
    });
    assert_eq!(
        (&page.rows[0].why_not_add, &page.rows[0].why_not_remove),
        (&needs, &needs)
    );
    town.verify().await;
}
