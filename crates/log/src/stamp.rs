//! An instant as a clock on the wall shows it.

use std::fmt;
use std::time::SystemTime;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::Error;

/// The zone whose time is shown; each instant is converted by itself, so that a change to summer time is right.
#[derive(Clone, Debug)]
pub(crate) struct Zone(TimeZone);

impl Zone {
    /// The system's zone as it is now; UTC where the system does not say.
    pub(crate) fn system() -> Self {
        Self(TimeZone::system())
    }

    pub(crate) fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// A zone by its IANA name, or a POSIX rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
    pub(crate) fn named(name: &str) -> Result<Self, Error> {
        TimeZone::get(name)
            .or_else(|unknown| TimeZone::posix(name).map_err(|_| unknown))
            .map(Self)
            .map_err(|unknown| Error::Zone { name: name.into(), source: unknown.into() })
    }

    /// `at` in this zone; what no calendar here reaches is shown as its first or last instant.
    pub(crate) fn stamp(&self, at: SystemTime) -> Stamp {
        let beyond = if at < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
        let instant = Timestamp::try_from(at).unwrap_or(beyond);
        Stamp(Zoned::new(instant, self.0.clone()).datetime())
    }
}

/// A local time, shown as `2011-08-17T03:04:23.380175`.
pub(crate) struct Stamp(DateTime);

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (date, time, micros) = (self.0.date(), self.0.time(), self.0.subsec_nanosecond() / 1_000);
        write!(f, "{:04}-{:02}-{:02}T", date.year(), date.month(), date.day())?;
        write!(f, "{:02}:{:02}:{:02}.{micros:06}", time.hour(), time.minute(), time.second())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    /// An instant so many microseconds after 1970.
    fn after_1970(micros: u64) -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_micros(micros)
    }

    #[test]
    fn the_hour_that_comes_twice_is_shown_twice() {
        let zone = Zone::named("CET-1CEST,M3.5.0,M10.5.0/3").unwrap();
        let shown = |seconds: u64| zone.stamp(after_1970(seconds * 1_000_000)).to_string();
        let change = 1_319_936_400; // 2011-10-30T01:00:00Z
        assert_eq!(shown(change - 1), "2011-10-30T02:59:59.000000");
        assert_eq!(shown(change), "2011-10-30T02:00:00.000000");
        assert_eq!(shown(change + 3_599), "2011-10-30T02:59:59.000000");
        assert_eq!(shown(change + 3_600), "2011-10-30T03:00:00.000000");
    }

    #[test]
    fn microseconds_are_cut_not_rounded_and_keep_their_noughts() {
        let at = after_1970(7) + Duration::from_nanos(999);
        assert_eq!(Zone::utc().stamp(at).to_string(), "1970-01-01T00:00:00.000007");
    }

    #[test]
    fn any_instant_can_be_shown() {
        let zone = Zone::utc();
        let before = SystemTime::UNIX_EPOCH - Duration::from_micros(1);
        assert_eq!(zone.stamp(before).to_string(), "1969-12-31T23:59:59.999999");
        let eon = Duration::from_secs(1 << 40);
        assert!(zone.stamp(SystemTime::UNIX_EPOCH + eon).to_string().starts_with("9999-12-30T"));
        assert!(zone.stamp(SystemTime::UNIX_EPOCH - eon).to_string().starts_with("-9999-01-02T"));
    }

    #[test]
    fn a_zone_nobody_knows_is_an_error_that_names_it() {
        let error = Zone::named("Nowhere/At All").unwrap_err();
        assert_eq!(error.to_string(), r#"no time zone is known as "Nowhere/At All""#);
        assert!(std::error::Error::source(&error).is_some());
    }
}
