//! Answers as long as the path asks for.

use std::sync::Arc;

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::echo;
use crate::pieces::{Cut, Pace, Pieces, Turn};
use crate::request::Request;
use crate::rooms::Rooms;
use crate::sequence::{Sequence, random_bytes};

/// The longest body, in octets.
const MOST_OCTETS: u64 = 100 * 1024 * 1024;

/// The most lines of a stream.
const MOST_LINES: u64 = 100_000;

/// Octets of a piece of `/stream-bytes/:n`, unless the query says how many.
const PIECE: usize = 10 * 1024;

/// Octets of `/drip`, unless the query says how many.
const DRIPPED: usize = 10;

/// `/bytes/:n` with the length `told`, `/chunked/:n` without.
pub(crate) fn bytes(request: &Request, count: &str, told: bool) -> Answer {
    let (left, sequence) = match (octets(count), seed(request)) {
        (Ok(left), Ok(seed)) => (left, Sequence::new(seed)),
        (Err(refusal), _) | (_, Err(refusal)) => return answer::bad(refusal),
    };
    octet_stream(Content::Random { sequence, left, told })
}

/// `/stream-bytes/:n`: the same octets in chunks of `?chunk_size=`.
pub(crate) fn chunks(request: &Request, count: &str) -> Answer {
    let size = number(request, "chunk_size", PIECE).filter(|size| *size > 0);
    let (bytes, size) = match (octets(count), seed(request), size) {
        (Ok(count), Ok(seed), Some(size)) => (random_bytes(seed, count as usize), size),
        (Err(refusal), ..) | (_, Err(refusal), _) => return answer::bad(refusal),
        (.., None) => return answer::bad("chunk_size is not a number from 1"),
    };
    let pieces = Pieces::new(bytes.into(), Cut::Size(size), Pace::Open(Turn::Ready));
    octet_stream(Content::Pieces { pieces, told: false })
}

/// `/drip`: `?numbytes=` stars in `?chunks=` writes; with `?hold=1` each waits until the test lets it go.
pub(crate) fn drip(request: &Request, rooms: &Arc<Rooms>) -> Answer {
    let count = number(request, "numbytes", DRIPPED).filter(|count| *count as u64 <= MOST_OCTETS);
    let Some(count) = count else { return answer::bad("numbytes is not a number up to 104857600") };
    let Some(chunks) = number(request, "chunks", count.max(1)).filter(|chunks| *chunks > 0) else {
        return answer::bad("chunks is not a number from 1");
    };
    let pace = match request.argument("hold").as_deref() {
        Some("1") => Pace::Gated(Arc::clone(rooms), None),
        _ => Pace::Open(Turn::Ready),
    };
    let pieces = Pieces::new(vec![b'*'; count].into(), Cut::Count(chunks), pace);
    octet_stream(Content::Pieces { pieces, told: true })
}

/// `/huge/:n`: `n` octets of value 0, which are never in memory together.
pub(crate) fn huge(count: &str) -> Answer {
    match count.parse() {
        Ok(count) => octet_stream(Content::Zeros(count)),
        Err(_) => answer::bad("not a count of octets"),
    }
}

/// `/stream/:n`: the same line with another `id`.
pub(crate) fn lines(request: &Request, count: &str) -> Answer {
    match count.parse().ok().filter(|count| *count <= MOST_LINES) {
        Some(end) => answer::typed("application/json", Content::Lines { line: echo::described(request), next: 0, end }),
        None => answer::bad("not a count of lines up to 100000"),
    }
}

fn octet_stream(content: Content) -> Answer {
    answer::typed("application/octet-stream", content)
}

fn octets(count: &str) -> Result<u64, &'static str> {
    let count = count.parse().ok().filter(|count| *count <= MOST_OCTETS);
    count.ok_or("not a count of octets up to 104857600")
}

fn seed(request: &Request) -> Result<u64, &'static str> {
    request.argument("seed").map_or(Ok(0), |seed| seed.parse().map_err(|_| "the seed is not a number"))
}

/// What the query says of that name, `otherwise` where it says nothing, `None` where that is no number.
fn number(request: &Request, name: &str, otherwise: usize) -> Option<usize> {
    request.argument(name).map_or(Some(otherwise), |number| number.parse().ok())
}
