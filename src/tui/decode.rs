//! Decodes the bytes a terminal sends into keys, clicks, pastes and focus changes.
//!
//! Understands what xterm, the Linux console, screen, tmux, `PuTTY` and rxvt send for keys, and
//! swallows whole any other sequence, such as a late reply to a program that ended before.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::input::{Mouse, PASTE_BYTES_MAX, TerminalEvent};

const ESCAPE: u8 = 0x1b;
const PASTE_END: &[u8] = b"\x1b[201~";

/// No sequence of a key is nearly as long; what is longer is dropped.
const SEQUENCE_BYTES_MAX: usize = 64;

/// The longest reply that is swallowed whole.
const REPLY_BYTES_MAX: usize = 4096;

/// Bytes of a sequence may arrive in pieces; what is incomplete waits here for the rest.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    pending: Vec<u8>,
    paste: Option<Vec<u8>>,
}

/// What the first bytes are, and how many of them that takes.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Event(TerminalEvent, usize),
    PasteStart(usize),
    Skip(usize),
    Wait,
}

impl Decoder {
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Whether the start of a sequence waits for a rest that comes at once or never.
    pub(super) fn is_waiting(&self) -> bool {
        self.paste.is_none() && !self.pending.is_empty() && !is_long_reply(&self.pending)
    }

    pub(super) fn feed(&mut self, bytes: &[u8], emit: &mut impl FnMut(TerminalEvent)) {
        self.pending.extend_from_slice(bytes);
        loop {
            let used = if self.paste.is_some() {
                match self.take_paste(emit) {
                    Some(used) => used,
                    None => return,
                }
            } else {
                match step(&self.pending) {
                    Step::Event(event, used) => {
                        emit(event);
                        used
                    }
                    Step::PasteStart(used) => {
                        self.paste = Some(Vec::new());
                        used
                    }
                    Step::Skip(used) => used,
                    Step::Wait => return,
                }
            };
            self.pending.drain(..used.min(self.pending.len()));
        }
    }

    /// Takes what waits for what it is if nothing follows: the Esc key, or Alt and a character.
    pub(super) fn give_up(&mut self, emit: &mut impl FnMut(TerminalEvent)) {
        match *self.pending.as_slice() {
            [ESCAPE] => emit(key(KeyCode::Esc, KeyModifiers::NONE)),
            [ESCAPE, ESCAPE] => {
                emit(key(KeyCode::Esc, KeyModifiers::NONE));
                emit(key(KeyCode::Esc, KeyModifiers::NONE));
            }
            [ESCAPE, character] if character.is_ascii_graphic() => {
                emit(with_alt(character_key(char::from(character))));
            }
            // An incomplete character or sequence means nothing.
            _ => {}
        }
        self.pending.clear();
    }

    /// Moves pasted bytes over; `None` until the end of the paste is there.
    fn take_paste(&mut self, emit: &mut impl FnMut(TerminalEvent)) -> Option<usize> {
        let paste = self.paste.get_or_insert_default();
        let end = self
            .pending
            .windows(PASTE_END.len())
            .position(|window| window == PASTE_END);
        // The last bytes may be the first of the end mark.
        let certain = end.unwrap_or_else(|| self.pending.len().saturating_sub(PASTE_END.len() - 1));
        // One byte more than allowed is kept as the sign that it was too long.
        let room = (PASTE_BYTES_MAX + 1).saturating_sub(paste.len());
        paste.extend(self.pending.drain(..certain).take(room));
        end?;
        let paste = self.paste.take().unwrap_or_default();
        emit(if paste.len() > PASTE_BYTES_MAX {
            TerminalEvent::PasteTooLong
        } else {
            let text = String::from_utf8_lossy(&paste);
            TerminalEvent::Paste(text.replace("\r\n", "\n").replace('\r', "\n"))
        });
        Some(PASTE_END.len())
    }
}

/// Replies introduced by these are strings of any length; with nothing behind them yet, they may
/// still be Alt and a character.
fn is_long_reply(bytes: &[u8]) -> bool {
    matches!(bytes, [ESCAPE, b']' | b'P' | b'_' | b'^' | b'X', _, ..])
}

