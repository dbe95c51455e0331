//! The mouse, where it is wanted; the hardware cursor, which follows what has the keys; the clipboard; the mask.

use super::harness::{Harness, options, terminal};
use super::town::{PASSWORD, Town};
use crate::support::engine::Engine;
use insta::assert_snapshot;
use wardroom::config::ClipboardAccess;
use wardroom::tui::Options;
use wardroom::tui::app::Request;
use wardroom::tui::clipboard::Clipboard;
use wardroom::tui::input::Mouse;

#[tokio::test]
async fn the_mouse_is_off_until_it_is_wanted() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.mouse(Mouse::Click(10, 7)).await;
    h.sees(">   a.ivanova");
    h.press("%").await;
    assert_eq!(h.request(), Some(Request::Mouse(true)));
    h.sees("The mouse is on").sees("Shift selects text");
    h.mouse(Mouse::Click(10, 7)).await;
    h.sees(">   c.obrien");
    h.mouse(Mouse::WheelUp).await;
    h.sees(">   a.ivanova");
    h.mouse(Mouse::WheelDown)
        .await
        .mouse(Mouse::WheelDown)
        .await;
    h.sees(">   ed.editor");
    h.mouse(Mouse::Click(10, 20)).await;
    h.sees(">   ed.editor");
    h.press("%").await;
    assert_eq!(h.request(), Some(Request::Mouse(false)));
    h.sees("The mouse is off");
}

#[tokio::test]
async fn a_click_opens_a_tab_but_not_under_a_modal() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("%").await;
    let tabs = h.screen().lines().nth(1).unwrap().to_owned();
    let jobs = u16::try_from(tabs.find("6 Jobs").unwrap()).unwrap();
    h.press(":").await.mouse(Mouse::Click(jobs, 1)).await;
    h.press("esc").await;
    h.sees("[1 Users]");
    h.mouse(Mouse::Click(jobs, 1)).await;
    h.sees("[6 Jobs]");
    h.mouse(Mouse::Click(2, 1)).await;
    h.sees("[1 Users]");
}

#[tokio::test]
async fn the_cursor_is_on_what_has_the_keys() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "admin").await;
    assert_eq!(h.cursor(), Some((0, 4)));
    h.press("down").await;
    assert_eq!(h.cursor(), Some((0, 5)));
    h.press("/").await.type_text("tan").await;
    assert_eq!(h.cursor(), Some((12, 2)));
    h.press("enter").await;
    assert_eq!(h.cursor(), Some((0, 4)));
    h.press("a").await;
    let (x, y) = h.cursor().unwrap();
    assert!(x < 4 && y > 4, "{x} {y}");
    h.press("down").await;
    assert_eq!(h.cursor(), Some((x, y + 1)));
    h.press("d").await;
    let plan = h.cursor().unwrap();
    let screen = h.screen();
    let line = screen.lines().nth(usize::from(plan.1)).unwrap();
    assert!(line.starts_with('>'), "{line}");
    h.press("ctrl-s").await;
    let (x, y) = h.cursor().unwrap();
    let screen = h.screen();
    let line = screen.lines().nth(usize::from(y)).unwrap();
    assert_eq!(line.chars().nth(usize::from(x)), Some('>'), "{line}");
}

/// Signed in as one with a job to look at, on a terminal by this name.
async fn with_a_job(access: ClipboardAccess, term: &str) -> Harness {
    let options = Options {
        clipboard: Clipboard::detect(access, &terminal(term)),
        ..options()
    };
    let mut h = Harness::with(Town::on(Engine::Sqlite).await, options, 80, 24).await;
    h.sign_in("admin", PASSWORD).await;
    h.press("/")
        .await
        .type_text("b.tanaka")
        .await
        .press("enter a u")
        .await;
    h.sees("done: Unlock b.tanaka");
    h.press("g j").await;
    h
}

#[tokio::test]
async fn what_is_copied_goes_to_the_terminal_and_to_a_plain_page() {
    let mut h = with_a_job(ClipboardAccess::Osc52, "tmux-256color").await;
    h.press("y l").await;
    h.sees("the command line: sent to the terminal for its clipboard; Y shows it");
    let bytes = b"\x1bPtmux;\x1b\x1b]52;c;d2FyZHJvb20gam9iIHNob3cgMQ==\x07\x1b\\";
    assert_eq!(h.request(), Some(Request::Copy(bytes.to_vec())));
    h.press("Y").await;
    let shown = h.screen();
    assert_eq!(shown.lines().nth(1), Some("wardroom job show 1"));
    h.press("esc Y").await;
    assert_snapshot!("a_job_as_plain_text", h.screen());
}

#[tokio::test]
async fn a_terminal_without_a_clipboard_is_sent_nothing() {
    for (access, term, why) in [
        (
            ClipboardAccess::Osc52,
            "linux",
            "this terminal has no clipboard",
        ),
        (
            ClipboardAccess::Off,
            "xterm",
            "the configuration has the clipboard off",
        ),
    ] {
        let mut h = with_a_job(access, term).await;
        h.press("y j").await;
        h.sees(why);
        assert_eq!(h.request(), None);
        h.press("Y").await;
        h.sees("\"username\":\"b.tanaka\"");
    }
}

#[tokio::test]
async fn a_mask_hides_people_on_the_screen_and_says_so() {
    let mut h = Harness::signed_in(Town::on(Engine::Sqlite).await, "mkhan").await;
    h.press("P").await;
    h.sees("test-eu  MASKED").sees("C***");
    h.sees_no("Cathal").sees_no("c.obrien@");
    h.press(":").await.type_text("obrien").await;
    h.sees("c.obrien").sees_no("Cathal");
    h.press("enter").await;
    h.sees("User c.obrien")
        .sees_no("Cathal")
        .sees_no("c.obrien@");
    h.press("P").await;
    h.sees("Cathal").sees("c.obrien@").sees_no("MASKED");
}
