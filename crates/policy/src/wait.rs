use std::time::{Duration, SystemTime};

use sortie_http::Headers;

/// How long a server asks to be left alone, by its Retry-After field (RFC 9110, section 10.2.3).
///
/// The field is a number of seconds or a date; a date that has passed is no time at all. `None` where there is no such
/// field, or it is neither.
pub fn retry_after(headers: &Headers, now: SystemTime) -> Option<Duration> {
    let value = headers.get("Retry-After")?;
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more time than anybody has.
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::from(u32::MAX))));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or(Duration::ZERO))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wait(value: &str) -> Option<Duration> {
        let mut headers = Headers::new();
        headers.append("retry-after", value).unwrap();
        // Sun, 06 Nov 1994 08:49:37 GMT
        retry_after(&headers, SystemTime::UNIX_EPOCH + Duration::from_secs(784_111_777))
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        assert_eq!(wait("120"), Some(Duration::from_secs(120)));
        assert_eq!(wait("0"), Some(Duration::ZERO));
        assert_eq!(wait("Sun, 06 Nov 1994 08:50:37 GMT"), Some(Duration::from_secs(60)));
        assert_eq!(wait("Sun, 06 Nov 1994 08:00:00 GMT"), Some(Duration::ZERO));
        assert_eq!(wait("99999999999999999999"), Some(Duration::from_secs(u64::from(u32::MAX))));
    }

    #[test]
    fn what_is_neither_seconds_nor_a_date_says_nothing() {
        for value in ["", "-1", "+5", "1.5", "soon", "5 s"] {
            assert_eq!(wait(value), None, "{value:?}");
        }
        assert_eq!(retry_after(&Headers::new(), SystemTime::UNIX_EPOCH), None);
    }
}