fn step(bytes: &[u8]) -> Step {
    match bytes {
        [] | [ESCAPE] | [ESCAPE, ESCAPE] => Step::Wait,
        // Alt and an arrow as PuTTY and rxvt send it.
        [ESCAPE, rest @ ..] if matches!(rest, [ESCAPE, b'[' | b'O', ..]) => step(rest).with_alt(),
        [ESCAPE, ESCAPE, ..] => Step::Event(key(KeyCode::Esc, KeyModifiers::NONE), 1),
        [ESCAPE, b'[', rest @ ..] => control_sequence(rest).after(2),
        [ESCAPE, b'O', rest @ ..] => keypad_sequence(rest).after(2),
        [ESCAPE, b']' | b'P' | b'_' | b'^' | b'X', rest @ ..] => reply(rest).after(2),
        [ESCAPE, rest @ ..] => step(rest).with_alt(),
        [control @ (0..=0x1f | 0x7f), ..] => Step::Event(control_key(*control), 1),
        _ => character(bytes),
    }
}

impl Step {
    fn after(self, introducer: usize) -> Self {
        match self {
            Self::Event(event, used) => Self::Event(event, used + introducer),
            Self::PasteStart(used) => Self::PasteStart(used + introducer),
            Self::Skip(used) => Self::Skip(used + introducer),
            Self::Wait => Self::Wait,
        }
    }

    fn with_alt(self) -> Self {
        match self {
            Self::Event(event, used) => Self::Event(with_alt(event), used + 1),
            other => other.after(1),
        }
    }

