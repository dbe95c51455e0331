//! The known word that a mistyped one was probably meant to be.

/// A longer word is no slip of the fingers, and comparing it would only cost time.
const WORD_LENGTH_MAX: usize = 64;

/// The candidate that takes the fewest slips to become `word`: one slip is a letter added, left
/// out, changed, or swapped with its neighbour. `None` when more than a third of it would change.
#[must_use]
pub fn closest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let letters: Vec<char> = word.chars().take(WORD_LENGTH_MAX + 1).collect();
    if letters.len() > WORD_LENGTH_MAX {
        return None;
    }
    let (slips, best) = candidates
        .into_iter()
        .map(|candidate| {
            (
                slips_between(&letters, &candidate.chars().collect::<Vec<_>>()),
                candidate,
            )
        })
        .min_by_key(|(slips, _)| *slips)?;
    (slips <= (letters.len() / 3).max(1)).then_some(best)
}

/// The optimal string alignment distance, computed row by row over `typed`.
fn slips_between(typed: &[char], known: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=known.len()).collect();
    let mut typed_before = None;
    for (row, typed_letter) in typed.iter().enumerate() {
        let mut current = vec![row + 1];
        let mut known_before = None;
        for (column, known_letter) in known.iter().enumerate() {
            let at =
                |costs: &[usize], place: usize| costs.get(place).copied().unwrap_or(usize::MAX - 1);
            let mut cost = (at(&last, column) + usize::from(typed_letter != known_letter))
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = typed_before == Some(known_letter) && known_before == Some(typed_letter);
            if swapped && column > 0 {
                cost = cost.min(at(&before_last, column - 1) + 1);
            }
            current.push(cost);
            known_before = Some(known_letter);
        }
        typed_before = Some(typed_letter);
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(typed.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORDS: &[&str] = &["minutes", "failures", "database", "read_only"];

    #[test]
    fn one_slip_of_each_kind_is_understood() {
        for slip in ["minuts", "minnutes", "minutez", "minutse"] {
            assert_eq!(
                closest(slip, WORDS.iter().copied()),
                Some("minutes"),
                "{slip}"
            );
        }
        assert_eq!(
            closest("readonly", WORDS.iter().copied()),
            Some("read_only")
        );
    }

    #[test]
    fn what_resembles_nothing_gets_no_suggestion() {
        assert_eq!(closest("colour", WORDS.iter().copied()), None);
        assert_eq!(closest("", WORDS.iter().copied()), None);
        assert_eq!(closest("minutes", []), None);
        assert_eq!(
            closest(&"minutes".repeat(1_000_000), WORDS.iter().copied()),
            None
        );
    }

    #[test]
    fn slips_are_counted_as_defined() {
        let count = |typed: &str, known: &str| {
            let letters = |word: &str| word.chars().collect::<Vec<_>>();
            slips_between(&letters(typed), &letters(known))
        };
        assert_eq!(count("", "abc"), 3);
        assert_eq!(count("abc", ""), 3);
        assert_eq!(count("ab", "ba"), 1);
        assert_eq!(count("kitten", "sitting"), 3);
        assert_eq!(count("müller", "muller"), 1);
    }
}
