//! The way through the users in the order of a list, a page at a time.

use super::page::{Cursor, Key, Page};
use super::prepared::{Prepared, Walk};
use super::sql::Sql;
use super::users::UserSort;
use super::{Result, Tx};

/// The users of a page, in its order or, going back, against it.
pub(super) async fn cursors(
    tx: &mut Tx,
    prepared: &Prepared,
    (sort, descending): (UserSort, bool),
    page: &Page,
    limit: u32,
) -> Result<Vec<Cursor>> {
    let order = (sort, descending);
    if prepared.unmeasured.is_empty() {
        return measured_cursors(tx, prepared, order, page, limit).await;
    }
    if sort != UserSort::Organization {
        let way = Way::of(prepared, sort, descending, page);
        // One look-up alone is counted at once.
        let rows = match prepared.unmeasured.len() {
            1 => GLANCE_MAX,
            _ => WALK_MAX,
        };
        if let Some(found) = way.walk_to(tx, prepared, limit, rows).await? {
            return Ok(found);
        }
    }
    let measured = prepared.clone().measured(tx).await?;
    measured_cursors(tx, &measured, order, page, limit).await
}

async fn measured_cursors(
    tx: &mut Tx,
    prepared: &Prepared,
    (sort, descending): (UserSort, bool),
    page: &Page,
    limit: u32,
) -> Result<Vec<Cursor>> {
    if sort == UserSort::Organization {
        return walk_organizations(tx, prepared, descending, page, limit).await;
    }
    let way = Way::of(prepared, sort, descending, page);
    if prepared.is_few() || prepared.driver.is_none() {
        return way.walk(tx, prepared, limit, None).await;
    }
    // As far as the candidates are many: to sort them takes as long.
    let rows = prepared.driver_ids.max(WALK_MAX);
    if let Some(found) = way.walk_to(tx, prepared, limit, rows).await? {
        return Ok(found);
    }
    let sorted = Way {
        column: sort.expression(),
        is_sorted: true,
        ..way
    };
    sorted.walk(tx, prepared, limit, None).await
}

/// Rows of the sort order that are walked through before a look-up is counted.
const GLANCE_MAX: i64 = 2_000;
/// Rows of the sort order that are at least walked through before all candidates are sorted instead.
const WALK_MAX: i64 = 10_000;

/// The order of a list, and where a page of it begins.
struct Way<'a> {
    sort: UserSort,
    backward: bool,
    page: &'a Page,
    /// What it is ordered by: a column with an index, or an expression that none is used for.
    column: &'static str,
    id: &'static str,
    /// Whether the candidates are sorted, and no index is walked.
    is_sorted: bool,
}

impl<'a> Way<'a> {
    fn of(prepared: &Prepared, sort: UserSort, descending: bool, page: &'a Page) -> Self {
        Self {
            sort,
            backward: descending != page.is_backward(),
            page,
            column: if prepared.is_few() {
                sort.expression()
            } else {
                sort.column()
            },
            id: if sort.is_of_state() {
                "s.user_id"
            } else {
                "u.id"
            },
            is_sorted: false,
        }
    }

    const fn table(&self) -> Walk {
        if self.sort.is_of_state() {
            Walk::States
        } else {
            Walk::Users
        }
    }

    /// The place that lies so many rows ahead in the sort order; `None` where it ends before.
    async fn look_ahead(&self, tx: &mut Tx, rows: i64) -> Result<Option<Cursor>> {
        let mut sql = Sql::new("select ");
        sql.push(self.id)
            .push(", ")
            .push(self.column)
            .push(match self.table() {
                Walk::Users => " from users u where 1 = 1",
                Walk::States => " from user_states s where 1 = 1",
            });
        self.push_start(&mut sql);
        self.push_order(&mut sql);
        sql.push(" limit 1 offset ").push_value(rows);
        Ok(self.cursors(tx, sql).await?.pop())
    }