    fn of(event: Option<TerminalEvent>, used: usize) -> Self {
        event.map_or(Self::Skip(used), |event| Self::Event(event, used))
    }
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> TerminalEvent {
    TerminalEvent::Key(KeyEvent::new(code, modifiers))
}

fn with_alt(event: TerminalEvent) -> TerminalEvent {
    match event {
        TerminalEvent::Key(mut key) => {
            key.modifiers |= KeyModifiers::ALT;
            TerminalEvent::Key(key)
        }
        other => other,
    }
}

/// A capital letter counts as typed with Shift, as crossterm has it.
fn character_key(character: char) -> TerminalEvent {
    let shift = if character.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    key(KeyCode::Char(character), shift)
}

fn control_key(byte: u8) -> TerminalEvent {
    let plain = match byte {
        // Ctrl-m, Ctrl-j, Ctrl-i and Ctrl-h can't be told from these keys.
        b'\r' | b'\n' => KeyCode::Enter,
        b'\t' => KeyCode::Tab,
        0x08 | 0x7f => KeyCode::Backspace,
        ESCAPE => KeyCode::Esc,
        0 => return key(KeyCode::Char(' '), KeyModifiers::CONTROL),
        // The others are a character of the column of capital letters, less 0x40.
        _ => {
            let letter = char::from(byte + 0x40).to_ascii_lowercase();
            return key(KeyCode::Char(letter), KeyModifiers::CONTROL);
        }
    };
    key(plain, KeyModifiers::NONE)
}

fn character(bytes: &[u8]) -> Step {
    let longest = bytes.get(..4).unwrap_or(bytes);
    let Some(chunk) = longest.utf8_chunks().next() else {
        return Step::Wait;
    };
    match chunk.valid().chars().next() {
        // Control characters beyond ASCII have no key.
        Some(character) if character.is_control() => Step::Skip(character.len_utf8()),
        Some(character) => Step::Event(character_key(character), character.len_utf8()),
        None => match std::str::from_utf8(longest) {
            Err(error) if error.error_len().is_none() => Step::Wait,
            _ => Step::Skip(chunk.invalid().len().max(1)),
        },
    }
}

/// What follows ESC and O: cursor and function keys in application mode, and the keypad.
fn keypad_sequence(bytes: &[u8]) -> Step {
    let Some(&last) = bytes.first() else {
        return Step::Wait;
    };
    let code = match last {
        b'M' => Some(KeyCode::Enter),
        b'j'..=b'y' => Some(KeyCode::Char(char::from(last - 0x40))),
        // rxvt's Ctrl and an arrow.
        b'a'..=b'd' => {
            let arrow = letter_key(last.to_ascii_uppercase());
            return Step::of(arrow.map(|code| key(code, KeyModifiers::CONTROL)), 1);
        }
        _ => letter_key(last),
    };
    Step::of(code.map(|code| key(code, KeyModifiers::NONE)), 1)
}

/// What follows ESC and [: parameters, then a letter or `~` that ends it.
fn control_sequence(bytes: &[u8]) -> Step {
    match bytes {
        [b'['] => return Step::Wait,
        // The Linux console's first five function keys.
        [b'[', last @ b'A'..=b'E', ..] => {
            return Step::Event(key(KeyCode::F(last - b'A' + 1), KeyModifiers::NONE), 2);
        }
        // A mouse report in the old form, should a program before us have left them on.
        [b'M', rest @ ..] => {
            return if rest.len() < 3 {
                Step::Wait
            } else {
                Step::Skip(4)
            };
        }
        _ => {}
    }
    let Some(length) = bytes.iter().position(|byte| !(0x20..=0x3f).contains(byte)) else {
        let too_long = bytes.len() > SEQUENCE_BYTES_MAX;
        return if too_long {
            Step::Skip(bytes.len())
        } else {
            Step::Wait
        };
    };
    let (parameters, rest) = bytes.split_at(length);
    match (rest.first(), parameters) {
        (Some(&last @ (b'M' | b'm')), [b'<', report @ ..]) => {
            let pressed = last == b'M';
            Step::of(mouse_event(&Parameters::parse(report), pressed), length + 1)
        }
        (last, _) => keyboard_sequence(last.copied(), parameters),
    }
}

fn keyboard_sequence(last: Option<u8>, parameters: &[u8]) -> Step {
    let length = parameters.len();
    match last {
        // Marks such as ? or > belong to replies.
        Some(0x40..=0x7e) if !parameters.iter().all(|byte| matches!(byte, b'0'..=b';')) => {
            Step::Skip(length + 1)
        }
        Some(last @ 0x40..=0x7e) => {
            let parameters = Parameters::parse(parameters);
            if last == b'~' && parameters.first() == 200 {
                return Step::PasteStart(length + 1);
            }
            Step::of(sequence_event(last, &parameters), length + 1)
        }
        // Anything else starts something new in the middle of the sequence.
        _ => Step::Skip(length),
    }
}

/// The numbers of a sequence; those left out are 1, as everywhere in these sequences.
#[derive(Debug)]
struct Parameters {
    numbers: Vec<u32>,
    released: bool,
}

impl Parameters {
    fn parse(bytes: &[u8]) -> Self {
        let mut parameters = Self {
            numbers: Vec::new(),
            released: false,
        };
        for field in bytes.split(|&byte| byte == b';') {
            let mut parts = field.split(|&byte| byte == b':');
            let number = |part: Option<&[u8]>| std::str::from_utf8(part?).ok()?.parse().ok();
            parameters.numbers.push(number(parts.next()).unwrap_or(1));
            parameters.released |= number(parts.next()) == Some(3u32);
        }
        parameters
    }

    fn at(&self, position: usize) -> u32 {
        self.numbers.get(position).copied().unwrap_or(1)
    }

