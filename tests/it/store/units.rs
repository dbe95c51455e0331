//! The tree of units and its closure.

use crate::support::dice::Dice;
use crate::support::engine::Engine;
use crate::support::town::{NOON, Town};
use rstest::rstest;
use std::collections::BTreeSet;
use wardroom::domain::{OrganizationId, UnitId};
use wardroom::store::sql::Sql;
use wardroom::store::{named, units};

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn every_new_unit_takes_its_place_in_the_closure(#[case] engine: Engine) {
    let town = Town::new(engine).await;
    let mut dice = Dice::new(5);
    let organization = Sql::new("select id from organizations where name = 'Acme'");
    let organization = OrganizationId(town.int(organization).await);
    let root = Sql::new("select id from units where name = 'Acme'");
    let mut parents = vec![(town.int(root).await, None)];
    let mut tx = town.db.write().await.unwrap();
    for number in 0..40 {
        let parent = dice.pick(&parents).0;
        let name = format!("unit {number}");
        let new = units::NewUnit {
            organization,
            parent: Some(UnitId(parent)),
            name: &name,
            name_key: &name,
        };
        let id = units::add(&mut tx, &new, NOON).await.unwrap();
        parents.push((id.0, Some(parent)));
    }
    for &(unit, _) in &parents[1..] {
        let mut below = BTreeSet::from([unit]);
        // Parents come before their children, so one walk finds all.
        for &(id, parent) in &parents {
            if parent.is_some_and(|parent| below.contains(&parent)) {
                below.insert(id);
            }
        }
        let found = named::division(&mut tx, unit).await.unwrap();
        assert_eq!(found.into_iter().collect::<BTreeSet<_>>(), below);
    }
    tx.commit().await.unwrap();
    town.verify().await;
}
