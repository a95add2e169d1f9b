use std::time::Duration;

/// Where the time of one exchange went.
///
/// Each part is zero where it did not take place: a reused connection has no resolve, connect and TLS. The parts
/// follow one another in the order of the methods. A part is kept to the nanosecond below a second, to the microsecond
/// below a quarter of an hour, and to the millisecond beyond; one that is longer than 12 days reads as 12 days.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timings {
    /// In the order of the methods below.
    parts: [Span; 7],
}

/// A length of time in four bytes: a unit in the two highest bits, and how many of them.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
struct Span(u32);

impl Timings {
    /// From nanoseconds: queue, resolve, connect, TLS, send, first byte, content.
    pub fn from_nanoseconds(parts: [u64; 7]) -> Self {
        Timings { parts: parts.map(Span::new) }
    }

    /// From being submitted (or going again) until a connection was taken or begun for it.
    pub fn queue(&self) -> Duration {
        self.parts[0].duration()
    }

    /// Looking the host's name up.
    pub fn resolve(&self) -> Duration {
        self.parts[1].duration()
    }

    /// Connecting, all addresses that were tried included, and what a proxy needed to open its tunnel.
    pub fn connect(&self) -> Duration {
        self.parts[2].duration()
    }

    /// The TLS handshake.
    pub fn tls(&self) -> Duration {
        self.parts[3].duration()
    }

    /// From the first byte of the request to the last.
    pub fn send(&self) -> Duration {
        self.parts[4].duration()
    }

    /// From the last byte of the request to the end of the response's head.
    pub fn first_byte(&self) -> Duration {
        self.parts[5].duration()
    }

    /// From the end of the response's head to the end of its content.
    pub fn content(&self) -> Duration {
        self.parts[6].duration()
    }

    /// From sending to the end of the response's head: what Requests calls `elapsed`.
    pub fn elapsed(&self) -> Duration {
        self.send() + self.first_byte()
    }

    /// All parts together.
    pub fn total(&self) -> Duration {
        self.parts.iter().map(|part| part.duration()).sum()
    }
}

impl Span {
    /// How many units fit.
    const MOST: u64 = (1 << 30) - 1;

    /// Rounds down; what is longer than 12 days is 12 days.
    fn new(nanoseconds: u64) -> Self {
        let (unit, count) = match nanoseconds {
            0..=Self::MOST => (0, nanoseconds),
            _ if nanoseconds / 1_000 <= Self::MOST => (1, nanoseconds / 1_000),
            _ => (2, (nanoseconds / 1_000_000).min(Self::MOST)),
        };
        Span(unit << 30 | count as u32)
    }

    fn duration(self) -> Duration {
        let count = u64::from(self.0) & Self::MOST;
        match self.0 >> 30 {
            0 => Duration::from_nanos(count),
            1 => Duration::from_micros(count),
            _ => Duration::from_millis(count),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_is_exact_to_a_millionth_and_ends_at_twelve_days() {
        for (nanoseconds, kept) in [
            (0, 0),
            (1_073_741_823, 1_073_741_823),
            (1_073_741_824, 1_073_741_000),
            (60_000_000_001, 60_000_000_000),
            (1_073_741_823_999, 1_073_741_823_000),
            (1_073_741_824_000, 1_073_741_000_000),
            (86_400_000_000_000, 86_400_000_000_000),
            (u64::MAX, 1_073_741_823_000_000),
        ] {
            let timings = Timings::from_nanoseconds([nanoseconds, 0, 0, 0, 0, 0, 0]);
            assert_eq!(timings.queue(), Duration::from_nanos(kept), "{nanoseconds}");
        }
    }
}
