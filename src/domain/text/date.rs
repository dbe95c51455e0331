//! Dates as people type them: `2026-12-31`, `+90d`, `fri`, `never`.

use jiff::Span;
use jiff::civil::{Date, Weekday};

use super::cells::fit;

/// Why a text is not taken as a date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DateError {
    #[error("\"{text}\" is not a date; write it as 2026-12-31, +90d, fri or never")]
    NotADate { text: String },
    #[error("there is no {text} in the calendar; write a date like 2026-12-31, +90d, fri or never")]
    NotInCalendar { text: String },
    #[error("{text} lies too far ahead; write a date like 2026-12-31, +90d, fri or never")]
    TooFar { text: String },
}

/// Dates end a year before the calendar does: in every time zone the day has an end.
const YEAR_MAX: i16 = 9998;

/// Reads a date: ISO, `today`, `tomorrow`, `yesterday`, so many days, weeks, months or years
/// from today (`+90d`, `-2w`, `+6m`, `+1y`), or the next such weekday after today (`fri`,
/// `friday`). `never` is no date.
///
/// # Errors
/// Names the text and the forms that are understood.
pub fn date(text: &str, today: Date) -> Result<Option<Date>, DateError> {
    let text = text.trim();
    // The longest form is a weekday or an ISO date; more is quoted in part and not read.
    let shown = || fit(text, 40, "…");
    let word = match text.char_indices().nth(20) {
        Some(_) => return Err(DateError::NotADate { text: shown() }),
        None => text.to_lowercase(),
    };
    let read = match word.as_str() {
        "never" => return Ok(None),
        "today" => Ok(today),
        "tomorrow" => today.tomorrow(),
        "yesterday" => today.yesterday(),
        _ => {
            if let Some(weekday) = weekday(&word) {
                today.nth_weekday(1, weekday)
            } else if let Some((year, month, day)) = iso(&word) {
                Date::new(year, month, day)
            } else if let Some(moved) = offset(&word, today) {
                moved
            } else {
                return Err(DateError::NotADate { text: shown() });
            }
        }
    };
    match read {
        Ok(date) if date.year() > YEAR_MAX => Err(DateError::TooFar { text: shown() }),
        Ok(date) if date.year() > 0 => Ok(Some(date)),
        _ => Err(DateError::NotInCalendar { text: shown() }),
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    Some(match word {
        "mon" | "monday" => Weekday::Monday,
        "tue" | "tuesday" => Weekday::Tuesday,
        "wed" | "wednesday" => Weekday::Wednesday,
        "thu" | "thursday" => Weekday::Thursday,
        "fri" | "friday" => Weekday::Friday,
        "sat" | "saturday" => Weekday::Saturday,
        "sun" | "sunday" => Weekday::Sunday,
        _ => return None,
    })
}

fn iso(word: &str) -> Option<(i16, i8, i8)> {
    let mut parts = word.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let all_digits = [year, month, day]
        .iter()
        .all(|part| part.bytes().all(|b| b.is_ascii_digit()));
    if !all_digits || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

fn offset(word: &str, today: Date) -> Option<Result<Date, jiff::Error>> {
    let (sign, rest) = match word.strip_prefix('+') {
        Some(rest) => (1, rest),
        None => (-1, word.strip_prefix('-')?),
    };
    let unit = rest.chars().last()?;
    let digits = rest.strip_suffix(unit)?;
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let amount = sign * digits.parse::<i64>().ok()?;
    let span = match unit {
        'd' => Span::new().try_days(amount),
        'w' => Span::new().try_weeks(amount),
        'm' => Span::new().try_months(amount),
        'y' => Span::new().try_years(amount),
        _ => return None,
    };
    Some(span.and_then(|span| today.checked_add(span)))
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan;
    use jiff::civil::date as day;
    use proptest::prelude::*;

    use super::*;

    /// A Sunday.
    const TODAY: Date = day(2026, 11, 22);

    #[test]
    fn reads_every_form() {
        for (text, expected) in [
            ("2026-12-31", day(2026, 12, 31)),
            (" 2028-02-29 ", day(2028, 2, 29)),
            ("+90d", day(2027, 2, 20)),
            ("-1d", day(2026, 11, 21)),
            ("+2w", day(2026, 12, 6)),
            ("+3m", day(2027, 2, 22)),
            ("+1y", day(2027, 11, 22)),
            ("fri", day(2026, 11, 27)),
            ("Friday", day(2026, 11, 27)),
            ("sun", day(2026, 11, 29)),
            ("mon", day(2026, 11, 23)),
            ("today", TODAY),
            ("tomorrow", day(2026, 11, 23)),
            ("yesterday", day(2026, 11, 21)),
        ] {
            assert_eq!(date(text, TODAY), Ok(Some(expected)), "{text}");
        }
        assert_eq!(date("Never", TODAY), Ok(None));
    }

    #[test]
    fn names_the_text_and_the_forms() {
        for text in [
            "",
            "31.12.2026",
            "12/31/2026",
            "2026-1-1",
            "+d",
            "90d",
            "+90",
            "+-9d",
            "frid",
        ] {
            assert_eq!(
                date(text, TODAY).unwrap_err().to_string(),
                format!("\"{text}\" is not a date; write it as 2026-12-31, +90d, fri or never")
            );
        }
        for text in [
            "2026-02-30",
            "2026-13-01",
            "+99999y",
            "-3000y",
            "2026-00-10",
            "0000-01-01",
        ] {
            assert_eq!(
                date(text, TODAY).unwrap_err().to_string(),
                format!(
                    "there is no {text} in the calendar; write a date like 2026-12-31, +90d, fri or never"
                )
            );
        }
        let long = date(&"9".repeat(10_000_000), TODAY)
            .unwrap_err()
            .to_string();
        assert!(long.len() < 120, "{long}");
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\PC{0,12}|[+-][0-9]{0,8}[dwmy]?|[0-9]{4}-[0-9]{2}-[0-9]{2}") {
            let _ = date(&text, TODAY);
        }

        #[test]
        fn reads_what_a_date_prints(days in -300_000_i64..300_000) {
            let other = TODAY.checked_add(days.days()).unwrap();
            prop_assert_eq!(date(&other.to_string(), TODAY), Ok(Some(other)));
        }
    }
}
