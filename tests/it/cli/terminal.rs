//! What is asked on a terminal before something happens to people.

use super::Site;
use crate::support::engine::Engine;
use crate::support::pty::Pty;

async fn site() -> Site {
    let site = Site::new(Engine::Sqlite).await;
    site.add("bob");
    site.add("eve");
    site
}

fn terminal(site: &Site, line: &str) -> Pty {
    let mut command = site.command();
    command.args(shell_words::split(line).unwrap());
    Pty::spawn(command, 100, 30)
}

fn status(site: &Site, name: &str) -> String {
    let user = site
        .run(&format!("user show {name} --output json"))
        .succeeded()
        .json();
    user["status"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_few_want_a_yes() {
    let site = site().await;
    let mut no = terminal(&site, "user disable bob eve");
    no.wait_for("Disable 2 users: 2 will change, 0 already so, 0 refused.");
    no.wait_for("Type yes to go ahead: ");
    no.type_keys("y\r");
    no.wait_for("Not confirmed, so nothing was changed.");
    assert_eq!(no.wait_for_end().code(), Some(6));
    assert_eq!(status(&site, "bob"), "never_signed_in");

    let mut yes = terminal(&site, "user disable bob eve");
    yes.wait_for("Type yes to go ahead: ");
    yes.type_keys("yes\r");
    yes.wait_for("take it back with");
    assert_eq!(yes.wait_for_end().code(), Some(0));
    assert_eq!(status(&site, "bob"), "disabled");
}

#[tokio::test]
async fn erasing_wants_the_deed_the_count_and_a_reason() {
    let site = site().await;
    let mut delete = terminal(&site, "user delete bob eve");
    delete.wait_for("Reason, for the audit: ");
    delete.type_keys("left\r");
    delete.wait_for("Type \"delete 2\" to go ahead: ");
    delete.type_keys("delete 2\r");
    delete.wait_for("take it back with");
    assert_eq!(delete.wait_for_end().code(), Some(0));
    assert_eq!(status(&site, "eve"), "deleted");
}

#[tokio::test]
async fn whoever_interrupts_the_question_leaves_no_plan() {
    let site = site().await;
    let mut asked = terminal(&site, "user disable bob");
    asked.wait_for("Type yes to go ahead: ");
    asked.type_keys("\u{3}");
    assert_eq!(asked.wait_for_end().code(), Some(130));
    assert_eq!(
        site.run("job list --output json").succeeded().stdout,
        "[]\n"
    );
}

#[tokio::test]
async fn names_on_standard_input_leave_nobody_to_ask() {
    let site = site().await;
    site.run_with("user disable -", b"bob\n").ended(6);
}

#[tokio::test]
async fn before_a_deletion_it_is_said_what_it_does() {
    let site = site().await;
    for line in [
        "unit create North",
        "unit create South --parent North",
        "role create Clerk --rule 'allow view on user at own'",
        "role create Clark --rule 'allow view on user at own'",
        "user update bob --unit North --role Clerk",
        "group create Crew",
        "user update eve --group Crew",
    ] {
        site.run(line).succeeded();
    }
    let mut delete = terminal(&site, "unit delete North --move-records-to Main");
    delete.wait_for("1 user goes to Main/Main.");
    delete.wait_for("The unit below it moves up.");
    delete.wait_for("Type the name of the unit Main/North: ");
    delete.type_keys("South\r");
    assert_eq!(delete.wait_for_end().code(), Some(6));
    let mut delete = terminal(&site, "role delete Clerk --move-holders-to Clark");
    delete.wait_for("1 user has it and gets Main/Clark in its place: \"bob\".");
    delete.wait_for("Type the name of the role Main/Clerk: ");
    delete.type_keys("Clerk\r");
    assert_eq!(delete.wait_for_end().code(), Some(0));
    let mut delete = terminal(&site, "group delete Crew");
    delete.wait_for("1 user leaves it: \"eve\".");
    delete.type_keys("Main/Crew\r");
    assert_eq!(delete.wait_for_end().code(), Some(0));
    // Of what can't be done nothing is asked.
    let mut delete = terminal(&site, "unit delete North");
    delete.wait_for("say where they go with --move-records-to UNIT.");
    assert_eq!(delete.wait_for_end().code(), Some(9));
}

#[tokio::test]
async fn before_parts_of_the_catalogue_go_they_are_listed() {
    let site = site().await;
    let file = "[[section]]\nkey = \"media\"\n";
    site.run_with("catalogue import -", file.as_bytes())
        .succeeded();
    std::fs::write(site.path().join("empty.toml"), "").unwrap();
    let mut import = terminal(&site, "catalogue import empty.toml --replace");
    import.wait_for("  section media");
    import.wait_for("This would take 1 section out of the catalogue.");
    import.wait_for("Type the number of parts that will go: ");
    import.type_keys("1\r");
    import.wait_for("Removed: 0 resources, 0 nodes, 1 section and 0 languages.");
    assert_eq!(import.wait_for_end().code(), Some(0));
}

#[tokio::test]
async fn a_table_fits_the_terminal_that_it_goes_to() {
    let site = site().await;
    let mut command = site.command();
    command.args(["user", "list"]);
    let mut list = Pty::spawn(command, 60, 20);
    assert_eq!(list.wait_for_end().code(), Some(0));
    insta::assert_snapshot!(list.screen().contents(), @r"
    USERNAME  NAME      EMAIL     ORGANIZATION  STATUS   LAST
                                                         SIGN IN
    ada       ada Admi  ada@exam  Main          never_s  -
              nistrato  ple.com                 igned_i
              r                                 n
    bob       Jo Doe    bob@exam  Main          never_s  -
                        ple.com                 igned_i
                                                n
    eve       Jo Doe    eve@exam  Main          never_s  -
                        ple.com                 igned_i
                                                n
    ");
}
