//! The engine without a kernel: requests and responses go from memory to memory.
//!
//! What is left is what [`sortie_engine`] and all below it cost, the same each time: there are no system calls, no
//! clock and nobody to wait for. Every request is answered in the turn after it was written, by a [`Canned`] response.

use std::mem;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_engine::{Engine, Limits, LinkId, Opened, Outcome, Output, Time, Write};
use sortie_http::{Body, HeadersBuilder, Method, PreparedRequest, Url};
use sortie_policy::Policy;

use crate::{Canned, Error, Job, Tally, Urls};

/// How long a turn takes, in nanoseconds of the engine's time.
const TURN: u64 = 1000;

/// Sends the job's requests to these URLs, at most as many at the same time as the job says, each on a link of its own.
///
/// Gives the outcomes in the order of the requests. Where the URLs are different, so are the heads of the answers: each
/// has an entity tag of its own.
///
/// Fails if a URL cannot be parsed ([`Error::Url`]), or if the engine wants nothing more before the last call has ended.
pub fn run(job: &Job, urls: &Urls<'_>) -> Result<(Tally, Vec<Outcome>), Error> {
    let mut limits = Limits::default();
    (limits.connections, limits.per_origin) = (job.concurrency, job.concurrency);
    let mut network = Network {
        engine: Engine::new(limits, [0; 32], SystemTime::UNIX_EPOCH),
        now: Time(0),
        written: Vec::new(),
        out: Vec::new(),
        canned: if matches!(urls, Urls::Different { .. }) { Canned::different() } else { Canned::alike() },
    };
    let mut requests = Requests { urls, last: None, policy: Arc::new(Policy::default()) };
    let mut outcomes: Vec<Option<Outcome>> = (0..job.count).map(|_| None).collect();
    let (mut submitted, mut done) = (0, 0);
    while done < job.count {
        while submitted < job.count && submitted - done < job.concurrency {
            let request = requests.at(submitted)?;
            network.engine.submit(request, Arc::clone(&requests.policy), submitted as u64, network.now);
            submitted += 1;
        }
        if !network.turn(|tag, outcome| {
            outcomes[tag as usize] = Some(outcome);
            done += 1;
        }) {
            return Err(Error::Idle);
        }
    }
    let outcomes: Vec<Outcome> = outcomes.into_iter().flatten().collect();
    Ok((tally(&outcomes), outcomes))
}

/// Requests as a session without any settings sends them.
struct Requests<'a> {
    urls: &'a Urls<'a>,
    last: Option<PreparedRequest>,
    policy: Arc<Policy>,
}

impl Requests<'_> {
    /// The request `index`. What it has in common with the last one is shared.
    fn at(&mut self, index: usize) -> Result<PreparedRequest, Error> {
        let text = self.urls.at(index);
        let url = |source| Error::Url { source };
        let request = match &self.last {
            Some(last) if last.url().as_str() == text => last.clone(),
            Some(last) => {
                let target = Url::parse_like(text, last.url()).map_err(url)?;
                PreparedRequest::new(Method::GET, target, last.headers().clone(), Body::none())
            }
            None => {
                let target = Url::parse(text).map_err(url)?;
                let mut headers = HeadersBuilder::new();
                for (name, value) in [
                    ("Host", target.origin().authority()),
                    ("User-Agent", concat!("sortie/", env!("CARGO_PKG_VERSION"))),
                    ("Accept-Encoding", "gzip, deflate, br, zstd"),
                    ("Accept", "*/*"),
                ] {
                    headers.append(name, value).map_err(url)?;
                }
                PreparedRequest::new(Method::GET, target, headers.build(), Body::none())
            }
        };
        self.last = Some(request.clone());
        Ok(request)
    }
}

/// The engine's driver, and the server at the other end of all its links.
struct Network {
    engine: Engine,
    now: Time,
    /// Links with a request that is to be answered in the next turn.
    written: Vec<LinkId>,
    /// What the engine writes into.
    out: Vec<u8>,
    canned: Canned,
}

impl Network {
    /// Answers what was written in the last turn, and does what the engine wants. Says whether it wanted anything.
    fn turn(&mut self, mut done: impl FnMut(u64, Outcome)) -> bool {
        self.now.0 += TURN;
        let mut written = mem::take(&mut self.written);
        for link in written.drain(..) {
            let _ = self.engine.handle_received(link, self.canned.response(), self.now);
        }
        self.written = written;
        self.engine.handle_deadline(self.now);
        let wanted = self.engine.has_output();
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Open { link, .. } => self.engine.handle_opened(link, Opened::default(), self.now),
                Output::Transmit { link } => {
                    self.out.clear();
                    if self.engine.handle_writable(link, &mut self.out, usize::MAX, self.now) == Write::Done {
                        self.written.push(link);
                    }
                }
                Output::Done { tag, outcome } => done(tag, outcome),
                _ => {}
            }
        }
        wanted
    }
}

fn tally(outcomes: &[Outcome]) -> Tally {
    let mut tally = Tally::default();
    for (index, outcome) in outcomes.iter().enumerate() {
        match &outcome.result {
            Ok(response) => tally.add(index, response.status().as_u16(), response.content().len()),
            Err(failure) => tally.fail(index, &failure.error),
        }
    }
    tally
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::{DIFFERENT, Program};

    const PROGRAM: Program = Program { name: "test", options: &[DIFFERENT], later: &[] };

    fn outcomes(url: &str, count: usize, concurrency: usize, option: Option<&str>) -> Result<Vec<Outcome>, Error> {
        let arguments = [url.to_owned(), count.to_string(), concurrency.to_string()];
        let job = PROGRAM.job(arguments.into_iter().chain(option.map(String::from))).unwrap();
        let (tally, outcomes) = run(&job, &job.urls())?;
        assert_eq!((tally.ok(), tally.bytes()), (count, 100 * count as u64), "{:?}", tally.failures());
        Ok(outcomes)
    }

    fn header(outcome: &Outcome, name: &str) -> String {
        outcome.result.as_ref().unwrap().headers().get(name).unwrap().to_owned()
    }

    #[test]
    fn every_request_is_answered_whatever_the_concurrency() {
        for concurrency in [1, 3, 64, 1000] {
            let outcomes = outcomes("http://127.0.0.1/small", 200, concurrency, None).unwrap();
            assert_eq!(outcomes.len(), 200);
            assert!(outcomes.iter().all(|outcome| outcome.attempts == 1 && header(outcome, "etag") == "\"00000000\""));
        }
    }

    #[test]
    fn different_requests_have_urls_and_answers_of_their_own_in_order() {
        let outcomes = outcomes("http://127.0.0.1/small", 200, 8, Some("--different")).unwrap();
        let tags: HashSet<String> = outcomes.iter().map(|outcome| header(outcome, "etag")).collect();
        assert!(tags.len() == 200 && tags.contains("\"00000200\""));
        for (index, outcome) in outcomes.iter().enumerate() {
            let url = outcome.result.as_ref().unwrap().url().as_str();
            assert_eq!(url, format!("http://127.0.0.1/small?n={index:08}"));
        }
    }

    #[test]
    fn a_url_that_is_none_is_a_fault_of_the_arguments() {
        assert!(outcomes("http://", 1, 1, None).unwrap_err().is_usage());
    }
}
