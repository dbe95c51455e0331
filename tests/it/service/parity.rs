//! The same requests on both engines: the same answers, the same people, the same audit.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::members;
use crate::support::town::{PASSWORD, Town, WRONG, confirm};
use rstest::rstest;
use wardroom::domain::JobId;
use wardroom::domain::user::Profile;
use wardroom::service::Consent;
use wardroom::service::jobs::{
    CancelJob, ConfirmPlan, Confirmation, Direction, MakePlan, MemberChange, Operation, PauseJob,
    PlanMembers, ResumeJob, RunChunk, Targets, UndoJob,
};
use wardroom::service::users::{
    CreateUser, ListUsers, ShowUser, UpdateUser, UserChanges, UserDraft, UserRef, UserSort, WhyNot,
};
use wardroom::service::{Result, Session};
use wardroom::store::Page;
use wardroom::store::sql::{self, Sql};

const NAMES: [&str; 14] = [
    "ada", "hana", "manu", "edie", "mem", "lars", "lena", "dora", "dell", "gus", "new1", "new2",
    "NEW3", "nöb",
];
const FILTERS: [&str; 10] = [
    "",
    "status:locked",
    "-status:active sort:-failures limit:3",
    "org:acme role:member",
    "name:\"doe mem\"",
    "nob or new",
    "failures>0 sort:-failures",
    "is:privileged",
    "status:deleted",
    "statu:x",
];

/// What somebody asks for; the numbers are drawn before, so that both engines are asked the same.
#[derive(Clone, Copy, Debug)]
struct Wish {
    kind: usize,
    operator: usize,
    name: usize,
    other: usize,
    number: usize,
}

fn wishes(seed: u64, number: usize) -> Vec<Wish> {
    let mut dice = Dice::new(seed);
    let mut draw = || Wish {
        kind: dice.below(18),
        operator: dice.below(4),
        name: dice.below(NAMES.len()),
        other: dice.below(NAMES.len()),
        number: dice.below(60),
    };
    (0..number).map(|_| draw()).collect()
}

/// The town, with the sessions of those who work in it and the numbers of their plans.
struct Scene {
    town: Town,
    sessions: Vec<Session>,
    jobs: Vec<JobId>,
}

impl Scene {
    async fn new(engine: Engine) -> Self {
        let town = Town::new(engine).await;
        let mut sessions = Vec::new();
        for name in ["ada", "manu", "hana", "aude"] {
            sessions.push(town.sign_in(name).await);
        }
        Self {
            town,
            sessions,
            jobs: Vec::new(),
        }
    }

