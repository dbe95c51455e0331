//! Usernames: `a.ivanova`, with a number behind it where that is taken, and a few in other scripts.

use super::names::{FullName, ascii};
use crate::domain::text;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// A person's username and the ASCII form of it that the e-mail address begins with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handle {
    pub username: String,
    pub mailbox: String,
}

/// The handles that are taken. Memory grows with the number of different names, not of people.
#[derive(Debug, Default)]
pub struct Handles {
    /// How often each beginning was given out. Beginnings never end in a digit, so that a number makes them unique.
    given: HashMap<String, u32>,
    /// What the usernames in other scripts look like.
    skeletons: HashSet<String>,
}

impl Handles {
    /// Takes a handle that is given to somebody by name.
    pub fn reserve(&mut self, username: &str) -> Handle {
        self.count(username.to_owned());
        Handle {
            username: username.to_owned(),
            mailbox: username.to_owned(),
        }
    }

    /// `a.ivanova`, `a.ivanova2` …; every third mailbox spells the given name out: `anna.ivanova2`.
    pub fn person(&mut self, name: FullName<'_>, long_mailbox: bool) -> Handle {
        let first = plain(&name.first.ascii);
        let last = plain(&name.last.ascii);
        let initial: String = first.chars().take(1).collect();
        let mut username = format!("{initial}.{last}");
        let number = self.count(username.clone());
        append(&mut username, number);
        let mailbox = if long_mailbox {
            let mut mailbox = format!("{first}.{last}");
            append(&mut mailbox, number);
            mailbox
        } else {
            username.clone()
        };
        Handle { username, mailbox }
    }

    /// A handle with this beginning, which holds no period and ends in no digit.
    pub fn other(&mut self, beginning: &str) -> Handle {
        let mut username = beginning.to_owned();
        let number = self.count(username.clone());
        append(&mut username, number);
        Handle {
            mailbox: username.clone(),
            username,
        }
    }

    /// The name in its own script, unless it would look like another username.
    pub fn native(&mut self, name: FullName<'_>) -> Option<String> {
        let mut username = format!("{}.{}", name.first.native, name.last.native).to_lowercase();
        username.retain(|letter| letter == '.' || letter.is_alphabetic() || is_mark(letter));
        if username.is_ascii() {
            return None;
        }
        let number = self.count(text::canonical(&username).unwrap_or_default());
        append(&mut username, number);
        let skeleton = text::skeleton(&username);
        // A skeleton with a letter beyond ASCII can't be that of an ASCII name.
        (!skeleton.is_ascii() && self.skeletons.insert(skeleton)).then_some(username)
    }

    fn count(&mut self, beginning: String) -> u32 {
        let given = self.given.entry(beginning).or_insert(0);
        *given += 1;
        *given
    }
}

fn append(text: &mut String, number: u32) {
    if number > 1 {
        // Writing to a string can't fail.
        let _ = write!(text, "{number}");
    }
}

/// Vowel signs and tones of scripts that write them as marks; without them a name is another one.
fn is_mark(letter: char) -> bool {
    unicode_normalization::char::is_combining_mark(letter)
}

/// Small ASCII letters and digits alone.
pub fn plain(text: &str) -> String {
    let mut plain = ascii(text).to_ascii_lowercase();
    plain.retain(|letter| letter.is_ascii_alphanumeric());
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::demo::names::Name;

    fn name(native: &str, latin: &str) -> Name {
        Name {
            native: native.to_owned(),
            ascii: latin.to_owned(),
        }
    }

    #[test]
    fn a_taken_handle_gets_a_number() {
        let (first, last) = (name("Анна", "Anna"), name("Иванова", "Ivanova"));
        let anna = FullName {
            first: &first,
            last: &last,
        };
        let mut handles = Handles::default();
        assert_eq!(handles.person(anna, false).username, "a.ivanova");
        let second = handles.person(anna, true);
        assert_eq!(second.username, "a.ivanova2");
        assert_eq!(second.mailbox, "anna.ivanova2");
        assert_eq!(handles.native(anna).unwrap(), "анна.иванова");
        assert_eq!(handles.native(anna).unwrap(), "анна.иванова2");
    }

    #[test]
    fn a_native_username_that_looks_like_ascii_is_not_given() {
        let (first, last) = (name("Аса", "Asa"), name("Соре", "Sore"));
        let asa = FullName {
            first: &first,
            last: &last,
        };
        assert_eq!(Handles::default().native(asa), None);
    }

    #[test]
    fn plain_text_keeps_small_letters_only() {
        assert_eq!(plain("O'Brien"), "obrien");
        assert_eq!(plain("São Paulo Sales"), "saopaulosales");
    }
}
