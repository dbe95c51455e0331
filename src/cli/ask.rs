//! What is asked of the person: on the terminal itself, so that standard input stays free, or read from standard input.

use super::exit::{Exit, Failure, Result};
use crate::service::Secret;
use rpassword::{ConfigBuilder, read_password_with_config};
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr};
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, IsTerminal as _, Read as _, Write as _};
use std::path::Path;

const TERMINAL: &str = "/dev/tty";
/// Longer than any name, count or password.
const LINE_BYTES_MAX: u64 = 1024;

/// Whether somebody sits there: questions are asked on standard error and answered on standard input.
pub fn is_attended() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether there is a terminal to ask on, wherever standard input comes from.
pub fn has_terminal() -> bool {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(TERMINAL)
        .is_ok()
}

/// A line that is typed, without its end.
pub async fn line(prompt: &str) -> Result<String> {
    let prompt = prompt.to_owned();
    on_terminal(move || {
        let mut terminal = OpenOptions::new().read(true).write(true).open(TERMINAL)?;
        terminal.write_all(prompt.as_bytes())?;
        terminal.flush()?;
        let mut bytes = Vec::new();
        BufReader::new(terminal.take(LINE_BYTES_MAX)).read_until(b'\n', &mut bytes)?;
        let text = String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData)?;
        Ok(text.trim().to_owned())
    })
    .await
}

/// A password that is typed without being seen.
pub async fn password(prompt: &str) -> Result<Secret> {
    let prompt = prompt.to_owned();
    on_silent_terminal(move || {
        let mut terminal = OpenOptions::new().read(true).write(true).open(TERMINAL)?;
        terminal.write_all(prompt.as_bytes())?;
        // It only reads: the modes are ours, or it could change them after we gave them back.
        let input = ConfigBuilder::new()
            .input_reader(terminal.try_clone()?)
            .output_discard()
            .build();
        let password = Secret::new(read_password_with_config(input)?);
        terminal.write_all(b"\n")?;
        Ok(password)
    })
    .await
}

/// A new password, typed twice.
pub async fn new_password(whose: &str) -> Result<Secret> {
    let first = password(&format!("New password of {whose}: ")).await?;
    let second = password("The same once more: ").await?;
    if *first == *second {
        Ok(first)
    } else {
        Err(Failure::usage(
            "The two passwords differ, so nothing was changed; type the same one twice.",
        ))
    }
}

/// The password on standard input: one line.
pub async fn password_from_stdin() -> Result<Secret> {
    let bytes = blocking(|| {
        let mut bytes = Vec::new();
        io::stdin()
            .lock()
            .take(LINE_BYTES_MAX + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    })
    .await?;
    one_line(bytes).map_err(Failure::usage)
}

fn one_line(bytes: Vec<u8>) -> std::result::Result<Secret, &'static str> {
    if bytes.len() as u64 > LINE_BYTES_MAX {
        return Err(
            "Standard input has more than 1 KiB, so it is no password; send the password alone.",
        );
    }
    let mut text = match String::from_utf8(bytes) {
        Ok(text) => Secret::new(text),
        Err(error) => {
            drop(Secret::new(
                String::from_utf8_lossy(error.as_bytes()).into_owned(),
            ));
            return Err("The password on standard input is not UTF-8 text; send it as UTF-8.");
        }
    };
    let end = text.trim_end_matches(['\r', '\n']).len();
    let ending = text.get(end..).unwrap_or_default();
    if !matches!(ending, "" | "\n" | "\r\n")
        || text.get(..end).is_some_and(|line| line.contains('\n'))
    {
        return Err("Standard input has more than one line; send the password alone.");
    }
    text.truncate(end);
    if text.is_empty() {
        return Err("There is no password on standard input; send it as one line.");
    }
    Ok(text)
}

/// Runs something that waits for the terminal. When it is given up, the terminal gets its modes back at once: the
/// thread that waits can't be ended, only left behind.
async fn on_terminal<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let modes = Modes::keep();
    let answer = blocking(ask).await;
    drop(modes);
    answer
}