    fn first(&self) -> u32 {
        self.at(0)
    }
}

fn sequence_event(last: u8, parameters: &Parameters) -> Option<TerminalEvent> {
    if parameters.released {
        return None;
    }
    let modifiers = modifiers(parameters.at(1));
    match last {
        b'I' => Some(TerminalEvent::FocusGained),
        b'O' => Some(TerminalEvent::FocusLost),
        b'Z' => Some(key(KeyCode::BackTab, KeyModifiers::SHIFT)),
        b'a'..=b'd' => {
            letter_key(last.to_ascii_uppercase()).map(|code| key(code, KeyModifiers::SHIFT))
        }
        b'u' => reported_key(parameters.first(), modifiers),
        b'~' if parameters.first() == 27 => reported_key(parameters.at(2), modifiers),
        b'~' => numbered_key(parameters.first()).map(|code| key(code, modifiers)),
        // rxvt says which modifier was held by the end of the sequence.
        b'^' => numbered_key(parameters.first()).map(|code| key(code, KeyModifiers::CONTROL)),
        b'@' => numbered_key(parameters.first())
            .map(|code| key(code, KeyModifiers::CONTROL | KeyModifiers::SHIFT)),
        _ => letter_key(last).map(|code| key(code, modifiers)),
    }
}

/// Reports of SGR: which button, and where, counted from 1. Held modifiers make no difference.
fn mouse_event(parameters: &Parameters, pressed: bool) -> Option<TerminalEvent> {
    const MODIFIERS: u32 = 4 | 8 | 16;
    let cell = |position| u16::try_from(parameters.at(position).saturating_sub(1)).ok();
    let mouse = match (parameters.first() & !MODIFIERS, pressed) {
        (0, true) => Mouse::Click(cell(1)?, cell(2)?),
        (64, true) => Mouse::WheelUp,
        (65, true) => Mouse::WheelDown,
        _ => return None,
    };
    Some(TerminalEvent::Mouse(mouse))
}

fn modifiers(parameter: u32) -> KeyModifiers {
    let bits = parameter.saturating_sub(1);
    [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ]
    .into_iter()
    .filter(|(bit, _)| bits & bit != 0)
    .fold(KeyModifiers::NONE, |all, (_, modifier)| all | modifier)
}

fn letter_key(letter: u8) -> Option<KeyCode> {
    Some(match letter {
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P'..=b'S' => KeyCode::F(letter - b'P' + 1),
        _ => return None,
    })
}

fn numbered_key(number: u32) -> Option<KeyCode> {
    let function = |base: u32| u8::try_from(number - base).ok().map(KeyCode::F);
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        // The numbers have gaps where the first terminals' keyboards had them.
        11..=15 => function(10),
        17..=21 => function(11),
        23..=26 => function(12),
        28 | 29 => function(13),
        31..=34 => function(14),
        _ => None,
    }
}

/// A key that is sent as the number of its character.
fn reported_key(number: u32, modifiers: KeyModifiers) -> Option<TerminalEvent> {
    let character = char::from_u32(number)?;
    let mut event = match u8::try_from(number) {
        Ok(byte @ (b'\r' | b'\t' | ESCAPE | 0x08 | 0x7f)) => control_key(byte),
        _ if character.is_control() => return None,
        _ => character_key(character),
    };
    if let TerminalEvent::Key(key) = &mut event {
        key.modifiers |= modifiers;
        if key.code == KeyCode::Tab && modifiers.contains(KeyModifiers::SHIFT) {
            key.code = KeyCode::BackTab;
        }
    }
    Some(event)
}

