//! Passwords: argon2id on a bounded pool away from the screen, and the one policy for every path.

use super::policy::{Argon2Cost, PasswordPolicy};
use super::{Entropy, Error, Result};
use crate::domain::text;
use argon2::password_hash::phc::{Ident, Output, ParamsString, PasswordHash, Salt};
use argon2::{Algorithm, Argon2, Block, Params, Version};
use std::sync::{Arc, Mutex, PoisonError};
use subtle::ConstantTimeEq;
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

/// A text that is wiped from memory when it is dropped.
pub type Secret = zeroize::Zeroizing<String>;

/// Longer than any person types; a limit on the work that a paste can cause.
pub const LENGTH_MAX: usize = 256;

/// What zxcvbn (0 to 4) must find at least: 0 and 1 are guessed in under a million tries.
const STRENGTH_MIN: u8 = 2;

/// Hashes and verifies, a few at a time, with memory that is kept between hashes.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    turns: Arc<Semaphore>,
    memory: Arc<Mutex<Vec<Vec<Block>>>>,
    /// What an unknown user's password is compared with, so that it costs the same.
    nobody: Arc<str>,
}

impl Passwords {
    #[must_use]
    pub fn new(cost: &Argon2Cost) -> Self {
        let params =
            Params::new(cost.memory_kib, cost.passes, cost.parallelism, None).unwrap_or_default();
        let nobody = format!(
            "$argon2id$v=19$m={},t={},p={}$d2FyZHJvb21ub2JvZHk${}",
            params.m_cost(),
            params.t_cost(),
            params.p_cost(),
            "A".repeat(43)
        );
        Self {
            params,
            turns: Arc::new(Semaphore::new(cost.threads.max(1))),
            memory: Arc::default(),
            nobody: nobody.into(),
        }
    }

    /// Compares a password with a hash; without one it does the same work and says no.
    pub async fn verify(&self, password: Secret, hash: Option<String>) -> Result<bool> {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| self.nobody.to_string());
        let this = self.clone();
        let matches = self.in_turn(move || this.compare(&password, &hash)).await?;
        Ok(known && matches)
    }

    /// The hash of a password, as a PHC string with its parameters.
    pub async fn hash(&self, password: Secret, entropy: &Entropy) -> Result<String> {
        let salt: [u8; 16] = entropy.bytes();
        let this = self.clone();
        self.in_turn(move || this.derive(&password, &salt)).await?
    }

    /// Whether a hash was made with weaker parameters than today's.
    #[must_use]
    pub fn is_outdated(&self, hash: &str) -> bool {
        PasswordHash::new(hash)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_none_or(|params| {
                params.m_cost() < self.params.m_cost() || params.t_cost() < self.params.t_cost()
            })
    }

    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let turn = Arc::clone(&self.turns).acquire_owned().await;
        let done = tokio::task::spawn_blocking(move || {
            let output = work();
            drop(turn);
            output
        });
        done.await
            .map_err(|_| Error::Unexpected("hashing a password broke off".to_owned()))
    }

    fn compare(&self, password: &str, hash: &str) -> bool {
        let Ok(parsed) = PasswordHash::new(hash) else {
            return false;
        };
        let (Ok(params), Some(salt), Some(wanted)) =
            (Params::try_from(&parsed), parsed.salt, parsed.hash)
        else {
            return false;
        };
        let Ok(algorithm) = Algorithm::try_from(parsed.algorithm.as_str()) else {
            return false;
        };
        let mut output = vec![0; wanted.len()];
        self.fill(algorithm, params, password, salt.as_ref(), &mut output)
            .is_some()
            && bool::from(output.as_slice().ct_eq(wanted.as_bytes()))
    }

    fn derive(&self, password: &str, salt: &[u8]) -> Result<String> {
        let broken = |()| Error::Unexpected("argon2 refused its parameters".to_owned());
        let mut output = [0; 32];
        self.fill(
            Algorithm::Argon2id,
            self.params.clone(),
            password,
            salt,
            &mut output,
        )
        .ok_or_else(|| broken(()))?;
        Ok(PasswordHash {
            algorithm: Ident::new(Algorithm::Argon2id.as_str()).map_err(|_| broken(()))?,
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(&self.params).map_err(|_| broken(()))?,
            salt: Some(Salt::new(salt).map_err(|_| broken(()))?),
            hash: Some(Output::new(&output).map_err(|_| broken(()))?),
        }
        .to_string())
    }

    fn fill(
        &self,
        algorithm: Algorithm,
        params: Params,
        password: &str,
        salt: &[u8],
        output: &mut [u8],
    ) -> Option<()> {
        let blocks = params.block_count();
        let mut memory = self
            .memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop()
            .unwrap_or_default();
        if memory.len() < blocks {
            memory.resize(blocks, Block::default());
        }
        let normal: zeroize::Zeroizing<String> = normal(password);
        let done = Argon2::new(algorithm, Version::V0x13, params)
            .hash_password_into_with_memory(normal.as_bytes(), salt, output, &mut memory)
            .ok();
        self.memory
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(memory);
        done
    }
}

/// Normalised once, never cut: NFC, so that two keyboards type the same password.
fn normal(password: &str) -> Secret {
    password.nfc().collect::<String>().into()
}

