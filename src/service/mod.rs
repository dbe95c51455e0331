//! The rules, under every door: the only folder that opens a transaction.
//!
//! Every request is a value: an [`Action`] changes something, a [`Query`] only reads. [`Service::perform`] and
//! [`Service::ask`] are the doors: the session and the rights are read, the permission checked, the transaction opened,
//! the audit head locked, the request run, the audit rows written, all of it committed. Sign-in, setup and recovery are
//! the exceptions and have methods of their own.
//!
//! Invariants: nobody outside can make a [`Work`] or a [`Look`]; every store query takes a [`Scope`]; time and randomness
//! come from [`Clock`] and [`Entropy`]; a change without an audit row can't be committed.
//!
//! To add an action: a struct in the folder of its noun with `impl Action`, and a line in the tables of
//! `tests/it/service/denied.rs` and `tests/it/service/every_action`, whose snapshots are read before they are kept.

pub mod access;
pub mod audit;
pub mod catalogue;
mod conferring;
mod consent;
mod deletion;
pub mod demo;
pub mod desk;
pub mod doctor;
mod entropy;
mod error;
pub mod explain;
mod giver;
mod granular;
pub mod groups;
pub mod jobs;
mod names;
mod open;
pub mod organizations;
pub mod password;
mod policy;
mod preferences;
mod records;
pub mod recover;
pub mod reports;
mod revealed;
pub mod roles;
pub mod setup;
mod sight;
pub mod sign_in;
pub mod units;
pub mod users;
mod workplaces;

pub use access::{Permissions, Rights};
pub use audit::Event;
pub use consent::{Asking, Asks, Consent, Edited};
pub use deletion::Deletion;
pub use entropy::Entropy;
pub use error::{Against, Error, FieldError, Lack, Result};
pub use granular::NodeChanges;
pub use password::Secret;
pub use policy::{DeskPolicy, Identification, Lockout, PasswordPolicy, Policy, TicketUse, Tiers};
pub use records::{DESCRIPTION_CHARACTERS_MAX, Home, ListChange, Listed, RecordRef};
pub use sign_in::{Origin, Session, SignIn};
pub use workplaces::Workplace;

pub use crate::store::Error as StoreError;

use crate::clock::Clock;
use crate::domain::permission::Permission;
use crate::domain::{OrganizationId, Time, UserId};
use crate::store::audit::UserChange;
use crate::store::{self, Db, Scope, Tx};
use password::Passwords;
use std::sync::Arc;

/// How often a request is made again when two transactions got in each other's way.
const ATTEMPTS_MAX: u32 = 4;

/// Something that changes records.
pub trait Action: Clone + Send + 'static {
    type Output: Send + 'static;

    /// The right without which it is refused before it begins.
    fn needs(&self) -> Permission;

    /// Its name and target in the audit, where it is denied or fails.
    fn event(&self) -> Event;

    fn run(self, work: &mut Work) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// Something that only reads.
pub trait Query: Send + 'static {
    type Output: Send + 'static;

    /// The right without which it is refused before it begins.
    fn needs(&self) -> Permission;

    fn run(self, look: &mut Look) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The one service under the console and the command line. Cloning it shares the database.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    db: Db,
    clock: Clock,
    entropy: Entropy,
    policy: Policy,
    passwords: Passwords,
}

/// What becomes of what an action did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Commit,
    TakeBack,
}

/// What the audit says of a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Somebody meant to do it.
    Deed,
    Rehearsal,
}

/// An open transaction that writes, on behalf of an operator. Only [`Service::perform`] makes one.
pub struct Work {
    tx: Tx,
    chain: audit::Chain,
    rights: Rights,
    session: Session,
    now: Time,
    service: Service,
    ending: Ending,
}

/// An open transaction that reads, on behalf of an operator. Only [`Service::ask`] makes one, and what asks about the
/// operator alone.
pub struct Look {
    tx: Tx,
    rights: Rights,
    session: Session,
    now: Time,
    service: Service,
    /// What was shown that must not be shown unseen: written to the audit before the answer leaves.
    shown: Vec<Event>,
}

