//! Responses read by one HTTP/1.1 connection: heads that are the last one again, heads that are not, chunks.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sortie_benches::Canned;
use sortie_h1::{Connection, Event, Limits, Memo, Scratch};
use sortie_http::Method;

/// One connection, and what it works with.
struct Reader {
    connection: Connection,
    memo: Memo,
    scratch: Scratch,
    limits: Limits,
}

impl Reader {
    fn new() -> Self {
        Reader { connection: Connection::new(), memo: Memo::new(), scratch: Scratch::new(), limits: Limits::default() }
    }

    /// Reads one response; gives the length of its content, in bytes.
    fn read(&mut self, mut input: &[u8]) -> usize {
        self.connection.begin(&Method::GET, false);
        let mut length = 0;
        loop {
            let received = self.connection.receive(input, &mut self.memo, &self.limits, &mut self.scratch);
            let (used, event) = received.expect("the response is well-formed");
            input = &input[used..];
            match event {
                Event::Head(head) | Event::Informational(head) => drop(black_box(head)),
                Event::Content(piece) => length += black_box(piece).len(),
                Event::End { reusable } => {
                    assert!(reusable && input.is_empty());
                    return length;
                }
                Event::Trailers(_) => panic!("there are no trailers"),
                Event::More => panic!("the response is complete"),
            }
        }
    }
}

fn heads(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("h1");
    group.throughput(Throughput::Elements(1));
    for (name, mut canned) in [("heads-alike", Canned::alike()), ("heads-different", Canned::different())] {
        let mut reader = Reader::new();
        group.bench_function(name, |bencher| bencher.iter(|| assert_eq!(reader.read(canned.response()), 100)));
    }
    group.finish();
}

fn chunks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("h1");
    for size in [16_usize, 4096] {
        let wire = chunked(64 * 1024, size);
        let mut reader = Reader::new();
        group.throughput(Throughput::Bytes(64 * 1024));
        group.bench_function(format!("chunks-of-{size}"), |bencher| {
            bencher.iter(|| assert_eq!(reader.read(&wire), 64 * 1024));
        });
    }
    group.finish();
}

/// A response with so much content, in chunks of that size, which divides it.
fn chunked(length: usize, size: usize) -> Vec<u8> {
    let mut wire = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..length / size {
        wire.extend_from_slice(format!("{size:x}\r\n").as_bytes());
        wire.extend(std::iter::repeat_n(b'x', size));
        wire.extend_from_slice(b"\r\n");
    }
    wire.extend_from_slice(b"0\r\n\r\n");
    wire
}

criterion_group!(benches, heads, chunks);
criterion_main!(benches);
