//! Numbers that mean something, and how they are read.

use std::ops::RangeInclusive;
use std::time::Duration;

use crate::fault::Fault;

/// A number that is not known, or a limit that there is not.
pub const SORTIE_UNKNOWN: u64 = u64::MAX;
/// A time that never comes: a timeout that is lifted, a wait without end.
pub const SORTIE_NEVER: i64 = -1;

/// Bounds the whole call, redirects and retries included. Default: never.
pub const SORTIE_TIMEOUT_TOTAL: i32 = 0;
/// Bounds looking a name up and connecting, proxy and TLS included. Default: 10 s.
pub const SORTIE_TIMEOUT_CONNECT: i32 = 1;
/// Bounds the time from the last byte of a request to the end of the response's head. Default: 60 s.
pub const SORTIE_TIMEOUT_FIRST_BYTE: i32 = 2;
/// Bounds each pause in reading content or writing a body. Default: 60 s.
pub const SORTIE_TIMEOUT_BETWEEN_BYTES: i32 = 3;
/// Bounds the wait for a connection. Default: never.
pub const SORTIE_TIMEOUT_QUEUE: i32 = 4;
/// Bounds looking a name up, within the connect timeout. Default: never.
pub const SORTIE_TIMEOUT_RESOLVE: i32 = 5;
/// Bounds what a proxy needs to open its tunnel, within the connect timeout. Default: never.
pub const SORTIE_TIMEOUT_PROXY: i32 = 6;
/// Bounds the TLS handshake, within the connect timeout. Default: never.
pub const SORTIE_TIMEOUT_TLS: i32 = 7;

/// Every address may be connected to.
pub const SORTIE_ADDRESSES_ALL: i32 = 0;
/// Only what the whole internet can reach: no loopback, private, link-local or otherwise special address.
pub const SORTIE_ADDRESSES_PUBLIC: i32 = 1;

/// TLS 1.2 (RFC 5246).
pub const SORTIE_TLS_1_2: i32 = 12;
/// TLS 1.3 (RFC 8446).
pub const SORTIE_TLS_1_3: i32 = 13;

/// A log has a line for each exchange as it is sent: local time, method, URL without secrets.
pub const SORTIE_LOG_LINES: i32 = 0;
/// A log has a line for everything that happens; the words may change between versions.
pub const SORTIE_LOG_DETAILED: i32 = 1;

/// Cookies as `cookies.txt` of Netscape, which curl, wget and many others share.
pub const SORTIE_COOKIES_NETSCAPE: i32 = 0;
/// Cookies as JSON, with all that is known of them.
pub const SORTIE_COOKIES_JSON: i32 = 1;

/// What a timeout bounds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Timeout {
    Total,
    Connect,
    FirstByte,
    BetweenBytes,
    Queue,
    Resolve,
    Proxy,
    Tls,
}

impl Timeout {
    /// Reads one of `SORTIE_TIMEOUT_...`, which was told as `which`.
    pub(crate) fn of(which: i32) -> Result<Self, Fault> {
        Ok(match which {
            SORTIE_TIMEOUT_TOTAL => Timeout::Total,
            SORTIE_TIMEOUT_CONNECT => Timeout::Connect,
            SORTIE_TIMEOUT_FIRST_BYTE => Timeout::FirstByte,
            SORTIE_TIMEOUT_BETWEEN_BYTES => Timeout::BetweenBytes,
            SORTIE_TIMEOUT_QUEUE => Timeout::Queue,
            SORTIE_TIMEOUT_RESOLVE => Timeout::Resolve,
            SORTIE_TIMEOUT_PROXY => Timeout::Proxy,
            SORTIE_TIMEOUT_TLS => Timeout::Tls,
            other => return Err(Fault::argument("which", format_args!("is {other}, which is no timeout"))),
        })
    }
}

/// Reads a limit of time in milliseconds: none where it never comes.
pub(crate) fn limit(timeout_ms: i64, name: &'static str) -> Result<Option<Duration>, Fault> {
    match u64::try_from(timeout_ms) {
        Ok(0) => Err(Fault::argument(name, "is 0: SORTIE_NEVER lifts a limit")),
        Ok(some) => Ok(Some(Duration::from_millis(some))),
        Err(_) if timeout_ms == SORTIE_NEVER => Ok(None),
        Err(_) => Err(Fault::argument(name, format_args!("is {timeout_ms}, which is no time"))),
    }
}

/// Reads a number that is small: C passes an `int32_t`, since a smaller type would wrap without a word.
pub(crate) fn between<T: TryFrom<i32>>(
    number: i32,
    range: RangeInclusive<i32>,
    name: &'static str,
) -> Result<T, Fault> {
    let fault = || Fault::argument(name, format_args!("is {number}, not {} to {}", range.start(), range.end()));
    if range.contains(&number) { T::try_from(number).map_err(|_| fault()) } else { Err(fault()) }
}

/// Reads a number that may be SORTIE_UNKNOWN.
pub(crate) fn known(number: u64) -> Option<u64> {
    (number != SORTIE_UNKNOWN).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_some_time_or_never() {
        assert_eq!(limit(1, "timeout_ms").unwrap(), Some(Duration::from_millis(1)));
        assert_eq!(limit(SORTIE_NEVER, "timeout_ms").unwrap(), None);
        for wrong in [0, -2, i64::MIN] {
            assert!(matches!(limit(wrong, "timeout_ms"), Err(Fault::Argument("timeout_ms", _))), "{wrong}");
        }
    }

    #[test]
    fn a_number_out_of_range_is_a_fault_and_does_not_wrap() {
        assert_eq!(between::<u8>(100, 0..=100, "percent").unwrap(), 100);
        for wrong in [-1, 101, 256, 65_536, i32::MIN, i32::MAX] {
            let fault = between::<u8>(wrong, 0..=100, "percent").unwrap_err();
            assert_eq!(fault.to_string(), format!("`percent` is {wrong}, not 0 to 100"));
        }
        assert!(between::<u8>(256, 0..=i32::MAX, "percent").is_err());
    }

    #[test]
    fn eight_numbers_are_timeouts() {
        assert_eq!((-2..20).filter(|which| Timeout::of(*which).is_ok()).count(), 8);
        assert!(matches!(Timeout::of(8), Err(Fault::Argument("which", _))));
    }
}
