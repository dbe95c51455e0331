//! What is copied, seen on the plain page that shows it again.

use super::harness::Harness;
use super::town::Town;
use crate::support::engine::Engine;
use insta::assert_snapshot;
use rstest::rstest;

/// Copies by these keys, and shows the text.
async fn copied(h: &mut Harness, keys: &str) -> String {
    h.press(keys).await;
    h.sees("sent to the terminal");
    h.press("Y").await;
    let screen = h.screen();
    h.press("esc").await;
    screen
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_cell_a_row_and_the_command_of_the_view(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("name=\"Cathal O'Brien\"")
        .await
        .press("enter right")
        .await;
    assert!(copied(&mut h, "y y").await.contains("Cathal O'Brien\n"));
    assert!(copied(&mut h, "y e").await.contains("c.obrien@acme.test"));
    assert!(copied(&mut h, "y i").await.contains("5\n"));
    let row = copied(&mut h, "y r").await;
    assert!(
        row.contains("c.obrien  Cathal O'Brien  c.obrien@acme.test"),
        "{row}"
    );
    h.press("S").await;
    let command = copied(&mut h, "y l").await;
    assert!(
        command.contains(r#"wardroom user list --filter 'name="Cathal O'\''Brien"' --sort -name"#),
        "{command}"
    );
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn the_marked_as_json_and_csv(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.town
        .sql("update users set email = '=cmd@acme.test' where username = 'b.tanaka'")
        .await;
    h.press("/")
        .await
        .type_text("tanaka")
        .await
        .press("enter A")
        .await;
    assert_snapshot!("two_as_json", copied(&mut h, "y j").await);
    assert_snapshot!(
        "two_as_csv_with_a_guarded_formula",
        copied(&mut h, "y c").await
    );
    h.press("U").await;
    let one = copied(&mut h, "y j").await;
    assert!(
        one.contains("b.tanaka") && !one.contains("k.tanaka"),
        "{one}"
    );
    h.press("/ ctrl-u enter space space").await;
    let csv = copied(&mut h, "y c").await;
    assert!(
        csv.contains("a.ivanova") && csv.contains(",admin,"),
        "{csv}"
    );
    h.press("Y").await;
    assert_snapshot!("the_list_as_a_plain_page", h.screen());
}

#[rstest]
#[case::sqlite(Engine::Sqlite)]
#[case::postgres(Engine::Postgres)]
#[tokio::test]
async fn a_plan_as_a_command_and_the_results_of_a_job(#[case] engine: Engine) {
    let mut h = Harness::signed_in(Town::on(engine).await, "admin").await;
    h.press("/")
        .await
        .type_text("status:locked -root")
        .await
        .press("enter A a u")
        .await;
    let command = copied(&mut h, "y l").await;
    assert!(
        command.contains("wardroom user unlock --filter 'status:locked -root' --yes-count 3"),
        "{command}"
    );
    h.press("esc U space space a u tab").await;
    h.type_text("it's a drill").await.press("tab").await;
    let command = copied(&mut h, "y l").await;
    assert!(
        command.contains(
            r"wardroom user unlock a.ivanova b.tanaka --reason 'it'\''s a drill' --yes-count 2"
        ),
        "{command}"
    );
    h.press("ctrl-s y enter g j").await;
    let results = copied(&mut h, "y j").await;
    assert!(
        results.contains(r#"{"position":1,"username":"a.ivanova""#),
        "{results}"
    );
    let results = copied(&mut h, "y c").await;
    assert!(results.contains("username,name,before,after"), "{results}");
    let command = copied(&mut h, "y l").await;
    assert!(command.contains("wardroom job show 2"), "{command}");
    h.press("Y").await;
    h.sees("Job 2: Unlock 2 users. 2 results.").sees("b.tanaka");
}
