//! The walk along the chain: what was changed, removed, added or moved.

use super::VERIFY;
use crate::domain::audit::{GENESIS, Hash};
use crate::domain::permission::Permission;
use crate::service::{Error, Look, Query, Result};
use crate::store::{Tx, audit as rows};
use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

/// What a walk along the chain found.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Verification {
    pub rows: i64,
    /// The last sequence and its hash: note it elsewhere, and a cut-off end can be found.
    pub sequence: i64,
    pub head: String,
    /// Empty: every row is as it was written.
    pub findings: Vec<String>,
}

/// Walks the chain from the first row to the last.
#[derive(Clone, Debug, Default)]
pub struct VerifyAudit {
    /// The last head that is known from elsewhere: it must still be in the chain.
    pub known_head: Option<String>,
}

/// Findings after which the walk says no more: one edit breaks every row behind it.
const FINDINGS_MAX: usize = 20;
const WALK_ROWS: i64 = 10_000;

impl Query for VerifyAudit {
    type Output = Verification;

    fn needs(&self) -> Permission {
        VERIFY
    }

    async fn run(self, look: &mut Look) -> Result<Verification> {
        if let Some(head) = &self.known_head
            && !HEXLOWER_PERMISSIVE
                .decode(head.trim().as_bytes())
                .is_ok_and(|hash| hash.len() == GENESIS.len())
        {
            return Err(Error::invalid(
                "head",
                "a head is 64 hexadecimal digits, as audit verify prints it; copy it whole",
            ));
        }
        verify(&mut look.tx, self.known_head.as_deref()).await
    }
}

pub(in crate::service) async fn verify(
    tx: &mut Tx,
    known_head: Option<&str>,
) -> Result<Verification> {
    let known = known_head.map(|text| text.trim().to_ascii_lowercase());
    // What stands before the first place is read too: it would be shown, and it isn't of the chain.
    let mut place = i64::MIN;
    let (mut previous, mut sequence, mut rows_read) = (GENESIS, 0, 0);
    let mut findings = Vec::new();
    let mut known_seen = known
        .as_deref()
        .is_none_or(|known| known == HEXLOWER.encode(&GENESIS));
    loop {
        let list = rows::chain_after(tx, place, WALK_ROWS).await?;
        let Some(end) = list.last().map(|(row, _)| row.sequence) else {
            break;
        };
        for (row, hash) in &list {
            rows_read += 1;
            if row.sequence < 1 {
                findings.push(format!(
                    "row {} ({} on {}) was put before the first row",
                    row.sequence, row.action, row.target_name
                ));
                continue;
            }
            if row.sequence != sequence + 1 {
                findings.push(format!(
                    "rows {} to {} are missing",
                    sequence + 1,
                    row.sequence - 1
                ));
            }
            if row.hash_after(&previous) != *hash {
                findings.push(format!(
                    "row {} ({} on {}) doesn't follow from the row before it: it or its predecessor was changed",
                    row.sequence, row.action, row.target_name
                ));
            }
            known_seen = known_seen || known.as_deref() == Some(HEXLOWER.encode(hash).as_str());
            previous = *hash;
            sequence = row.sequence;
            if findings.len() >= FINDINGS_MAX {
                return finish(tx, rows_read, sequence, previous, findings).await;
            }
        }
        place = end;
    }
    if !known_seen {
        findings.push(
            "the known head is not in the chain: its end was cut off or written anew".to_owned(),
        );
    }
    finish(tx, rows_read, sequence, previous, findings).await
}

async fn finish(
    tx: &mut Tx,
    rows: i64,
    sequence: i64,
    hash: Hash,
    mut findings: Vec<String>,
) -> Result<Verification> {
    let head = rows::head(tx).await?;
    if findings.is_empty() && (head.sequence, head.hash) != (sequence, hash) {
        findings.push(format!(
            "the head says {} rows but the chain ends at {sequence}: its end was cut off",
            head.sequence
        ));
    }
    Ok(Verification {
        rows,
        sequence,
        head: HEXLOWER.encode(&hash),
        findings,
    })
}
