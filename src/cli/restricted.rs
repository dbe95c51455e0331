//! Restricted mode: people who reach the host over SSH get the console and its commands, and nothing of the host.

use super::Cli;
use super::exit::{Failure, Result};
use crate::config::ConfigError;
use std::ffi::{OsStr, OsString};

/// Our own arguments, and behind them the command that the SSH client asked for, split as a shell would, by no shell.
pub fn with_client_command(mut arguments: Vec<OsString>, line: &OsStr) -> Result<Vec<OsString>> {
    let text = line.to_str().ok_or_else(|| {
        Failure::usage("The command is not UTF-8 text; type it again in a UTF-8 terminal.")
    })?;
    let words = shell_words::split(text).map_err(|_| {
        Failure::usage("The command has a quote that is never closed; close it and try again.")
    })?;
    // `ssh wardroom@host wardroom user list` is what everybody types first.
    let words = words
        .into_iter()
        .enumerate()
        .filter(|(index, word)| *index > 0 || word != "wardroom");
    arguments.extend(words.map(|(_, word)| OsString::from(word)));
    Ok(arguments)
}

/// Refuses what would reach the host, before anything of it is looked at.
pub fn check(cli: &Cli) -> Result<()> {
    let global = &cli.global;
    for (flag, is_given) in [
        ("--config", global.config.is_some()),
        ("--profile", global.profile.is_some()),
        ("--database", global.database.is_some()),
    ] {
        if is_given {
            return Err(ConfigError::Restricted { flag }.into());
        }
    }
    if global.api_key_file.is_some() {
        return Err(Failure::usage(
            "--api-key-file is not available in restricted mode, which reads no files; sign in with name and password.",
        ));
    }
    match cli.command.as_ref().and_then(super::Command::host_only) {
        Some(command) => Err(Failure::usage(format!(
            "\"{command}\" is not available in restricted mode; ask whoever keeps the host."
        ))),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Result<Vec<OsString>> {
        with_client_command(vec!["wardroom".into()], line.as_ref())
    }

    #[test]
    fn the_command_is_split_as_by_a_shell_but_by_none() {
        assert_eq!(
            words("user show 'a b' $HOME `id`; x").unwrap(),
            ["wardroom", "user", "show", "a b", "$HOME", "`id`;", "x"]
        );
        assert!(words("user show 'a").is_err());
    }
}
