//! The clipboard of the terminal, reached by a sequence that also passes through SSH (OSC 52).
//!
//! No terminal answers whether it took the text, so nothing here says that it was copied.

use super::look::thousands;
use super::terminal::Environment;
use crate::config::ClipboardAccess;
use crate::domain::text::safe;
use data_encoding::BASE64;

/// What terminals take at most, in bytes of base64.
pub const BYTES_MAX: usize = 74_994;

/// GNU screen passes no longer string on.
const SCREEN_BYTES_MAX: usize = 240;

/// How text gets from here into the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clipboard {
    access: ClipboardAccess,
    way: Way,
}

/// What stands between this program and the terminal that has the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Direct,
    Tmux,
    Screen,
    /// The terminal would show the sequence, or ignore it for certain.
    None,
}

/// Why text can't be handed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClipboardError {
    #[error("the configuration has the clipboard off (terminal.clipboard)")]
    Off,
    #[error("this terminal has no clipboard")]
    NoClipboard,
    #[error("too long for the terminal's clipboard ({} bytes)", thousands(i64::try_from(*.0).unwrap_or(i64::MAX)))]
    TooLong(usize),
}

impl Clipboard {
    #[must_use]
    pub fn detect(access: ClipboardAccess, environment: &Environment) -> Self {
        let term = environment.term();
        let family = term.split(['-', '.']).next().unwrap_or_default();
        // Over SSH the variables stay behind and only the name of the terminal tells.
        let way = match family {
            _ if environment.tmux => Way::Tmux,
            _ if environment.screen => Way::Screen,
            "tmux" => Way::Tmux,
            "screen" => Way::Screen,
            "" | "linux" | "dumb" | "unknown" => Way::None,
            _ => Way::Direct,
        };
        Self { access, way }
    }

    /// The bytes that hand this text over, to be sent in one piece.
    ///
    /// # Errors
    /// Says why there are none.
    pub fn sequence(self, text: &str) -> Result<Vec<u8>, ClipboardError> {
        if self.access == ClipboardAccess::Off {
            return Err(ClipboardError::Off);
        }
        if self.way == Way::None {
            return Err(ClipboardError::NoClipboard);
        }
        let encoded = BASE64.encode(pasteable(text).as_bytes());
        if encoded.len() > BYTES_MAX {
            return Err(ClipboardError::TooLong(encoded.len()));
        }
        let end = if self.access == ClipboardAccess::Osc52St && self.way != Way::Screen {
            "\x1b\\"
        } else {
            // Screen would take an ST for the end of what it has to pass on.
            "\x07"
        };
        let sequence = format!("\x1b]52;c;{encoded}{end}");
        Ok(match self.way {
            Way::Tmux => {
                let doubled = sequence.replace('\x1b', "\x1b\x1b");
                format!("\x1bPtmux;{doubled}\x1b\\").into_bytes()
            }
            Way::Screen => in_pieces(&sequence),
            Way::Direct | Way::None => sequence.into_bytes(),
        })
    }
}

/// Text as it may be pasted anywhere: a shell obeys control characters that arrive in a paste. Lines and tabs are
/// what rows are made of, and stay.
fn pasteable(text: &str) -> String {
    text.split_inclusive(['\n', '\t'])
        .flat_map(|piece| {
            let (body, end) = match piece.strip_suffix(['\n', '\t']) {
                Some(body) => piece.split_at(body.len()),
                None => (piece, ""),
            };
            [safe(body).into_owned(), end.to_owned()]
        })
        .collect()
}

fn in_pieces(sequence: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for piece in sequence.as_bytes().chunks(SCREEN_BYTES_MAX) {
        bytes.extend_from_slice(b"\x1bP");
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\x1b\\");
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clipboard(access: ClipboardAccess, term: &str) -> Clipboard {
        Clipboard::detect(
            access,
            &Environment {
                term: Some(term.to_owned()),
                ..Environment::default()
            },
        )
    }

    fn sent(access: ClipboardAccess, term: &str, text: &str) -> String {
        let bytes = clipboard(access, term).sequence(text).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn the_sequence_is_exact() {
        use ClipboardAccess::{Osc52, Osc52St};
        assert_eq!(sent(Osc52, "xterm", "a\tb\n"), "\x1b]52;c;YQliCg==\x07");
        assert_eq!(sent(Osc52St, "xterm", "a"), "\x1b]52;c;YQ==\x1b\\");
        assert_eq!(
            sent(Osc52, "tmux-256color", "a"),
            "\x1bPtmux;\x1b\x1b]52;c;YQ==\x07\x1b\\"
        );
        assert_eq!(
            sent(Osc52St, "tmux", "a"),
            "\x1bPtmux;\x1b\x1b]52;c;YQ==\x1b\x1b\\\x1b\\"
        );
        assert_eq!(
            sent(Osc52St, "screen.xterm-256color", "a"),
            "\x1bP\x1b]52;c;YQ==\x07\x1b\\"
        );
    }

    #[test]
    fn screen_gets_it_in_pieces() {
        let whole = sent(ClipboardAccess::Osc52, "xterm", &"x".repeat(1_000));
        let pieces = sent(ClipboardAccess::Osc52, "screen", &"x".repeat(1_000));
        assert_eq!(pieces.matches("\x1bP").count(), 6);
        let longest = pieces.split("\x1b\\").map(str::len).max();
        assert_eq!(longest, Some(SCREEN_BYTES_MAX + 2));
        assert_eq!(pieces.replace("\x1bP", "").replace("\x1b\\", ""), whole);
    }

    #[test]
    fn variables_tell_more_than_the_name_of_the_terminal() {
        let environment = |tmux, screen| Environment {
            term: Some("screen-256color".to_owned()),
            tmux,
            screen,
            ..Environment::default()
        };
        let way = |tmux, screen| {
            Clipboard::detect(ClipboardAccess::Osc52, &environment(tmux, screen)).way
        };
        assert_eq!(way(true, false), Way::Tmux);
        assert_eq!(way(true, true), Way::Tmux);
        assert_eq!(way(false, true), Way::Screen);
        assert_eq!(way(false, false), Way::Screen);
    }

    #[test]
    fn what_can_not_arrive_is_refused() {
        let refused = |access, term, text: &str| clipboard(access, term).sequence(text);
        for term in ["linux", "dumb", ""] {
            assert_eq!(
                refused(ClipboardAccess::Osc52, term, "a"),
                Err(ClipboardError::NoClipboard)
            );
        }
        assert_eq!(
            refused(ClipboardAccess::Off, "xterm", "a"),
            Err(ClipboardError::Off)
        );
        let fits = "x".repeat(BYTES_MAX / 4 * 3);
        assert!(refused(ClipboardAccess::Osc52, "xterm", &fits).is_ok());
        let error = refused(ClipboardAccess::Osc52, "xterm", &format!("{fits}xx")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "too long for the terminal's clipboard (74,996 bytes)"
        );
    }

    #[test]
    fn nothing_in_it_is_obeyed_where_it_is_pasted() {
        assert_eq!(
            pasteable("a\x1b[201~rm\r\tb\u{202e}\nc"),
            "a‹U+001B›[201~rm‹U+000D›\tb‹U+202E›\nc"
        );
    }
}
