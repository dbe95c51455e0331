//! A moment: microseconds since 1970, UTC.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Microseconds since 1970, UTC. Zero stands for "never" where a column may be empty.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(pub i64);

impl Time {
    pub const NEVER: Self = Self(0);

    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1_000_000)))
    }

    /// Whole seconds from `self` to `later`, negative when `later` came first.
    #[must_use]
    pub const fn seconds_until(self, later: Self) -> i64 {
        (later.0 - self.0) / 1_000_000
    }

    /// The day in UTC.
    #[must_use]
    pub fn date(self) -> jiff::civil::Date {
        let stamp = Timestamp::from_microsecond(self.0).unwrap_or_default();
        stamp.to_zoned(TimeZone::UTC).date()
    }

    /// RFC 3339 in UTC with seconds, as JSON shows it: `2026-11-22T14:02:00Z`; `None` for never.
    #[must_use]
    pub fn to_rfc3339(self) -> Option<String> {
        if self.is_never() {
            return None;
        }
        let stamp = Timestamp::from_microsecond(self.0).ok()?;
        Some(stamp.strftime("%Y-%m-%dT%H:%M:%SZ").to_string())
    }

    /// `2026-11-22 14:02` in a time zone, with the zone's abbreviation where it is not UTC.
    #[must_use]
    pub fn display_in(self, zone: &TimeZone) -> String {
        if self.is_never() {
            return "never".to_owned();
        }
        match Timestamp::from_microsecond(self.0) {
            Ok(stamp) => {
                let zoned = stamp.to_zoned(zone.clone());
                let suffix = if *zone == TimeZone::UTC {
                    "%Y-%m-%d %H:%MZ"
                } else {
                    "%Y-%m-%d %H:%M %Z"
                };
                zoned.strftime(suffix).to_string()
            }
            Err(_) => "?".to_owned(),
        }
    }

    /// `12 min ago`, `in 3 h`, `5 d ago`: the largest whole unit of the distance to `now`.
    #[must_use]
    pub fn relative_to(self, now: Self) -> String {
        if self.is_never() {
            return "never".to_owned();
        }
        let seconds = self.seconds_until(now);
        let distance = match seconds.abs() {
            s if s < 60 => format!("{s} s"),
            s if s < 3_600 => format!("{} min", s / 60),
            s if s < 172_800 => format!("{} h", s / 3_600),
            s => format!("{} d", s / 86_400),
        };
        if seconds < 0 {
            format!("in {distance}")
        } else {
            format!("{distance} ago")
        }
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_rfc3339().serialize(serializer)
    }
}