    /// The answer in words that name no number of a record: those may have gaps.
    #[expect(
        clippy::too_many_lines,
        reason = "one arm a kind of wish, each of a few lines"
    )]
    async fn grant(&mut self, wish: Wish) -> String {
        let service = self.town.service.clone();
        let session = self.sessions[wish.operator].clone();
        let name = NAMES[wish.name];
        let user = || UserRef::Name(name.to_owned());
        let at = (!self.jobs.is_empty()).then(|| wish.number % self.jobs.len());
        let job = at.map_or(JobId(-1), |at| self.jobs[at]);
        match wish.kind {
            0 => said(self.town.try_sign_in(name, PASSWORD).await, |session| {
                session.username
            }),
            1 | 2 => said(self.town.try_sign_in(name, WRONG).await, |session| {
                session.username
            }),
            3 => {
                self.town
                    .clock
                    .advance(i64::try_from(wish.number).unwrap() * 60);
                String::new()
            }
            4..=6 => {
                let operation = Operation::ALL[wish.number % Operation::ALL.len()];
                let targets = if wish.kind == 4 {
                    Targets::Filter(FILTERS[wish.number % FILTERS.len()].to_owned())
                } else {
                    Targets::Names(vec![name.to_owned(), NAMES[wish.other].to_owned()])
                };
                let plan = service
                    .perform(&session, MakePlan::new(operation, targets))
                    .await;
                if let Ok(plan) = &plan {
                    self.jobs.push(plan.id);
                }
                said(plan, |plan| {
                    format!(
                        "{} {} {:?} {:?}",
                        plan.title, plan.tier, plan.refusals, plan.unknown
                    )
                })
            }
            16 | 17 => {
                let plan = PlanMembers::new(
                    Targets::Names(vec![name.to_owned(), NAMES[wish.other].to_owned()]),
                    memberships(wish),
                );
                let plan = service.perform(&session, plan).await;
                if let Ok(plan) = &plan {
                    self.jobs.push(plan.id);
                }
                said(plan, |plan| {
                    format!("{} {} {:?}", plan.title, plan.tier, plan.refusals)
                })
            }
            7 | 8 => {
                let confirmation = [
                    Confirmation::None,
                    Confirmation::Yes,
                    Confirmation::Count(1),
                ][wish.number % 3];
                let job = ConfirmPlan {
                    confirmation,
                    ..confirm(job)
                };
                said(service.perform(&session, job).await, |job| job.title)
            }
            9 => said(service.perform(&session, RunChunk { job }).await, |job| {
                format!("{:?} {} {}", job.state, job.done, job.failed)
            }),
            10 => {
                let plan = service.perform(&session, UndoJob { job }).await;
                if let Ok(plan) = &plan {
                    self.jobs.push(plan.id);
                }
                said(plan, |plan| {
                    format!("{} {:?}", plan.will_change, plan.refusals)
                })
            }
            11 => {
                let done = match wish.number % 3 {
                    0 => service.perform(&session, PauseJob { job }).await,
                    1 => service.perform(&session, ResumeJob { job }).await,
                    _ => service.perform(&session, CancelJob { job }).await,
                };
                said(done, |job| format!("{:?}", job.state))
            }
            12 => said(service.perform(&session, create(wish)).await, |made| {
                made.username
            }),
            13 => said(service.perform(&session, update(wish)).await, |edited| {
                edited.fields.join(" ")
            }),
            14 => {
                let list = ListUsers {
                    filter: FILTERS[wish.number % FILTERS.len()].to_owned(),
                    sort: UserSort::ALL[wish.number % UserSort::ALL.len()],
                    descending: wish.number.is_multiple_of(2),
                    page: Page::First,
                    limit: 20,
                };
                said(service.ask(&session, list).await, |page| {
                    let names = page
                        .rows
                        .into_iter()
                        .map(|row| format!("{} {}", row.username, row.status));
                    names.collect::<Vec<_>>().join(", ")
                })
            }
            _ => {
                let show = ShowUser {
                    user: user(),
                    sensitive: true,
                };
                let shown = said(service.ask(&session, show).await, |detail| {
                    let mut detail = serde_json::to_value(detail).unwrap();
                    detail.as_object_mut().unwrap().remove("id");
                    detail.to_string()
                });
                let why = said(
                    service.ask(&session, WhyNot { user: user() }).await,
                    |why| format!("{why:?}"),
                );
                format!("{shown} {why}")
            }
        }
    }

    /// Who stands how, and what the audit says, without the numbers of records.
    async fn state(&self) -> Vec<String> {
        let mut state = Vec::new();
        for select in [
            "select u.username || ' ' || u.title || ' ' || u.version || ' ' || s.failures || ' ' || s.locked_at
                || ' ' || s.locked_until || ' ' || s.deleted_at || ' ' || s.sign_in_count || ' ' || s.version
                || ' ' || s.status_rank || case when s.enabled then ' on' else ' off' end
             from users u join user_states s on s.user_id = u.id order by u.username_key",
            "select sequence || ' ' || at || ' ' || operator_name || ' ' || action || ' ' || outcome
                || ' ' || case when target_kind = 'job' then '' else target_name end
             from audit order by sequence",
            "select action || ' ' || state || ' ' || tier || ' ' || total || ' ' || done || ' ' || failed
             from jobs order by id",
            "select position || ' ' || username || ' ' || verdict || ' ' || note || ' ' || result || ' ' || result_note
             from plan_targets order by job_id, position",
            "select u.username || ' ' || r.name from user_roles m join users u on u.id = m.user_id
             join roles r on r.id = m.role_id order by u.username_key, r.name_key",
            "select u.username || ' ' || g.name from group_users m join users u on u.id = m.user_id
             join groups g on g.id = m.group_id order by u.username_key, g.name_key",
            "select name || ' ' || at || ' ' || outcome from sign_in_attempts order by id",
        ] {
            let mut tx = self.town.db.read().await.unwrap();
            state.extend(Sql::new(select).all(&mut tx, sql::text).await.unwrap());
        }
        state
    }
}

