//! "Did you mean": the known names that are nearest to what was typed.

use crate::domain::text::fold;

/// A longer name than this is no slip of the fingers.
const CHARACTERS_MAX: usize = 64;

/// Up to `most` of the known names that were probably meant, the likeliest first: within a few
/// slips (a letter more, less, other, or two swapped), or beginning with or containing the text.
pub fn suggestions<'a>(
    wanted: &str,
    known: impl Iterator<Item = &'a str>,
    most: usize,
) -> Vec<&'a str> {
    let wanted = start_of(wanted);
    if wanted.is_empty() || wanted.len() > CHARACTERS_MAX {
        return Vec::new();
    }
    let mut near: Vec<(usize, usize, &'a str)> = known
        .filter_map(|name| rank(&wanted, name).map(|rank| (rank, name.len(), name)))
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter()
        .take(most)
        .map(|(_, _, name)| name)
        .collect()
}

fn start_of(name: &str) -> Vec<char> {
    let end = name
        .char_indices()
        .nth(CHARACTERS_MAX + 1)
        .map_or(name.len(), |(end, _)| end);
    fold(&name[..end]).chars().collect()
}

/// Slips count one each; a common beginning counts like the most slips, a common part more.
fn rank(wanted: &[char], name: &str) -> Option<usize> {
    let name = start_of(name);
    let slips_max = (wanted.len() + 1) / 3;
    if name.len().abs_diff(wanted.len()) <= slips_max {
        let slips = distance(wanted, &name);
        if slips <= slips_max {
            return Some(slips);
        }
    }
    let end = wanted
        .iter()
        .rposition(|character| character.is_alphanumeric())?;
    let stem = wanted.get(..=end)?;
    if stem.len() >= 2 && name.starts_with(stem) {
        return Some(slips_max + 1);
    }
    if stem.len() >= 3 && name.windows(stem.len()).any(|part| part == stem) {
        return Some(slips_max + 2);
    }
    (name.len() >= 3 && stem.starts_with(&name)).then_some(slips_max + 2)
}

/// Letters to add, leave out, replace or swap with their neighbour to make one of the other.
fn distance(from: &[char], to: &[char]) -> usize {
    // Three rows of the table, of which the one before the last is only read for a swap.
    let mut before: Vec<usize> = Vec::new();
    let mut above: Vec<usize> = (0..=to.len()).collect();
    let mut previous = None;
    for (row, &a) in from.iter().enumerate() {
        let mut current = Vec::with_capacity(above.len());
        current.push(row + 1);
        let mut left = None;
        for (column, &b) in to.iter().enumerate() {
            let cell =
                |cells: &[usize], index: usize| cells.get(index).copied().unwrap_or(usize::MAX);
            let mut best = (cell(&above, column) + usize::from(a != b))
                .min(cell(&above, column + 1) + 1)
                .min(cell(&current, column) + 1);
            if previous == Some(b) && left == Some(a) && a != b && column > 0 {
                best = best.min(cell(&before, column - 1).saturating_add(1));
            }
            current.push(best);
            left = Some(b);
        }
        before = std::mem::replace(&mut above, current);
        previous = Some(a);
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slips(a: &str, b: &str) -> usize {
        distance(
            &a.chars().collect::<Vec<_>>(),
            &b.chars().collect::<Vec<_>>(),
        )
    }

    #[test]
    fn counts_slips() {
        for (a, b, count) in [
            ("", "", 0),
            ("a", "", 1),
            ("", "abc", 3),
            ("staus", "status", 1),
            ("satus", "status", 1),
            ("sttaus", "status", 1),
            ("kitten", "sitting", 3),
            ("ab", "ba", 1),
        ] {
            assert_eq!(slips(a, b), count, "{a} {b}");
            assert_eq!(slips(b, a), count, "{b} {a}");
        }
    }

    #[test]
    fn finds_the_nearest_names() {
        let known = [
            "admin",
            "adm-tools",
            "auditor",
            "helpdesk",
            "Payroll Staff",
            "vpn",
        ];
        let near = |wanted| suggestions(wanted, known.into_iter(), 3);
        assert_eq!(near("adm_"), ["admin", "adm-tools"]);
        assert_eq!(near("ADMNI"), ["admin"]);
        assert_eq!(near("payrol staff"), ["Payroll Staff"]);
        assert_eq!(near("staff"), ["Payroll Staff"]);
        assert_eq!(near("vpn-users"), ["vpn"]);
        assert_eq!(near("zzz"), [""; 0]);
        assert_eq!(near(""), [""; 0]);
        assert_eq!(near("\u{301}"), [""; 0]);
        assert_eq!(
            suggestions("ax", ["bx", "ay", "xa", "a"].into_iter(), 2),
            ["a", "ay"]
        );
        assert_eq!(near("x"), [""; 0]);
    }

    #[test]
    fn ten_megabytes_suggest_nothing() {
        let known = vec!["admin"; 1000];
        assert_eq!(
            suggestions(&"admin".repeat(2_000_000), known.into_iter(), 3),
            [""; 0]
        );
    }
}