impl Service {
    #[must_use]
    pub fn new(db: Db, clock: Clock, entropy: Entropy, policy: Policy) -> Self {
        let passwords = Passwords::new(&policy.argon2);
        Self {
            inner: Arc::new(Inner {
                db,
                clock,
                entropy,
                policy,
                passwords,
            }),
        }
    }

    #[must_use]
    pub fn now(&self) -> Time {
        self.inner.clock.now()
    }

    #[must_use]
    pub fn policy(&self) -> &Policy {
        &self.inner.policy
    }

    fn refuse_read_only(&self) -> Result<()> {
        if self.inner.policy.read_only {
            Err(Error::ReadOnly)
        } else {
            Ok(())
        }
    }

    /// Does something, in one transaction with its audit rows.
    pub async fn perform<A: Action>(&self, session: &Session, action: A) -> Result<A::Output> {
        self.carry_out(session, action, Ending::Commit, Purpose::Deed)
            .await
    }

    /// As [`Service::perform`], of what is made to be looked at and dropped again: the plan of a dry run. A refusal is
    /// marked as a rehearsal's.
    pub async fn draft<A: Action>(&self, session: &Session, action: A) -> Result<A::Output> {
        self.carry_out(session, action, Ending::Commit, Purpose::Rehearsal)
            .await
    }

    /// Does something and takes it back before anybody sees it: what [`Service::perform`] would say of it, by the very
    /// code that writes. A refusal is audited as that of a deed, marked as a rehearsal's, or it would be a way to ask unseen
    /// which names are taken.
    pub async fn rehearse<A: Action>(&self, session: &Session, action: A) -> Result<A::Output> {
        self.carry_out(session, action, Ending::TakeBack, Purpose::Rehearsal)
            .await
    }

    async fn carry_out<A: Action>(
        &self,
        session: &Session,
        action: A,
        ending: Ending,
        purpose: Purpose,
    ) -> Result<A::Output> {
        self.refuse_read_only()?;
        let mut attempt = 1;
        loop {
            match self.once(session, action.clone(), ending).await {
                Err(error) if error.is_retry() && attempt < ATTEMPTS_MAX => attempt += 1,
                Err(error) => {
                    if error.is_audited() {
                        self.record_refusal(session, action.event(), &error, purpose)
                            .await?;
                    }
                    return Err(error);
                }
                Ok(output) => return Ok(output),
            }
        }
    }

    async fn once<A: Action>(
        &self,
        session: &Session,
        action: A,
        ending: Ending,
    ) -> Result<A::Output> {
        let now = self.now();
        let mut tx = self.inner.db.write().await?;
        let chain = audit::Chain::lock(&mut tx).await?;
        let rights = access::rights(&mut tx, session, now).await?;
        rights.require(&mut tx, action.needs()).await?;
        let mut work = Work {
            tx,
            chain,
            rights,
            session: session.clone(),
            now,
            service: self.clone(),
            ending,
        };
        match action.run(&mut work).await {
            Ok(output) if ending == Ending::Commit => {
                work.chain.commit(work.tx).await?;
                Ok(output)
            }
            Ok(output) => {
                work.tx.rollback().await?;
                Ok(output)
            }
            Err(error) => {
                work.tx.rollback().await?;
                Err(error)
            }
        }
    }

    /// Answers a question.
    pub async fn ask<Q: Query>(&self, session: &Session, query: Q) -> Result<Q::Output> {
        let mut look = self.look(session).await?;
        look.rights.require(&mut look.tx, query.needs()).await?;
        let output = query.run(&mut look).await?;
        let Look { tx, shown, now, .. } = look;
        tx.rollback().await?;
        // A reading that can't be written down isn't shown: to be read-only is the asker's own choice, and no way around.
        if !shown.is_empty() {
            let mut tx = self.inner.db.write().await?;
            let mut chain = audit::Chain::lock(&mut tx).await?;
            for event in shown {
                chain
                    .add(&mut tx, session, now, event, audit::Outcome::Done)
                    .await?;
            }
            chain.commit(tx).await?;
        }
        Ok(output)
    }