/// Refuses a password that the policy refuses, in one sentence that says why. `words` are the person's own:
/// username, names, e-mail, organization.
pub fn check(policy: &PasswordPolicy, password: &str, words: &[&str]) -> Result<()> {
    let refuse = |why: String| Err(Error::invalid("password", why));
    let length = password.chars().count();
    if length < policy.minimum_length {
        return refuse(format!(
            "it has {length} characters, and at least {} are needed; a few unrelated words are easy to keep in mind",
            policy.minimum_length
        ));
    }
    if length > LENGTH_MAX {
        return refuse(format!(
            "it has {length} characters, and at most {LENGTH_MAX} are taken"
        ));
    }
    if password.chars().any(char::is_control) {
        return refuse("it holds a control character; type it anew".to_owned());
    }
    if policy.require_classes && !has_all_classes(password) {
        return refuse(
            "it needs a lower-case letter, an upper-case letter, a digit and a sign".to_owned(),
        );
    }
    let folded = text::fold(password);
    if let Some(word) = words
        .iter()
        .flat_map(|word| word.split(['@', ' ', '.', '-', '_']))
        .map(text::fold)
        .find(|word| word.chars().count() >= 4 && folded.contains(word.as_str()))
    {
        return refuse(format!(
            "it contains \"{word}\", which is part of the person's own names; choose something unrelated"
        ));
    }
    let lower = password.to_lowercase();
    if policy.blocklist.binary_search(&lower).is_ok()
        || u8::from(zxcvbn::zxcvbn(password, words).score()) < STRENGTH_MIN
    {
        return refuse(
            "it is among the first that anybody would guess; choose another one".to_owned(),
        );
    }
    Ok(())
}

fn has_all_classes(password: &str) -> bool {
    password.chars().any(char::is_lowercase)
        && password.chars().any(char::is_uppercase)
        && password.chars().any(char::is_numeric)
        && password.chars().any(|c| !c.is_alphanumeric())
}

/// A password that nobody has thought of: 20 characters without those that look alike, in groups of five.
#[must_use]
pub fn generate(entropy: &Entropy) -> Secret {
    const ALPHABET: &[u8; 32] = b"abcdefghjkmnpqrstuvwxyz23456789A";
    let bytes: [u8; 20] = entropy.bytes();
    let mut password = Secret::new(String::with_capacity(23));
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            password.push('-');
        }
        // 32 letters divide 256 evenly, so no letter is likelier than another.
        password.push(char::from(
            *ALPHABET.get(usize::from(byte % 32)).unwrap_or(&b'a'),
        ));
    }
    password
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cheap() -> Passwords {
        Passwords::new(&Argon2Cost {
            memory_kib: 64,
            passes: 1,
            parallelism: 1,
            threads: 2,
        })
    }

    #[tokio::test]
    async fn a_password_matches_its_own_hash_only() {
        let passwords = cheap();
        let hash = passwords
            .hash(Secret::new("correct horse".to_owned()), &Entropy::seeded(1))
            .await
            .unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=64,t=1,p=1$"), "{hash}");
        for (password, matches) in [
            ("correct horse", true),
            ("correct horsf", false),
            ("", false),
        ] {
            let secret = Secret::new(password.to_owned());
            assert_eq!(
                passwords.verify(secret, Some(hash.clone())).await.unwrap(),
                matches
            );
        }
        assert!(
            !passwords
                .verify(Secret::new("x".to_owned()), None)
                .await
                .unwrap()
        );
    }

    #[tokio::test]
    async fn composed_and_decomposed_letters_are_one_password() {
        let passwords = cheap();
        let hash = passwords
            .hash(
                Secret::new("caf\u{e9} au lait".to_owned()),
                &Entropy::System,
            )
            .await
            .unwrap();
        let typed = Secret::new("cafe\u{301} au lait".to_owned());
        assert!(passwords.verify(typed, Some(hash)).await.unwrap());
    }

    #[test]
    fn nobody_costs_what_everybody_costs() {
        let passwords = cheap();
        let nobody = PasswordHash::new(&passwords.nobody).unwrap();
        let params = Params::try_from(&nobody).unwrap();
        assert_eq!(
            (params.m_cost(), params.t_cost(), params.p_cost()),
            (64, 1, 1)
        );
        assert!(nobody.salt.is_some() && nobody.hash.is_some_and(|hash| hash.len() == 32));
        assert!(!passwords.compare("anything", &passwords.nobody));
        assert_eq!(
            passwords.memory.lock().unwrap().len(),
            1,
            "the memory of a hash was filled"
        );
    }

    #[test]
    fn weaker_parameters_are_outdated() {
        let passwords = cheap();
        assert!(!passwords.is_outdated("$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo"));
        assert!(passwords.is_outdated("$argon2id$v=19$m=32,t=1,p=1$c29tZXNhbHQ$aGFzaGhhc2hoYXNo"));
    }

    #[test]
    fn the_policy_says_why() {
        let policy = PasswordPolicy::default();
        let words = ["k.tanaka", "Megumi", "Tanaka", "Acme"];
        for (password, why) in [
            ("short", "at least 12"),
            ("password1234", "guess"),
            ("ada-tanaka-1815", "tanaka"),
            (&"x".repeat(257), "at most 256"),
        ] {
            let error = check(&policy, password, &words).unwrap_err().to_string();
            assert!(error.contains(why), "{password}: {error}");
        }
        assert!(check(&policy, "marble ocean trumpet", &words).is_ok());
        assert!(check(&policy, &generate(&Entropy::seeded(7)), &words).is_ok());
    }
}
