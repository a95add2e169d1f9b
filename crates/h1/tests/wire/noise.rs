//! Bytes from nowhere: whatever comes, reading ends, and cuts make no difference to what was read.

use crate::drive::{Client, Ending};
use sortie_h1::Limits;
use sortie_http::Method;

/// A generator of numbers, the same every time (xorshift64*).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % limit
    }
}

const PARTS: &[&[u8]] = &[
    b"HTTP/1.1 200 OK\r\n",
    b"HTTP/1.0 404 Not Found\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204\r\n",
    b"Content-Length: 5\r\n",
    b"Content-Length: 3\r\n",
    b"Transfer-Encoding: chunked\r\n",
    b"Transfer-Encoding: gzip\r\n",
    b"Connection: close\r\n",
    b"X: \xE9\r\n",
    b"A: b\r\n c\r\n",
    b"\r\n",
    b"\n",
    b"5\r\nhello\r\n",
    b"3;x=y\r\nabc\r\n",
    b"0\r\n",
    b"hello",
    b":",
    b" ",
    b"\r",
    b"\0",
];

const SMALL: Limits = Limits { head: 120, fields: 6, informational: 3, chunk_extension: 4 };

#[test]
fn random_bytes_end_in_an_outcome() {
    let mut random = Random(1);
    for _ in 0..5_000 {
        let mut wire = if random.below(2) == 0 { b"HTTP/1.1 200 OK\r\n".to_vec() } else { Vec::new() };
        (0..random.below(80)).for_each(|_| wire.push(random.below(256) as u8));
        let story = Client::new(Limits::default()).exchange(&Method::GET, [&wire[..]]);
        assert_ne!(story.ending, Ending::Open);
    }
}

#[test]
fn shuffled_parts_read_the_same_in_every_cut() {
    let mut random = Random(2);
    let mut complete = 0;
    for round in 0..20_000 {
        let mut wire = PARTS[random.below(4)].to_vec();
        (0..random.below(12)).for_each(|_| wire.extend_from_slice(PARTS[random.below(PARTS.len())]));
        if random.below(3) == 0 {
            let at = random.below(wire.len());
            wire[at] = random.below(256) as u8;
        }
        let limits = if random.below(2) == 0 { SMALL } else { Limits::default() };
        let method = if random.below(4) == 0 { Method::HEAD } else { Method::GET };
        let whole = Client::new(limits).exchange(&method, [&wire[..]]);
        let size = 1 + random.below(wire.len());
        let pieces = Client::new(limits).exchange(&method, wire.chunks(size));
        assert_ne!(whole.ending, Ending::Open);
        // A head that is faulty and unfinished fails either way, but by another of its faults.
        match (&whole.ending, &pieces.ending) {
            (Ending::Failed(_), Ending::Failed(_)) => assert_eq!(pieces.content, whole.content, "round {round}"),
            _ => assert_eq!(pieces, whole, "round {round}, pieces of {size}"),
        }
        complete += usize::from(matches!(whole.ending, Ending::End { .. }));
    }
    assert!(complete > 1_000, "only {complete} of the wires were good");
}
