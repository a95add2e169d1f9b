//! The date parser of RFC 6265bis, section 5.1.1: takes whatever servers write, in any order.

use std::time::{Duration, SystemTime};

/// Reads a date of an Expires attribute. One before 1970 counts as 1970.
///
/// `None` where a part is missing, out of range, or names a day that its month does not have.
pub(crate) fn parse(text: &str) -> Option<SystemTime> {
    let (mut time, mut day, mut month, mut year) = (None, None, None, None);
    for token in text.as_bytes().split(|byte| is_delimiter(*byte)).filter(|token| !token.is_empty()) {
        if time.is_none() && fill(&mut time, time_in(token)) {
            continue;
        }
        if day.is_none() && fill(&mut day, number_in(token, 1, 2)) {
            continue;
        }
        if month.is_none() && fill(&mut month, month_in(token)) {
            continue;
        }
        if year.is_none() {
            fill(&mut year, number_in(token, 2, 4));
        }
    }
    let ([hour, minute, second], day, month, year) = (time?, day?, month?, year?);
    let year = match year {
        70..=99 => year + 1900,
        0..=69 => year + 2000,
        _ => year,
    };
    let is_valid =
        year >= 1601 && (1..=days_of(month, year)).contains(&day) && hour <= 23 && minute <= 59 && second <= 59;
    is_valid.then(|| {
        let seconds = days_since_1970(year, month, day) * 86_400 + i64::from(hour * 3600 + minute * 60 + second);
        SystemTime::UNIX_EPOCH + Duration::from_secs(seconds.max(0).unsigned_abs())
    })
}

fn is_delimiter(byte: u8) -> bool {
    matches!(byte, 0x09 | 0x20..=0x2f | 0x3b..=0x40 | 0x5b..=0x60 | 0x7b..=0x7e)
}

/// Puts what was found into its place; says whether anything was.
fn fill<T>(place: &mut Option<T>, found: Option<T>) -> bool {
    *place = found;
    place.is_some()
}

/// `h:m:s`, each of one or two digits; what follows begins with no digit.
fn time_in(token: &[u8]) -> Option<[u32; 3]> {
    let mut parts = token.splitn(3, |byte| *byte == b':');
    let (hour, minute, second) = (parts.next()?, parts.next()?, parts.next()?);
    let is_field = |part: &[u8]| part.len() <= 2 && part.iter().all(u8::is_ascii_digit);
    match is_field(hour) && is_field(minute) {
        true => Some([number_in(hour, 1, 2)?, number_in(minute, 1, 2)?, number_in(second, 1, 2)?]),
        false => None,
    }
}

/// `least` to `most` digits; what follows begins with no digit.
fn number_in(token: &[u8], least: usize, most: usize) -> Option<u32> {
    let digits = token.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let value = || token[..digits].iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0'));
    (least..=most).contains(&digits).then(value)
}

/// A month from 1, by its first three letters in any case.
fn month_in(token: &[u8]) -> Option<u32> {
    let name = token.first_chunk::<3>()?.to_ascii_lowercase();
    let months = b"janfebmaraprmayjunjulaugsepoctnovdec";
    let at = months.chunks(3).position(|month| month == name)?;
    Some(at as u32 + 1)
}

fn days_of(month: u32, year: u32) -> u32 {
    match month {
        2 if year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400)) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days in the Gregorian calendar. Years begin in March here, so that the leap day is their last.
fn days_since_1970(year: u32, month: u32, day: u32) -> i64 {
    let (year, month) = match month {
        1 | 2 => (i64::from(year) - 1, i64::from(month) + 9),
        _ => (i64::from(year), i64::from(month) - 3),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    let before_month = (153 * month + 2) / 5;
    // 1970-01-01 is day 719,468 of a calendar that begins on the first of March in the year 0.
    year * 365 + leap_days + before_month + i64::from(day) - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<u64> {
        parse(text).map(|at| at.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs())
    }

    #[test]
    fn rule_22_every_format_that_servers_write_is_read() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 06-Nov-1994 08:49:37 GMT",
            "1994 NOVEMBER 6 8:49:37",
            "08:49:37 6 nov 94",
            "6nd;nov_1994@08:49:37pm",
            "Sun, 06 Nov 1994 08:49:37 GMT; more 12:12:12 9 Dec 2020",
        ] {
            assert_eq!(seconds(text), Some(784_111_777), "{text:?}");
        }
    }

    #[test]
    fn years_of_two_digits_turn_at_70() {
        assert_eq!(seconds("1 Jan 70 00:00:00"), Some(0));
        assert_eq!(seconds("1 Jan 69 00:00:00"), Some(3_124_224_000));
        assert_eq!(seconds("1 Jan 00 00:00:00"), Some(946_684_800));
        assert_eq!(seconds("31 Dec 9999 23:59:59"), Some(253_402_300_799));
    }

    #[test]
    fn a_leap_day_is_a_day_only_in_a_leap_year() {
        assert_eq!(seconds("29 Feb 2024 00:00:00"), Some(1_709_164_800));
        assert_eq!(seconds("1 Mar 2000 00:00:00"), Some(951_868_800));
        for text in ["29 Feb 2023 00:00:00", "29 Feb 1900 00:00:00", "31 Apr 2024 00:00:00"] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }

    #[test]
    fn a_date_before_1970_is_1970_and_none_is_before_1601() {
        assert_eq!(seconds("Thu, 01 Jan 1601 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("31 Dec 1600 00:00:00"), None);
    }

    #[test]
    fn what_lacks_a_part_or_is_out_of_range_is_no_date() {
        for text in [
            "",
            "never",
            "06 Nov 1994",
            "Nov 1994 08:49:37",
            "06 1994 08:49:37",
            "06 Nov 08:49:37",
            "0 Nov 1994 08:49:37",
            "32 Nov 1994 08:49:37",
            "06 Nov 1994 24:00:00",
            "06 Nov 1994 08:60:00",
            "06 Nov 1994 08:49:60",
            "06 Nov 1994 008:49:37",
            "06 Nov 1994 08:49:377",
            "06 Nov 19940 08:49:37",
            "06 Nov 1994 08:49",
            "é Nov 1994 08:49:37",
        ] {
            assert_eq!(seconds(text), None, "{text:?}");
        }
    }
}