/// The same without an echo, from before the prompt appears: nobody types faster than that.
async fn on_silent_terminal<T: Send + 'static>(
    ask: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let modes = Modes::keep();
    let answer = match modes.silence() {
        Ok(()) => blocking(ask).await,
        Err(error) => Err(unreadable(&error)),
    };
    drop(modes);
    answer
}

/// What a file holds, or standard input where its name is `-`.
pub async fn bytes_of(file: &Path, bytes_max: u64) -> Result<Vec<u8>> {
    let shown = shown(file);
    let path = (file.as_os_str() != "-").then(|| file.to_owned());
    let read = move || -> io::Result<Vec<u8>> {
        let source: Box<dyn io::Read> = match path {
            Some(path) => Box::new(File::open(path)?),
            None => Box::new(io::stdin().lock()),
        };
        let mut bytes = Vec::new();
        source.take(bytes_max + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let bytes = tokio::task::spawn_blocking(read)
        .await
        .unwrap_or_else(|error| Err(io::Error::other(error)))
        .map_err(|error| Failure::usage(format!("{shown} can't be read: {error}.")))?;
    if bytes.len() as u64 > bytes_max {
        return Err(Failure::usage(format!(
            "{shown} has more than {} MiB; send it in several parts.",
            bytes_max / 1024 / 1024
        )));
    }
    Ok(bytes)
}

/// The text of a file, or of standard input where its name is `-`.
pub async fn text_of(file: &Path, bytes_max: u64) -> Result<String> {
    String::from_utf8(bytes_of(file, bytes_max).await?).map_err(|_| {
        Failure::usage(format!(
            "{} is not UTF-8 text; save it as UTF-8.",
            shown(file)
        ))
    })
}

/// A file as a sentence begins with it.
pub fn shown(file: &Path) -> String {
    if file.as_os_str() == "-" {
        "Standard input".to_owned()
    } else {
        file.display().to_string()
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T> {
    let done = tokio::task::spawn_blocking(work).await;
    match done.unwrap_or_else(|error| Err(io::Error::other(error))) {
        Ok(answer) => Ok(answer),
        Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Failure::Said(
            Exit::Interrupted,
            "Interrupted; nothing was changed.".to_owned(),
        )),
        Err(error) => Err(unreadable(&error)),
    }
}

fn unreadable(error: &io::Error) -> Failure {
    Failure::usage(format!("Nothing could be read: {error}."))
}

struct Modes(Option<(File, Termios)>);

impl Modes {
    fn keep() -> Self {
        let modes = |terminal: File| Some((tcgetattr(&terminal).ok()?, terminal));
        let kept = File::open(TERMINAL).ok().and_then(modes);
        Self(kept.map(|(modes, terminal)| (terminal, modes)))
    }

    /// A terminal that goes on showing what is typed is not asked for a password.
    fn silence(&self) -> io::Result<()> {
        if let Some((terminal, modes)) = &self.0 {
            let mut silent = modes.clone();
            silent.local_modes.remove(LocalModes::ECHO);
            tcsetattr(terminal, OptionalActions::Now, &silent)?;
        }
        Ok(())
    }
}

impl Drop for Modes {
    fn drop(&mut self) {
        if let Some((terminal, modes)) = &self.0 {
            // A terminal that is gone needs no modes.
            let _ = tcsetattr(terminal, OptionalActions::Now, modes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_one_line() {
        let read = |text: &str| one_line(text.as_bytes().to_vec()).map(|secret| (*secret).clone());
        assert_eq!(read("marble ocean\n").unwrap(), "marble ocean");
        assert_eq!(read("marble ocean\r\n").unwrap(), "marble ocean");
        assert_eq!(read(" marble ocean ").unwrap(), " marble ocean ");
        for (wrong, why) in [
            ("", "no password"),
            ("\n", "no password"),
            ("one\ntwo\n", "more than one line"),
            ("one\n\n", "more than one line"),
            (&"x".repeat(1025), "more than 1 KiB"),
        ] {
            assert!(read(wrong).unwrap_err().contains(why), "{wrong:?}");
        }
        assert!(one_line(vec![0xff, 0xfe]).unwrap_err().contains("UTF-8"));
    }
}