    /// Begins to read on behalf of an operator who is still signed in; what they may see is still to be checked.
    async fn look(&self, session: &Session) -> Result<Look> {
        let now = self.now();
        let mut tx = self.inner.db.read().await?;
        let rights = access::rights(&mut tx, session, now).await?;
        Ok(Look {
            tx,
            rights,
            session: session.clone(),
            now,
            service: self.clone(),
            shown: Vec::new(),
        })
    }

    /// What the operator holds in the organization they work in, for menus that show why something is off.
    pub async fn permissions(&self, session: &Session) -> Result<Permissions> {
        let mut tx = self.inner.db.read().await?;
        let rights = access::rights(&mut tx, session, self.now()).await?;
        Ok(rights.permissions())
    }

    /// A number that grows with every change anywhere: lists that are alive ask for it.
    pub async fn change_mark(&self) -> Result<i64> {
        Ok(self.inner.db.change_mark().await?)
    }

    /// How the database looks from outside, where that can be seen: while it stays the same, so does the mark.
    #[must_use]
    pub fn file_stamp(&self) -> Option<store::FileStamp> {
        self.inner.db.file_stamp()
    }

    /// Writes down that something was denied or refused, in a transaction of its own: the first one is rolled back.
    async fn record_refusal(
        &self,
        session: &Session,
        event: Event,
        error: &Error,
        purpose: Purpose,
    ) -> Result<()> {
        let changes = |key, text: &str| match purpose {
            Purpose::Deed => audit::note(key, text),
            Purpose::Rehearsal => audit::note_rehearsed(key, text),
        };
        let (event, outcome) = match error {
            Error::Denied { permission, .. } => {
                let wanted = format!("{} ({permission})", event.action);
                (
                    Event {
                        changes: changes("wanted", &wanted),
                        ..event.named("authz_fail")
                    },
                    audit::Outcome::Denied,
                )
            }
            _ => (
                Event {
                    changes: changes(audit::WHY, &error.to_string()),
                    ..event
                },
                audit::Outcome::Failed,
            ),
        };
        let mut tx = self.inner.db.write().await?;
        let mut event = event;
        if event.is_named {
            names::look_up(&mut tx, session, self.now(), &mut event).await?;
        }
        let mut chain = audit::Chain::lock(&mut tx).await?;
        chain
            .add(&mut tx, session, self.now(), event, outcome)
            .await?;
        chain.commit(tx).await
    }
}

impl Work {
    const fn now(&self) -> Time {
        self.now
    }

    const fn operator(&self) -> UserId {
        self.session.user
    }

    const fn organization(&self) -> OrganizationId {
        self.session.organization
    }

    /// How far a right of the operator reaches; refused where they don't hold it.
    async fn scope(&mut self, permission: Permission) -> Result<Scope> {
        self.rights.require(&mut self.tx, permission).await?;
        Ok(self.rights.scope(permission))
    }

    /// Adds a row to the audit, in this transaction.
    async fn audit(&mut self, event: Event) -> Result<()> {
        self.chain
            .add(
                &mut self.tx,
                &self.session,
                self.now,
                event,
                audit::Outcome::Done,
            )
            .await
    }
}

impl Work {
    /// Adds a row for each of these users to the audit, as one set.
    async fn audit_users(&mut self, event: Event, users: &[UserChange<'_>]) -> Result<()> {
        self.chain
            .add_users(&mut self.tx, &self.session, self.now, event, users)
            .await
    }
}

impl Look {
    const fn now(&self) -> Time {
        self.now
    }

    /// How far a right of the operator reaches; refused where they don't hold it.
    async fn scope(&mut self, permission: Permission) -> Result<Scope> {
        self.rights.require(&mut self.tx, permission).await?;
        Ok(self.rights.scope(permission))
    }
}
