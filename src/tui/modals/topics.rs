//! What the help explains in whole sentences. `{act}` in a text is the key of that action, whatever it is bound to.

use crate::tui::actions::ActionId;
use crate::tui::keys::KeyMap;

pub struct Topic {
    pub title: &'static str,
    /// Other words people look for it by.
    pub synonyms: &'static str,
    /// Paragraphs apart by an empty line; a line that begins with a space is kept as it is.
    text: &'static str,
}

pub const TOPICS: &[Topic] = &[
    Topic {
        title: "Why is an account locked?",
        synonyms: "unlock lockout failures wrong password cannot sign in why-not",
        text: "An account locks itself after too many wrong passwords in a row; how many and for how long is set by the \
            configuration. The list says LOCKED, and the filter status:locked finds them all.

Put the cursor on the person and press {pane}. The pane says since when, after how many attempts, from which address, when the \
            lock ends by itself, and who can help. It names every other reason that stops a sign-in too: disabled, expired, no \
            role, no password.

{act} opens the actions; u unlocks. An unlock keeps the password. One person is unlocked at once, and {undo} takes it back.",
    },
    Topic {
        title: "Unlock somebody",
        synonyms: "release free unblock let in again locked out account caller",
        text: "1. {filter} and a few letters of the name, in any script; Enter keeps the filter.

2. {act} opens what can be done; u unlocks. For one ordinary person it runs at once.

3. {undo} takes it back, as long as nobody changed the person since.

Or press {palette} and type: unlock, a space, and the name.

Several at once: mark them with {mark} before you press {act}. Everybody who is locked: filter by status:locked, press \
            {mark-all}, then {act}.",
    },
    Topic {
        title: "Disable many at once",
        synonyms: "ban block suspend deactivate mass bulk several leavers dormant inactive not signed in stop access",
        text: "1. Filter the list, such as with signed-in.age>180d org:Acme.

2. Mark them one by one with {mark}, or all that match with {mark-all}. Marks stay when you filter, sort or change the tab.

3. {act}, then d for Disable. The plan says who will change, who is refused and why, and which sessions end. Nothing has \
            happened yet.

4. {continue} goes on. For a few a y is enough; for many the number is typed; for the gravest the deed, the number and a reason.

The job runs in steps and can be paused, resumed and taken back with {undo}. Enable (e in the same menu) lets people in again.",
    },
    Topic {
        title: "Let somebody sign in again",
        synonyms: "reactivate enable activate undo ban unsuspend cannot sign in restore deleted bin",
        text: "Press {pane} on the person: the pane names every reason that stops the sign-in, and who can help with each.

Locked: {act}, then u. Disabled: {act}, then e. Deleted: filter by status:deleted, then {act} and r for Restore. An account \
            that has expired, or has no role, is mended with {edit}.",
    },
    Topic {
        title: "How marks work",
        synonyms: "select selection several mass bulk tick choose rows hidden",
        text: "{mark} marks the row and goes one down; {mark-all} marks all that match the filter, also those that are not on the \
            screen. {unmark-all} unmarks all. Esc never does.

Marks are people, not places: they stay when you filter, sort, go to another tab, or when others change the list. The line above \
            the footer says how many there are and how many the filter hides. {only-marked} shows only the marked.

{act} acts on the marks, and on the row of the cursor where nothing is marked; in the menu, 1 leaves the marks alone and takes the \
            row. Acting on marks that you can't see always asks for their number.

After a job those that were done are unmarked; those that failed stay marked.",
    },
    Topic {
        title: "How plans, confirmation and undo work",
        synonyms: "confirm tiers dry run preview safe plan job take back revert",
        text: "No single key changes anything. What you choose becomes a plan: who will change, who is so already, who is refused and \
            why. What was shown is what runs; whoever changes meanwhile is left alone and reported.

How much is asked depends on what can go wrong. One person and easily undone: nothing is asked. Somebody loses access, or there \
            are a few: y, then Enter. Many, somebody privileged, or marks you can't see: their number. Deleting, very many, or a \
            good part of an organization: the deed, the number and a reason.

A confirmed plan is a job. It runs in steps, each whole or not at all; a job that was interrupted goes on where it stood.

{undo} takes back what you did last, and the way back is a plan as well. It leaves alone whoever was changed since. Ended \
            sessions do not come back; the plan says beforehand what can't be undone. What is saved in a form is no such plan: \
            its review says so, and to go back you edit the record again.",
    },
    Topic {
        title: "Take an action back",
        synonyms: "undo revert rollback restore mistake wrong take back reverse",
        text: "{undo} takes back what was done last in this console, once more what was done before it; an undo itself it leaves alone.

With nothing of that left {undo} lists the jobs that can be taken back, your own first. Enter makes a plan of the way back: it says who returns to \
            what they were, and who was changed since and is left alone. Confirm it as any plan.

What was saved in a form is no job: edit it again.

The tab Jobs ({tab-6}) has them all, with every target of each. Deleted people lie in a bin: filter by status:deleted, then \
            {act} and r for Restore. A purge can't be taken back.",
    },
    Topic {
        title: "The filter language",
        synonyms: "search find query syntax examples status org unit role group date words or not",
        text: "{filter} begins a filter. The list follows as you type; Enter keeps it, Esc brings the one from before back. Words \
            search usernames, names and e-mails in any order, without regard to capitals and accents.

   tanaka acme                    both words
   status:locked,disabled         one of the two
   org:\"Acme Trading\"             a name with a space
   unit:Sales/*                   with all units below
   role:Helpdesk                  however it came
   role.via:\"Payroll Staff\"       through that group
   -role:Administrator            has it not
   not (tanaka or suzuki)         neither of them
   signed-in.age>90d              not seen for 90 days
   signed-in<2026-06-01           not since that day
   failures>5 no:manager          numbers, and no value
   is:never-signed-in             also is:privileged
   sort:name,-failures limit:500  order and number

A line of names that you paste becomes a filter for exactly those people.

All this is of Users. Groups, roles, organizations and units are found by words of their names and descriptions; jobs by words, \
            state: and by:; the audit by words, operator:, target:, action:, job:, since:, until: and outcome:.",
    },
    Topic {
        title: "Move somebody to another unit",
        synonyms: "transfer relocate department organization change unit division reorganize",
        text: "Put the cursor on the person and press {edit}. The field \"Owned by\" is the unit that owns them, \"Assigned to\" the units they \
            work in. Enter in either opens the tree of units, which narrows as you type. {continue} shows what changed and saves it once you agree.

The owning unit decides who may manage the person where rights reach a unit or a division. Whoever moves stays assigned to the \
            old unit until that is changed too. The form says why a field can't be changed by you.

Everybody owned by or assigned to a unit: filter by unit:NAME, or by unit:NAME/* with the units below it.",
    },
    Topic {
        title: "See who has a role",
        synonyms: "who has who can holders members rights permissions admin administrators",
        text: "Press {palette} and type: who has, a space, and the name of the role. Or filter the people by role:NAME. Both find whoever \
            has the role directly or through a group; role.direct:NAME finds only the direct ones, and role.via:GROUP those who \
            have it through that group.

The tab Roles ({tab-3}) shows for each role what it allows, who was given it, and which groups confer it. On the page of a \
            person ({open}) every role stands with the way it came.",
    },
    Topic {
        title: "See who changed something",
        synonyms: "who changed did audit history log trace verify check chain tamper proof",
        text: "Put the cursor on the person or the record and press {timeline}: what happened to it, when, and by whom.

The tab Audit ({tab-5}) has everything that happened. {filter} narrows it: operator:NAME is what somebody did, target:user/NAME what \
            was done to somebody, job:12 what a job did. target:role/NAME, group/NAME, organization/NAME and unit/NAME are records, also \
            those that are deleted; a name with spaces is put in quotes with its kind.

{verify} in that tab checks the chain: whether every entry is still as it was written, and none is missing.",
    },
    Topic {
        title: "Create a person, a group, a role or a unit",
        synonyms: "new user new group new role new unit new organization add department team division insert",
        text: "Go to the tab of its kind and press {new}. People are made in Users ({tab-1}), groups in {tab-2}, roles in {tab-3}.

Units are made in Organizations ({tab-4}): put the cursor on the organization or the unit that the new one belongs under, \
            then press {new}. On an organization the form asks which of the two is meant.

{clone} begins a new one like the one under the cursor. {continue} shows what will be saved, and saves it once you agree.",
    },
    Topic {
        title: "Reset a password",
        synonyms: "forgot new password force change next login set temporary",
        text: "Whoever only typed it wrong too often needs no new one: {act}, then u unlocks and keeps the password.

A password is given when an account is made: {new} opens the form, which suggests one with {suggest} and shows it with \
            {show-secret}. Nobody can see it afterwards.

An account that exists can't be given another password here yet. An administrator whom nobody else can let in is let in \
            on the host, with: wardroom recover NAME.",
    },
    Topic {
        title: "Who may do what, and why",
        synonyms: "rights permissions allowed can may access denied explain level who-can roles matrix table compare difference",
        text: "On a person {rights} lists all that they may do: on what, how far it reaches, and through which role and group. Typing \
            searches; Enter on a line names every rule behind it. What they lack can be asked too: type unlock user, or in a tree \
            edit content /News, then Enter. The answer says which rule is missing and who could give it.

On a role {who-can} asks who can do what it allows, and {compare} lays another role beside it, right by right.

{rights} on a role shows it as a table: a row for each resource, a column for each action. o is own, u unit, d division, \
            g organization, a all, + allowed where nobody owns the resource, - denied; Space empties a cell. R or C and then a \
            letter set the whole row or column; view-sensitive is never given that way, it has to be meant. In brackets stands what a wider rule says, such as * on *: such \
            rules are edited with {edit}. {continue} shows which rules go and which come; a second time saves.",
    },
    Topic {
        title: "Who has too much, who has nothing",
        synonyms: "reports dominant accounts privileged administrators power review audit unheld unused orphaned powerless duplicates redundant",
        text: "{reports} lists four reports about the organization you work in. Enter opens one, and on a line of it goes to the person, the \
            role or the group in its tab; {history-back} comes back to where you were.

Dominant accounts: who has rights over Wardroom itself or privileged ones, the mightiest first, and through which role and \
            group. Administrators who can act now are marked !. Whoever can't sign in now is listed too: they could again.

Roles that nobody holds: neither directly nor through a group. Users who can do nothing: they may sign in \
            nowhere, or nothing they hold allows anything there. Whoever has only Member isn't among them: that allows the own profile. Roles and groups that give the same: however their rules are written.

You see of all this what you may see elsewhere, and dots for the rest. {copy-command} copies the command line, which gives the \
            same as JSON or CSV.",
    },
    Topic {
        title: "Find your way",
        synonyms: "tabs keys key bindings list of keys shortcuts keyboard history back navigate beginner start tutorial",
        text: "{help} is the help for what you look at, and Enter there runs what the cursor is on. {palette} finds everything by name: \
            actions, views, people, groups, roles, and these texts. Both know other words for the same thing.

{back} goes one step back and never loses anything. {history-back} goes back to where you came from, {history-forward} forward \
            again. {close} closes what fills the screen, {quit} quits.

{tab-1} to {tab-6} are the tabs. {next-pane} goes to the next pane or field.",
    },
];

impl Topic {
    /// The text with the keys in force.
    #[must_use]
    pub fn text(&self, keys: &KeyMap) -> String {
        let mut text = String::new();
        let mut rest = self.text;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            let (name, after) = after.split_once('}').unwrap_or((after, ""));
            text.push_str(&key_of(name, keys));
            rest = after;
        }
        text + rest
    }
}

/// The first way of the action, or how to reach it without one.
fn key_of(name: &str, keys: &KeyMap) -> String {
    let Some(action) = ActionId::ALL.iter().find(|id| id.name() == name) else {
        return name.to_owned();
    };
    match keys.first_way(*action) {
        way if way.is_empty() => format!("\"{}\" in the palette", action.short()),
        way => way,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    #[test]
    fn every_key_in_a_text_is_that_of_an_action() {
        for topic in TOPICS {
            for part in topic.text.split('{').skip(1) {
                let name = part.split('}').next().unwrap();
                assert!(
                    ActionId::ALL.iter().any(|id| id.name() == name),
                    "{}: {name} is no action",
                    topic.title
                );
            }
        }
    }

    #[test]
    fn every_example_of_a_filter_is_one() {
        let language = TOPICS
            .iter()
            .find(|topic| topic.title == "The filter language")
            .unwrap();
        let today = jiff::civil::date(2026, 11, 22);
        let examples = language.text.lines().filter(|line| line.starts_with(' '));
        for example in examples {
            let (filter, _) = example.trim_start().split_once("  ").unwrap();
            assert!(
                crate::domain::filter::parse(filter, today).is_ok(),
                "{filter}"
            );
        }
    }

    #[test]
    fn texts_name_the_keys_in_force() {
        let text = "[anywhere]\nundo = []\n[grids]\npane = [\"o\"]\n";
        let keys = KeyMap::with_file(Path::new("keys.toml"), text).unwrap();
        let topic = Topic {
            title: "",
            synonyms: "",
            text: "Press {pane}, then {undo}.",
        };
        assert_eq!(topic.text(&keys), "Press o, then \"undo\" in the palette.");
    }
}
