//! What the managed application has: resources, sections and languages. Its nodes are in [`nodes`](super::nodes).

use super::sql::Sql;
use super::{Result, Tx};
use crate::domain::catalogue::{Catalogue, KeyPart, ManagedResource};
use crate::domain::permission::Ownership;

/// Everything that rules can name.
pub async fn load(tx: &mut Tx) -> Result<Catalogue> {
    let resources = Sql::new(
        "select key, label, actions, ownership, privileged from catalogue_resources order by key",
    )
    .all(tx, |row| {
        Ok(ManagedResource {
            key: row.text()?,
            label: row.text()?,
            actions: row.text()?.split_whitespace().map(str::to_owned).collect(),
            // An ownership that nobody knows lets the narrowest level reach least.
            ownership: Ownership::parse(&row.text()?).unwrap_or(Ownership::User),
            privileged: row.boolean()?,
        })
    })
    .await?;
    Ok(Catalogue::new(resources))
}

/// Adds a resource, or writes over the one of the same key.
pub async fn put_resource(tx: &mut Tx, resource: &ManagedResource) -> Result<()> {
    Sql::new(
        "insert into catalogue_resources (key, label, actions, ownership, privileged)
         values ($1, $2, $3, $4, $5)
         on conflict (key) do update set label = excluded.label, actions = excluded.actions,
            ownership = excluded.ownership, privileged = excluded.privileged",
    )
    .bind(&resource.key)
    .bind(&resource.label)
    .bind(resource.actions.join(" "))
    .bind(resource.ownership.as_str())
    .bind(resource.privileged)
    .execute_one(tx)
    .await
}

pub async fn remove_resources(tx: &mut Tx, keys: &[String]) -> Result<()> {
    let mut sql = Sql::new("delete from catalogue_resources where key in ");
    sql.push_texts(keys);
    sql.execute(tx).await.map(drop)
}

/// The parts of an application that groups open, or the languages they work in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    Sections,
    Languages,
}

impl Keys {
    const fn of(self, sections: &'static str, languages: &'static str) -> &'static str {
        match self {
            Self::Sections => sections,
            Self::Languages => languages,
        }
    }
}

pub async fn keys(tx: &mut Tx, kind: Keys) -> Result<Vec<KeyPart>> {
    Sql::new(kind.of(
        "select key, label from catalogue_sections order by key",
        "select key, label from catalogue_languages order by key",
    ))
    .all(tx, |row| {
        Ok(KeyPart {
            key: row.text()?,
            label: row.text()?,
        })
    })
    .await
}

/// Adds a section or language, or writes over the label of the one that is there.
pub async fn put_key(tx: &mut Tx, kind: Keys, part: &KeyPart) -> Result<()> {
    Sql::new(kind.of(
        "insert into catalogue_sections (key, label) values ($1, $2)
         on conflict (key) do update set label = excluded.label",
        "insert into catalogue_languages (key, label) values ($1, $2)
         on conflict (key) do update set label = excluded.label",
    ))
    .bind(&part.key)
    .bind(&part.label)
    .execute_one(tx)
    .await
}

pub async fn remove_keys(tx: &mut Tx, kind: Keys, keys: &[String]) -> Result<()> {
    let mut sql = Sql::new(kind.of(
        "delete from catalogue_sections where key in ",
        "delete from catalogue_languages where key in ",
    ));
    sql.push_texts(keys);
    sql.execute(tx).await.map(drop)
}

/// A group that opens a section or works in a language: (id, name).
pub async fn group_with(tx: &mut Tx, kind: Keys, key: &str) -> Result<Option<(i64, String)>> {
    // A key has none of the characters that JSON escapes, so it stands in the list as it is.
    Sql::new(kind.of(
        "select id, name from groups where sections like $1 order by name_key limit 1",
        "select id, name from groups where languages like $1 order by name_key limit 1",
    ))
    .bind(format!("%\"{}\"%", crate::domain::text::escape_like(key)))
    .optional(tx, |row| Ok((row.int()?, row.text()?)))
    .await
}
