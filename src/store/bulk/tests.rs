//! The bulk lane on SQLite, on a schema of its own; the real one is loaded by the tests of the demo.

use super::{Bulk, Sink, Table, Value};
use crate::store::{Error, Options, Result};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const TABLES: &[Table] = &[
    Table {
        name: "shelves",
        columns: &["id", "name"],
    },
    Table {
        name: "books",
        columns: &["id", "shelf_id", "title", "lent", "cover"],
    },
];

const SCHEMA: &str = "
    create table shelves (id integer primary key autoincrement, name text not null);
    create table books (
        id integer primary key autoincrement,
        shelf_id bigint references shelves (id),
        title text not null,
        lent boolean not null default false,
        cover blob
    );
    create unique index books_title on books (title);
    create index books_shelf on books (shelf_id);
    create virtual table book_search using fts5 (
        title, content = 'books', content_rowid = 'id', tokenize = 'trigram'
    );
    create trigger books_search_insert after insert on books begin
        insert into book_search (rowid, title) values (new.id, new.title);
    end;
";

struct Library {
    _folder: TempDir,
    path: PathBuf,
}

impl Library {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("library.db");
        let library = Self {
            _folder: folder,
            path,
        };
        let connection = library.connect();
        connection
            .query_row("pragma journal_mode = wal", [], |_| Ok(()))
            .unwrap();
        connection.execute_batch(SCHEMA).unwrap();
        library
    }

    fn connect(&self) -> Connection {
        Connection::open(&self.path).unwrap()
    }

    async fn load(
        &self,
        fill: impl FnOnce(&mut Sink) -> Result<()> + Send + 'static,
    ) -> Result<u64> {
        load(&self.path, fill).await
    }

    fn schema(&self) -> Vec<String> {
        self.texts("select sql from sqlite_master where sql is not null and name not like 'sqlite_%' order by name")
    }

    fn texts(&self, query: &str) -> Vec<String> {
        let connection = self.connect();
        let mut statement = connection.prepare(query).unwrap();
        let rows = statement.query_map([], |row| row.get(0)).unwrap();
        rows.map(rusqlite::Result::unwrap).collect()
    }

    fn number(&self, query: &str) -> i64 {
        self.connect()
            .query_row(query, [], |row| row.get(0))
            .unwrap()
    }
}

async fn load(
    path: &Path,
    fill: impl FnOnce(&mut Sink) -> Result<()> + Send + 'static,
) -> Result<u64> {
    let options = Options::new(&path.display().to_string());
    Bulk::open(&options).await?.load(TABLES, fill).await
}

fn shelf(sink: &mut Sink, id: i64, name: &str) -> Result<()> {
    sink.push(0, &[id.into(), name.into()])
}

fn book(sink: &mut Sink, id: i64, shelf: Option<i64>, title: &str) -> Result<()> {
    let cover = [0, 255, 92];
    sink.push(
        1,
        &[
            id.into(),
            shelf.into(),
            title.into(),
            true.into(),
            Value::Bytes(&cover),
        ],
    )
}

#[tokio::test]
async fn rows_indexes_triggers_and_search_are_there_afterwards() {
    let library = Library::new();
    let schema = library.schema();
    let loaded = library
        .load(|sink| {
            shelf(sink, 1, "tab\there, line\nthere, \\N")?;
            book(sink, 7, Some(1), "Ἰλιάς of Homer")?;
            book(sink, 9, None, "")
        })
        .await
        .unwrap();
    assert_eq!(loaded, 3);
    assert_eq!(
        library.texts("select name from shelves"),
        ["tab\there, line\nthere, \\N"]
    );
    assert_eq!(
        library.texts(
            "select quote(shelf_id) || quote(title) || lent || hex(cover) from books order by id"
        ),
        ["1'Ἰλιάς of Homer'100FF5C", "NULL''100FF5C"]
    );
    assert_eq!(library.schema(), schema);
    assert_eq!(
        library.number("select rowid from book_search where book_search match 'homer'"),
        7
    );
    library
        .connect()
        .execute("insert into books (title) values ('The Odyssey')", [])
        .unwrap();
    assert_eq!(
        library.number("select rowid from book_search where book_search match 'odyssey'"),
        10,
        "ids go on after those that were loaded, and the trigger works again"
    );
    assert_eq!(library.texts("pragma journal_mode"), ["wal"]);
}

#[tokio::test]
async fn many_chunks_load_beside_a_reader() {
    let library = Library::new();
    let reader = library.connect();
    let seen = |reader: &Connection| -> i64 {
        reader
            .query_row("select count(*) from books", [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(seen(&reader), 0);
    let loaded = library
        .load(|sink| {
            shelf(sink, 1, "all")?;
            for id in 1..=40_000 {
                book(sink, id, Some(1), &format!("{id} {}", "long ".repeat(40)))?;
                sink.settle()?;
            }
            Ok(())
        })
        .await
        .unwrap();
    assert_eq!(loaded, 40_001);
    assert_eq!(seen(&reader), 40_000);
}

#[tokio::test]
async fn a_failing_source_leaves_nothing_behind() {
    let library = Library::new();
    let schema = library.schema();
    let error = library
        .load(|sink| {
            shelf(sink, 1, "first")?;
            sink.flush()?;
            Err(Error::Missing)
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Missing), "{error:?}");
    assert_eq!(library.number("select count(*) from shelves"), 0);
    assert_eq!(library.schema(), schema);
}

#[tokio::test]
async fn rows_that_break_a_rule_are_refused_and_leave_nothing_behind() {
    let library = Library::new();
    let twice = library
        .load(|sink| {
            book(sink, 1, None, "same")?;
            book(sink, 2, None, "same")
        })
        .await
        .unwrap_err();
    assert!(
        matches!(&twice, Error::Taken(index) if index == "books_title"),
        "{twice:?}"
    );
    let dangling = library
        .load(|sink| book(sink, 1, Some(5), "on no shelf"))
        .await
        .unwrap_err();
    assert_eq!(
        dangling.to_string(),
        "the database broke one of our own rules: a row of books refers to a record that isn't there"
    );
    let narrow = library
        .load(|sink| sink.push(0, &[Value::Int(1)]))
        .await
        .unwrap_err();
    assert_eq!(
        narrow.to_string(),
        "the database broke one of our own rules: a row of shelves has 1 values for 2 columns"
    );
    assert_eq!(library.number("select count(*) from books"), 0);
}

#[tokio::test]
async fn a_source_stops_when_the_database_refuses() {
    let library = Library::new();
    let error = library
        .load(|sink| {
            loop {
                // Without the refusal this would never end.
                shelf(sink, 1, "again")?;
                sink.flush()?;
            }
        })
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Taken(_)), "{error:?}");
}

#[tokio::test]
async fn a_missing_file_is_not_made() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("nowhere.db");
    let error = load(&path, |_| Ok(())).await.unwrap_err();
    assert!(matches!(error, Error::NoDatabase(_)), "{error:?}");
    assert!(!path.exists());
}
