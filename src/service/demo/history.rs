//! Sign-in attempts that fit the state of an account.

use super::dice::Dice;
use super::person::{Attempt, SIGNED_IN, State, WRONG_PASSWORD};
use super::places::Site;
use super::{DAY, MINUTE, SECOND};
use std::net::{Ipv4Addr, Ipv6Addr};

/// So many wrong passwords lock.
pub const FAILURES_MAX: i64 = 10;
/// How long attempts are kept.
const KEPT: i64 = 30 * DAY;

/// The last good sign-in, if it is recent, and the failures since, oldest first.
pub fn attempts(dice: &mut Dice, site: &Site, state: &State, now: i64) -> Vec<Attempt> {
    let mut attempts = Vec::new();
    let application = *dice.pick(APPLICATIONS);
    let agent = *dice.pick(AGENTS);
    if state.last_sign_in_at > now - KEPT {
        attempts.push(Attempt {
            at: state.last_sign_in_at,
            outcome: SIGNED_IN,
            application,
            client_address: office(dice, site),
            agent,
        });
    }
    if state.failures == 0 {
        return attempts;
    }
    if state.locked_at > 0 {
        let stranger = dice.chance(600);
        let address = if stranger {
            outside(dice)
        } else {
            office(dice, site)
        };
        // A program guesses every second, a person types.
        let pause = if stranger {
            dice.between(SECOND / 2, 3 * SECOND)
        } else {
            dice.between(6 * SECOND, 20 * SECOND)
        };
        let agent = if stranger {
            *dice.pick(STRANGE_AGENTS)
        } else {
            agent
        };
        attempts.extend(guesses(state, application, &address, agent, pause));
    } else {
        let address = office(dice, site);
        let mut at = now - dice.between(2, 40) * MINUTE;
        at = at.max(state.last_sign_in_at + SECOND);
        for place in 0..state.failures {
            attempts.push(Attempt {
                at: (at + place * 9 * SECOND).min(now),
                outcome: WRONG_PASSWORD,
                application,
                client_address: address.clone(),
                agent,
            });
        }
    }
    attempts
}

/// The wrong passwords that led to a lock, one each pause; the last one locked.
pub fn guesses(
    state: &State,
    application: &'static str,
    address: &str,
    agent: &'static str,
    pause: i64,
) -> impl Iterator<Item = Attempt> {
    let locked_at = state.locked_at;
    (0..state.failures).rev().map(move |before| Attempt {
        at: locked_at - before * pause,
        outcome: WRONG_PASSWORD,
        application,
        client_address: address.to_owned(),
        agent,
    })
}

/// An address in the private network of an office.
pub fn office(dice: &mut Dice, site: &Site) -> String {
    let network = site
        .city
        .bytes()
        .fold(7_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    Ipv4Addr::new(10, network, octet(dice), octet(dice)).to_string()
}

/// An address that belongs to nobody: of the networks kept for examples.
fn outside(dice: &mut Dice) -> String {
    match dice.below(4) {
        0 => Ipv4Addr::new(192, 0, 2, octet(dice)).to_string(),
        1 => Ipv4Addr::new(198, 51, 100, octet(dice)).to_string(),
        2 => Ipv4Addr::new(203, 0, 113, octet(dice)).to_string(),
        _ => {
            let host = u16::from(octet(dice));
            Ipv6Addr::new(0x2001, 0xdb8, u16::from(octet(dice)), 0, 0, 0, 0, host).to_string()
        }
    }
}

fn octet(dice: &mut Dice) -> u8 {
    u8::try_from(dice.between(1, 254)).unwrap_or(1)
}

pub const APPLICATIONS: &[&str] = &[
    "back-office",
    "back-office",
    "web-shop",
    "warehouse",
    "console",
];

pub const AGENTS: &[&str] = &[
    "Firefox 145 on Linux",
    "Firefox 145 on Windows",
    "Chrome 142 on Windows",
    "Chrome 142 on Android",
    "Safari 26 on macOS",
    "Safari 26 on iPhone",
    "Edge 142 on Windows",
];

const STRANGE_AGENTS: &[&str] = &[
    "curl 8.16",
    "python-requests 2.32",
    "Chrome 99 on Windows",
    "",
];