fn said<T>(result: Result<T>, words: impl FnOnce(T) -> String) -> String {
    match result {
        Ok(answer) => words(answer),
        // The numbers of jobs may differ.
        Err(error) => error
            .to_string()
            .replace(|letter: char| letter.is_ascii_digit(), "#"),
    }
}

/// A role and a group that somebody gets, loses or swaps.
fn memberships(wish: Wish) -> Vec<MemberChange> {
    let direction = |number: usize| {
        if number.is_multiple_of(2) {
            Direction::Add
        } else {
            Direction::Remove
        }
    };
    let role = ["Member", "Editor", "Helpdesk", "Manager", "Administrator"][wish.number % 5];
    let group = ["Authors", "Administrators", "Sensitive data"][wish.number % 3];
    let mut changes = vec![
        members::role(role, direction(wish.number)),
        members::group(group, direction(wish.number / 2)),
    ];
    changes.truncate(1 + wish.kind % 2);
    changes
}

fn create(wish: Wish) -> CreateUser {
    let username = NAMES[wish.name].to_owned();
    let draft = UserDraft {
        profile: Profile {
            first_name: username.clone(),
            last_name: "New".to_owned(),
            email: format!("mail{}@acme.test", wish.other),
            username,
            ..Profile::default()
        },
        roles: [
            vec![],
            vec!["Helpdesk".to_owned()],
            vec!["nothing".to_owned()],
        ][wish.number % 3]
            .clone(),
        ..UserDraft::default()
    };
    CreateUser {
        draft,
        password: None,
    }
}

fn update(wish: Wish) -> UpdateUser {
    let changes = match wish.number % 4 {
        0 => UserChanges {
            roles: Some(vec!["Member".to_owned()]),
            ..UserChanges::default()
        },
        1 => UserChanges {
            manager: Some(NAMES[wish.other].to_owned()),
            ..UserChanges::default()
        },
        2 => UserChanges {
            profile: vec![("email", format!("mail{}@acme.test", wish.other))],
            ..UserChanges::default()
        },
        _ => UserChanges {
            profile: vec![("title", format!("Title {}", wish.number))],
            expires: wish
                .number
                .is_multiple_of(5)
                .then(|| "2026-11-21".to_owned()),
            ..UserChanges::default()
        },
    };
    UpdateUser {
        user: UserRef::Name(NAMES[wish.name].to_owned()),
        version: None,
        changes,
        consent: Consent::count(1),
    }
}

#[rstest]
#[case(101)]
#[case(102)]
#[case(103)]
#[tokio::test]
async fn both_engines_say_and_do_the_same(#[case] seed: u64) {
    let mut sqlite = Scene::new(Engine::Sqlite).await;
    let mut postgres = Scene::new(Engine::Postgres).await;
    for (round, wish) in wishes(seed, 220).into_iter().enumerate() {
        let (left, right) = (sqlite.grant(wish).await, postgres.grant(wish).await);
        assert_eq!(left, right, "seed {seed}, round {round}: {wish:?}");
        if round % 20 == 0 {
            assert_eq!(
                sqlite.state().await,
                postgres.state().await,
                "seed {seed}, round {round}: {wish:?}"
            );
        }
    }
    let state = sqlite.state().await;
    assert_eq!(state, postgres.state().await);
    let done = state.iter().filter(|row| row.ends_with(" done ")).count();
    assert!(done > 5, "only {done} targets were changed");
    sqlite.town.verify().await;
    postgres.town.verify().await;
}
