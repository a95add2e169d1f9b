//! What becomes of a call while the program's own code is asked about its response.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use sortie_engine::{CallId, Engine, Limits, LinkId, Opened, Outcome, Output, Time};
use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{Decide, Policy, Question, Redirect, Retries};

/// One call, and what came of it.
struct Asking {
    engine: Engine,
    link: LinkId,
    asked: Vec<(CallId, u32, Question)>,
    closed: Vec<LinkId>,
    outcomes: Vec<Outcome>,
    written: Vec<u8>,
    now: Time,
}

impl Asking {
    fn new(change: impl FnOnce(&mut Policy)) -> Self {
        let mut policy = Policy::default();
        policy.redirects.decide = Some(Decide::new(|_: &Redirect<'_>| true));
        change(&mut policy);
        let mut engine = Engine::new(Limits::default(), [0; 32], SystemTime::UNIX_EPOCH);
        let url = Url::parse("http://h/").unwrap();
        engine.submit(
            PreparedRequest::new(Method::GET, url, Headers::new(), Body::none()),
            Arc::new(policy),
            7,
            Time(0),
        );
        let Some(Output::Open { link, .. }) = engine.poll() else { panic!("a link is wanted") };
        let (asked, closed, outcomes, written) = Default::default();
        let mut asking = Asking { engine, link, asked, closed, outcomes, written, now: Time(1) };
        asking.open();
        asking
    }

    fn open(&mut self) {
        self.engine.handle_opened(self.link, Opened::default(), self.now);
        self.settle();
    }

    fn settle(&mut self) {
        while let Some(output) = self.engine.poll() {
            match output {
                Output::Transmit { link } => {
                    self.engine.handle_writable(link, &mut self.written, usize::MAX, self.now);
                }
                Output::Open { link, .. } => {
                    self.link = link;
                    self.open();
                }
                Output::Ask { call, exchange, question } => self.asked.push((call, exchange, question)),
                Output::Close { link } => self.closed.push(link),
                Output::Done { tag: 7, outcome } => self.outcomes.push(outcome),
                Output::Resume { .. } => {}
                other => panic!("{other:?}"),
            }
        }
    }

    fn receive(&mut self, bytes: &[u8]) {
        let _ = self.engine.handle_received(self.link, bytes, self.now);
        self.settle();
    }

    fn answer(&mut self, which: usize) {
        let (call, exchange, question) = self.asked[which].clone();
        self.engine.handle_reply(call, exchange, question.ask(), self.now);
        self.settle();
    }

    fn targets(&self) -> Vec<String> {
        let text = String::from_utf8(self.written.clone()).unwrap();
        text.lines()
            .filter_map(|line| line.strip_prefix("GET "))
            .map(|line| line.split(' ').next().unwrap().into())
            .collect()
    }
}

const AWAY: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /a\r\nContent-Length: 0\r\n\r\n";
const ELSEWHERE: &[u8] = b"HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 0\r\n\r\n";
const FINE: &[u8] = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

#[test]
fn bytes_behind_a_response_that_is_judged_cost_its_link_and_not_the_call() {
    for more in [&b"surplus"[..], b""] {
        let mut asking = Asking::new(|_| {});
        let first = asking.link;
        asking.receive(AWAY);
        assert_eq!(asking.asked.len(), 1);
        asking.receive(more);
        assert!(asking.outcomes.is_empty(), "{more:?}: {:?}", asking.outcomes);
        asking.answer(0);
        assert_eq!(asking.closed.contains(&first), !more.is_empty(), "{more:?}");
        asking.receive(FINE);
        assert_eq!(asking.targets(), ["/", "/a"], "{more:?}");
        assert_eq!(asking.outcomes[0].result.as_ref().unwrap().status().as_u16(), 200);
    }
}

#[test]
fn an_answer_is_about_the_response_that_was_asked_about() {
    let mut asking = Asking::new(|policy| policy.retries = Retries { backoff: Duration::ZERO, ..Retries::new(1) });
    asking.receive(&AWAY[..AWAY.len() - 21].iter().copied().chain(*b"Content-Length: 5\r\n\r\nhe").collect::<Vec<_>>());
    asking.engine.handle_closed(asking.link, None, asking.now);
    asking.settle();
    asking.now = asking.now.after(Duration::from_secs(1));
    asking.engine.handle_deadline(asking.now);
    asking.settle();
    asking.receive(ELSEWHERE);
    assert_eq!(asking.asked.len(), 2);
    asking.answer(0);
    asking.answer(1);
    assert_eq!(asking.targets(), ["/", "/", "/b"]);
}
