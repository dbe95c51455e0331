//! Chance that repeats itself: the same seed gives the same throws on every machine.

use rand::rngs::Xoshiro256PlusPlus;
use rand::{Rng as _, SeedableRng as _};

/// A seeded source of choices. Its arithmetic is our own, because the ranges of `rand` may change between versions.
#[derive(Clone, Debug)]
pub struct Dice(Xoshiro256PlusPlus);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(Xoshiro256PlusPlus::seed_from_u64(seed))
    }

    pub fn throw(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// A number from 0 to `end`, without `end`.
    pub fn below(&mut self, end: usize) -> usize {
        let product = u128::from(self.throw()) * (end as u128);
        usize::try_from(product >> 64).unwrap_or(0)
    }

    /// A number from `start` to `end`, both included.
    pub fn between(&mut self, start: i64, end: i64) -> i64 {
        let width = i128::from(end) - i128::from(start) + 1;
        if width <= 0 {
            return start;
        }
        let product = i128::from(self.throw()) * width;
        start + i64::try_from(product >> 64).unwrap_or(0)
    }

    /// True in so many of a thousand cases.
    pub fn chance(&mut self, per_mille: usize) -> bool {
        self.below(1000) < per_mille
    }

    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        let place = self.below(list.len());
        list.get(place)
            .expect("lists to pick from are never empty, and the place lies below their length")
    }
}
