//! Answers as long as the path asks for.

use crate::answer::{self, Answer};
use crate::content::Content;
use crate::echo;
use crate::request::Request;
use crate::sequence::Sequence;

/// The longest body, in octets.
const MOST_OCTETS: u64 = 100 * 1024 * 1024;

/// The most lines of a stream.
const MOST_LINES: u64 = 100_000;

/// `/bytes/:n` with the length `told`, `/chunked/:n` without.
pub(crate) fn bytes(request: &Request, count: &str, told: bool) -> Answer {
    let Some(left) = bounded(count, MOST_OCTETS) else { return answer::bad("not a count of octets up to 104857600") };
    let seed = match request.argument("seed").map(|seed| seed.parse()) {
        None => 0,
        Some(Ok(seed)) => seed,
        Some(Err(_)) => return answer::bad("the seed is not a number"),
    };
    let sequence = Sequence::new(seed);
    answer::typed("application/octet-stream", Content::Random { sequence, left, told })
}

/// `/stream/:n`: the same line with another `id`.
pub(crate) fn lines(request: &Request, count: &str) -> Answer {
    let Some(end) = bounded(count, MOST_LINES) else { return answer::bad("not a count of lines up to 100000") };
    answer::typed("application/json", Content::Lines { line: echo::described(request), next: 0, end })
}

fn bounded(count: &str, most: u64) -> Option<u64> {
    count.parse().ok().filter(|count| *count <= most)
}