/// What follows the introducer of a string: all of it is swallowed, up to BEL or ESC \.
fn reply(bytes: &[u8]) -> Step {
    match bytes.iter().position(|byte| *byte < 0x20) {
        None if bytes.len() > REPLY_BYTES_MAX => Step::Skip(bytes.len()),
        None => Step::Wait,
        Some(end) => match bytes.get(end..) {
            Some([0x07, ..]) => Step::Skip(end + 1),
            Some([ESCAPE]) => Step::Wait,
            Some([ESCAPE, b'\\', ..]) => Step::Skip(end + 2),
            // No reply holds another control character: somebody is typing.
            _ => Step::Skip(end),
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn decoded(bytes: &[u8]) -> Vec<TerminalEvent> {
        let mut events = Vec::new();
        let mut decoder = Decoder::new();
        decoder.feed(bytes, &mut |event| events.push(event));
        if decoder.is_waiting() {
            decoder.give_up(&mut |event| events.push(event));
        }
        events
    }

    #[track_caller]
    fn assert_key(bytes: &[u8], code: KeyCode, modifiers: KeyModifiers) {
        assert_eq!(
            decoded(bytes),
            [key(code, modifiers)],
            "{}",
            bytes.escape_ascii()
        );
    }

    #[test]
    fn characters() {
        assert_key(b"a", KeyCode::Char('a'), KeyModifiers::NONE);
        assert_key(b"A", KeyCode::Char('A'), KeyModifiers::SHIFT);
        assert_key("田".as_bytes(), KeyCode::Char('田'), KeyModifiers::NONE);
        assert_key(b"\r", KeyCode::Enter, KeyModifiers::NONE);
        assert_key(b"\n", KeyCode::Enter, KeyModifiers::NONE);
        assert_key(b"\t", KeyCode::Tab, KeyModifiers::NONE);
        assert_key(b"\x7f", KeyCode::Backspace, KeyModifiers::NONE);
        assert_key(b"\x08", KeyCode::Backspace, KeyModifiers::NONE);
        assert_key(b"\x1b", KeyCode::Esc, KeyModifiers::NONE);
        assert_key(b"\x00", KeyCode::Char(' '), KeyModifiers::CONTROL);
        assert_key(b"\x03", KeyCode::Char('c'), KeyModifiers::CONTROL);
        assert_key(b"\x1a", KeyCode::Char('z'), KeyModifiers::CONTROL);
        assert_key(b"\x1d", KeyCode::Char(']'), KeyModifiers::CONTROL);
    }

    #[test]
    fn keys_of_many_terminals() {
        for (bytes, code) in [
            (&b"\x1b[A"[..], KeyCode::Up),
            (b"\x1bOA", KeyCode::Up),
            (b"\x1b[H", KeyCode::Home),
            (b"\x1b[1~", KeyCode::Home),
            (b"\x1b[7~", KeyCode::Home),
            (b"\x1b[F", KeyCode::End),
            (b"\x1b[3~", KeyCode::Delete),
            (b"\x1b[5~", KeyCode::PageUp),
            (b"\x1b[6~", KeyCode::PageDown),
            (b"\x1bOP", KeyCode::F(1)),
            (b"\x1b[11~", KeyCode::F(1)),
            (b"\x1b[[A", KeyCode::F(1)),
            (b"\x1b[15~", KeyCode::F(5)),
            (b"\x1b[17~", KeyCode::F(6)),
            (b"\x1b[21~", KeyCode::F(10)),
            (b"\x1b[24~", KeyCode::F(12)),
            (b"\x1b[34~", KeyCode::F(20)),
            (b"\x1bOM", KeyCode::Enter),
            (b"\x1bOp", KeyCode::Char('0')),
        ] {
            assert_key(bytes, code, KeyModifiers::NONE);
        }
    }

    #[test]
    fn modified_keys() {
        let (shift, alt, control) = (
            KeyModifiers::SHIFT,
            KeyModifiers::ALT,
            KeyModifiers::CONTROL,
        );
        assert_key(b"\x1b[1;2A", KeyCode::Up, shift);
        assert_key(b"\x1b[1;5C", KeyCode::Right, control);
        assert_key(b"\x1b[3;5~", KeyCode::Delete, control);
        assert_key(b"\x1b[1;2R", KeyCode::F(3), shift);
        assert_key(b"\x1b[Z", KeyCode::BackTab, shift);
        assert_key(b"\x1bx", KeyCode::Char('x'), alt);
        assert_key(b"\x1b\x7f", KeyCode::Backspace, alt);
        assert_key(b"\x1b\x1b[A", KeyCode::Up, alt);
        assert_key(b"\x1b[", KeyCode::Char('['), alt);
        assert_key(b"\x1b]", KeyCode::Char(']'), alt);
        assert_key(b"\x1b[b", KeyCode::Down, shift);
        assert_key(b"\x1bOb", KeyCode::Down, control);
        assert_key(b"\x1b[5^", KeyCode::PageUp, control);
        assert_key(b"\x1b[97;5u", KeyCode::Char('a'), control);
        assert_key(b"\x1b[27;5;13~", KeyCode::Enter, control);
        assert_key(b"\x1b[9;2u", KeyCode::BackTab, shift);
    }

    #[test]
    fn a_released_key_is_no_event() {
        assert_eq!(decoded(b"\x1b[97;1:3u"), []);
    }

    #[test]
    fn focus() {
        assert_eq!(
            decoded(b"\x1b[I\x1b[O"),
            [TerminalEvent::FocusGained, TerminalEvent::FocusLost]
        );
    }

    #[test]
    fn clicks_and_the_wheel() {
        for (bytes, mouse) in [
            (&b"\x1b[<0;1;1M"[..], Mouse::Click(0, 0)),
            (b"\x1b[<0;200;50M", Mouse::Click(199, 49)),
            (b"\x1b[<16;10;3M", Mouse::Click(9, 2)),
            (b"\x1b[<64;10;3M", Mouse::WheelUp),
            (b"\x1b[<65;10;3M", Mouse::WheelDown),
        ] {
            assert_eq!(decoded(bytes), [TerminalEvent::Mouse(mouse)]);
        }
    }

    #[test]
    fn what_is_not_a_key_is_swallowed_whole() {
        for sequence in [
            &b"\x1b]11;rgb:0000/0000/0000\x07"[..],
            b"\x1b]11;rgb:0000/0000/0000\x1b\\",
            b"\x1bP>|xterm(380)\x1b\\",
            b"\x1b[?64;1;2c",
            b"\x1b[<0;10;10m",
            b"\x1b[<35;10;10M",
            b"\x1b[<2;10;10M",
            b"\x1b[<66;1;1M",
            b"\x1b[<M",
            b"\x1b[M !!",
            b"\x1b[?2026;2$y",
            b"\x1b[99~",
            b"\xff",
            "\u{9b}".as_bytes(),
        ] {
            let mut bytes = sequence.to_vec();
            bytes.push(b'a');
            assert_eq!(
                decoded(&bytes),
                [character_key('a')],
                "{}",
                sequence.escape_ascii()
            );
        }
    }

    #[test]
    fn a_cut_sequence_does_not_eat_the_next_key() {
        assert_eq!(
            decoded(b"\x1b[1;\x1b[A"),
            [key(KeyCode::Up, KeyModifiers::NONE)]
        );
        assert_eq!(
            decoded(b"\x1b]11;rgb\r"),
            [key(KeyCode::Enter, KeyModifiers::NONE)]
        );
        assert_eq!(decoded(b"\xe7\x94a"), [character_key('a')]);
    }

    #[test]
    fn pastes_are_one_event_with_plain_line_ends() {
        assert_eq!(
            decoded(b"\x1b[200~one\r\ntwo\rthree\x1b[201~x"),
            [
                TerminalEvent::Paste("one\ntwo\nthree".to_owned()),
                character_key('x')
            ]
        );
        assert_eq!(
            decoded(b"\x1b[200~\x1b[201~"),
            [TerminalEvent::Paste(String::new())]
        );
        assert_eq!(
            decoded(b"\x1b[200~a\x1b[Ab\xff\x1b[201~"),
            [TerminalEvent::Paste("a\u{1b}[Ab\u{fffd}".to_owned())]
        );
    }

    #[test]
    fn a_paste_that_is_too_long_is_refused_as_a_whole() {
        let pasted = |length: usize| {
            let text = "x".repeat(length);
            decoded(format!("\x1b[200~{text}\x1b[201~y").as_bytes())
        };
        assert_eq!(
            pasted(PASTE_BYTES_MAX + 1),
            [TerminalEvent::PasteTooLong, character_key('y')]
        );
        assert_eq!(pasted(PASTE_BYTES_MAX).len(), 2);
        assert!(matches!(
            &pasted(PASTE_BYTES_MAX)[0],
            TerminalEvent::Paste(text) if text.len() == PASTE_BYTES_MAX
        ));
    }

    proptest! {
        /// However the bytes are cut, the events are the same, and nothing makes it fail.
        #[test]
        fn pieces_decode_like_the_whole(
            parts in prop::collection::vec(
                prop_oneof![
                    prop::sample::select(vec![
                        &b"\x1b[A"[..], b"\x1b[1;5C", b"\x1b[200~a b\x1b[201~", b"\x1bOP", b"q",
                        "田".as_bytes(), b"\x1b[?1;2c", b"\x1b]0;t\x07", b"\x03",
                    ]).prop_map(<[u8]>::to_vec),
                    prop::collection::vec(any::<u8>(), 0..6),
                ],
                0..8,
            ),
            cuts in prop::collection::vec(1usize..5, 0..40),
        ) {
            let bytes = parts.concat();
            let mut events = Vec::new();
            let mut decoder = Decoder::new();
            let mut rest = bytes.as_slice();
            for cut in cuts {
                let (piece, others) = rest.split_at(cut.min(rest.len()));
                decoder.feed(piece, &mut |event| events.push(event));
                rest = others;
            }
            decoder.feed(rest, &mut |event| events.push(event));
            if decoder.is_waiting() {
                decoder.give_up(&mut |event| events.push(event));
            }
            prop_assert_eq!(events, decoded(&bytes));
        }
    }
}
