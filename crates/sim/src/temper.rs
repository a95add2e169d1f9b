use std::time::Duration;

use crate::{Accepts, Answer, Chance, Ending, Farewell, Framing, Request, Server, letters};

/// How a server behaves where chance decides it.
#[derive(Clone, Debug)]
pub struct Temper {
    /// The longest time it thinks about an answer.
    pub thinks: Duration,
    /// The largest content, in bytes.
    pub size: usize,
    /// How many answers of a hundred fail: cut, stalled, garbage, with a surplus.
    pub faults: u32,
    /// How many of a hundred are redirects.
    pub redirects: u32,
    /// Where redirects to another origin lead.
    pub others: Vec<String>,
}

impl Temper {
    /// One that answers well, after a while; though it closes idle connections when it likes to.
    pub fn gentle(others: &[String]) -> Self {
        Temper { thinks: Duration::from_millis(80), size: 12_000, faults: 0, redirects: 10, others: others.to_vec() }
    }

    /// One that does whatever a server should not.
    pub fn wild(others: &[String]) -> Self {
        Temper { thinks: Duration::from_secs(1), faults: 30, redirects: 25, ..Temper::gentle(others) }
    }

    /// A server of this temper.
    pub fn server(self, chance: &mut Chance) -> Server {
        let (is_gentle, moment) = (self.faults == 0, Duration::from_millis);
        let mut server = Server::new(move |request, chance| self.answer(request, chance));
        server.is_gentle = is_gentle;
        server.continues = chance.percent(80);
        server.connect = moment(0)..=moment(40);
        server.latency = moment(0)..=moment(if chance.percent(30) { 0 } else { 10 });
        if chance.percent(40) {
            server.accepts = Accepts::Slowly { piece: 1..=chance.size(1_000..=20_000), pause: moment(0)..=moment(3) };
        }
        if !is_gentle {
            server.refuses = chance.size(0..=5) as u32 + u32::from(chance.percent(80));
            server.hangs = chance.percent(3);
            if chance.percent(5) {
                server.accepts = Accepts::Only(chance.size(0..=40_000));
            }
        }
        server
    }

    fn answer(&self, request: &Request, chance: &mut Chance) -> Answer {
        let largest = if chance.percent(30) { self.size } else { 200 };
        let mut answer = match chance.percent(self.redirects) {
            true => {
                let status = chance.pick(&[301, 302, 303, 307, 308]).copied().unwrap_or(302);
                let other = chance.pick(&self.others).cloned().unwrap_or_default();
                let content = letters(request.key(), chance.size(0..=largest));
                Answer { content, ..Answer::redirect(request, status, &other) }
            }
            false => Answer::ok(request, chance.size(0..=largest)),
        };
        if answer.location.is_none() && chance.percent(10) {
            answer.status = chance.pick(&[204, 304, 401, 404, 500, 201]).copied().unwrap_or(404);
        }
        if request.expects && chance.percent(10) {
            (answer.status, answer.location, answer.early) = (417, None, true);
            return answer;
        }
        if answer.location.is_none() && chance.percent(3) {
            answer.status = chance.pick(&[429, 503]).copied().unwrap_or(503);
            answer.retry_after = Some(chance.size(0..=2) as u32);
        }
        answer.framing = match chance.size(0..=9) {
            0..=5 => Framing::Length,
            6..=8 => Framing::Chunked,
            _ => Framing::Close,
        };
        answer.keeps = !chance.percent(10);
        answer.keep_alive = chance.percent(15).then(|| chance.size(0..=3) as u32);
        answer.informational = if chance.percent(5) { chance.size(1..=3) as u32 } else { 0 };
        answer.after = chance.duration(Duration::ZERO..=self.thinks);
        answer.pieces = if chance.percent(60) { 1 } else { chance.size(1..=8) };
        answer.gap = Duration::from_millis(chance.pick(&[0, 0, 5, 30]).copied().unwrap_or(0));
        answer.early = self.faults > 0 && chance.percent(10);
        answer.idle = chance.percent(30).then(|| chance.duration(Duration::ZERO..=Duration::from_millis(60)));
        if chance.percent(self.faults) {
            self.spoil(&mut answer, request, chance);
        }
        answer
    }

    fn spoil(&self, answer: &mut Answer, request: &Request, chance: &mut Chance) {
        let length = answer.wire(request).len();
        let after = if chance.percent(20) { 0 } else { chance.size(0..=length) };
        // Where the content ends with the connection, nobody can see that it was cut in good order.
        let is_seen = answer.framing != Framing::Close;
        let with = if is_seen && chance.percent(70) { Farewell::Close } else { Farewell::Reset };
        match chance.size(0..=9) {
            0..=4 => answer.ending = Ending::Cut { after, with },
            5..=6 => answer.ending = Ending::Stall { after },
            7 => answer.ending = Ending::Garbage(chance.bytes(after.min(300))),
            8 => answer.informational = 101,
            _ if is_seen => answer.surplus = chance.bytes(after.clamp(1, 300)),
            _ => answer.keeps = false,
        }
    }
}