    /// A page, where so many rows of the sort order fill it or end before; else nothing.
    async fn walk_to(
        &self,
        tx: &mut Tx,
        prepared: &Prepared,
        limit: u32,
        rows: i64,
    ) -> Result<Option<Vec<Cursor>>> {
        let end = self.look_ahead(tx, rows).await?;
        let found = self.walk(tx, prepared, limit, end.as_ref()).await?;
        let is_full = found.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok((is_full || end.is_none()).then_some(found))
    }

    async fn walk(
        &self,
        tx: &mut Tx,
        prepared: &Prepared,
        limit: u32,
        end: Option<&Cursor>,
    ) -> Result<Vec<Cursor>> {
        let mut sql = Sql::new("select ");
        sql.push(self.id).push(", ").push(self.sort.column());
        if self.is_sorted {
            prepared.push_from_candidates(&mut sql);
        } else {
            prepared.push_from(&mut sql, self.table());
        }
        self.push_start(&mut sql);
        if let Some(end) = end {
            let compared = if self.backward { ") >= (" } else { ") <= (" };
            self.push_compared(&mut sql, compared, end);
        }
        self.push_order(&mut sql);
        sql.push(" limit ").push_value(i64::from(limit));
        self.cursors(tx, sql).await
    }

    fn push_start(&self, sql: &mut Sql) {
        let Some(cursor) = self.page.cursor() else {
            return;
        };
        let inclusive = matches!(self.page, Page::From(_));
        let compared = match (self.backward, inclusive) {
            (true, true) => ") <= (",
            (true, false) => ") < (",
            (false, true) => ") >= (",
            (false, false) => ") > (",
        };
        self.push_compared(sql, compared, cursor);
    }

    fn push_compared(&self, sql: &mut Sql, compared: &'static str, cursor: &Cursor) {
        sql.push(" and (")
            .push(self.column)
            .push(", ")
            .push(self.id)
            .push(compared);
        match &cursor.key {
            Key::Text(key) => sql.push_value(key),
            Key::Int(key) => sql.push_value(*key),
        };
        sql.push(", ").push_value(cursor.id).push(")");
    }

    fn push_order(&self, sql: &mut Sql) {
        let direction = if self.backward { " desc" } else { "" };
        sql.push(" order by ")
            .push(self.column)
            .push(direction)
            .push(", ")
            .push(self.id)
            .push(direction);
    }

    async fn cursors(&self, tx: &mut Tx, sql: Sql) -> Result<Vec<Cursor>> {
        sql.all(tx, |row| {
            let id = row.int()?;
            let key = if self.sort.is_text() {
                Key::Text(row.text()?)
            } else {
                Key::Int(row.int()?)
            };
            Ok(Cursor { key, id })
        })
        .await
    }
}

/// By the organization's name, which no index over users can hold: organization after organization, by id inside.
async fn walk_organizations(
    tx: &mut Tx,
    prepared: &Prepared,
    descending: bool,
    page: &Page,
    limit: u32,
) -> Result<Vec<Cursor>> {
    let backward = descending != page.is_backward();
    let mut organizations = Sql::new("select id from organizations order by name_key")
        .ints(tx)
        .await?;
    if backward {
        organizations.reverse();
    }
    let start = page.cursor().map(|cursor| cursor.key.clone());
    let mut begun = start.is_none();
    let mut cursors = Vec::new();
    for organization in organizations {
        let here = start == Some(Key::Int(organization));
        begun = begun || here;
        let missing = limit.saturating_sub(u32::try_from(cursors.len()).unwrap_or(limit));
        if !begun || missing == 0 {
            continue;
        }
        let inside = prepared.inside(organization);
        let first = if page.is_backward() {
            Page::Last
        } else {
            Page::First
        };
        let page = if here { page } else { &first };
        cursors.extend(
            Way::of(&inside, UserSort::Organization, descending, page)
                .walk(tx, &inside, missing, None)
                .await?,
        );
    }
    Ok(cursors)
}
