use std::time::Duration;

/// Where the time of one exchange went.
///
/// Each part is zero where it did not take place: a reused connection has no resolve, connect and TLS. The parts
/// follow one another in the order of the methods.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Timings {
    /// Nanoseconds, in the order of the methods below.
    parts: [u64; 7],
}

impl Timings {
    /// From nanoseconds: queue, resolve, connect, TLS, send, first byte, content.
    pub fn from_nanoseconds(parts: [u64; 7]) -> Self {
        Timings { parts }
    }

    /// From being submitted (or going again) until a connection was taken or begun for it.
    pub fn queue(&self) -> Duration {
        Duration::from_nanos(self.parts[0])
    }

    /// Looking the host's name up.
    pub fn resolve(&self) -> Duration {
        Duration::from_nanos(self.parts[1])
    }

    /// Connecting, all addresses that were tried included.
    pub fn connect(&self) -> Duration {
        Duration::from_nanos(self.parts[2])
    }

    /// The TLS handshake.
    pub fn tls(&self) -> Duration {
        Duration::from_nanos(self.parts[3])
    }

    /// From the first byte of the request to the last.
    pub fn send(&self) -> Duration {
        Duration::from_nanos(self.parts[4])
    }

    /// From the last byte of the request to the end of the response's head.
    pub fn first_byte(&self) -> Duration {
        Duration::from_nanos(self.parts[5])
    }

    /// From the end of the response's head to the end of its content.
    pub fn content(&self) -> Duration {
        Duration::from_nanos(self.parts[6])
    }

    /// From sending to the end of the response's head: what Requests calls `elapsed`.
    pub fn elapsed(&self) -> Duration {
        self.send() + self.first_byte()
    }

    /// All parts together.
    pub fn total(&self) -> Duration {
        Duration::from_nanos(self.parts.iter().sum())
    }
}
