//! Who is waiting for which call: entries on one side, outcomes on the other.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_engine::{CallId, LinkId, Outcome, Streamed, Unopened};
use sortie_hooks::{Warning, guard};
use sortie_log::{Event, Sink, What};
use sortie_session::{After, Before, Error, Response, deliver, finish, warnings};
use sortie_transport::Detached;

use crate::Progress;
use crate::cause::Cause;
use crate::driver::Audience;
use crate::ended::{ended, of_tried};

/// The calls of one batch.
#[derive(Default)]
pub(crate) struct Desk {
    entries: slab::Slab<Entry>,
    generation: u32,
    finished: VecDeque<Finished>,
    /// Outcomes that a stream came across and that are not its own.
    aside: VecDeque<Finished>,
    pub(crate) progress: Progress,
    /// Why what is cancelled was cancelled, where it was not asked for by a program.
    pub(crate) cause: Option<Cause>,
    /// Whether a call has failed.
    pub(crate) has_failed: bool,
    /// The connection of a call whose peer has switched protocols.
    pub(crate) handed: Option<Detached>,
    /// The head of the call whose content is streamed, until it is taken.
    pub(crate) head: Option<Head>,
    /// What has come of its content, until it is taken.
    pub(crate) pieces: VecDeque<Vec<u8>>,
    /// What became of connections that were opened for nobody.
    pub(crate) warmed: Vec<Result<(), Unopened>>,
}

/// A call that has ended and was not taken yet.
pub(crate) struct Finished {
    pub(crate) number: u64,
    /// Its place in a stream, if it has one.
    pub(crate) place: Option<usize>,
    pub(crate) outcome: Result<Response, Error>,
    /// How much of the memory budget it holds.
    pub(crate) held: u64,
}

/// The head of a response whose content is streamed.
pub(crate) struct Head {
    pub(crate) response: Response,
    /// By which engine, call and link are asked for content.
    pub(crate) call: CallId,
    pub(crate) link: LinkId,
    /// The limits of decoding it.
    pub(crate) limits: sortie_content::Limits,
}

struct Entry {
    number: u64,
    place: Option<usize>,
    call: Option<CallId>,
    after: After,
    sink: Option<Arc<dyn Sink>>,
}

impl Desk {
    /// An entry for a call that is about to be submitted. Its number is not given again; `place` comes back with its
    /// outcome.
    pub(crate) fn enter(&mut self, after: After, sink: Option<Arc<dyn Sink>>, place: Option<usize>) -> u64 {
        let number = self.next_number(self.entries.vacant_key());
        self.entries.insert(Entry { number, place, call: None, after, sink });
        self.progress.submitted();
        number
    }

    /// The engine's name of a call.
    pub(crate) fn set_call(&mut self, number: u64, call: CallId) {
        if let Some(entry) = self.entries.get_mut(index(number)) {
            entry.call = Some(call);
        }
    }

    /// A call that ends before it was submitted, and owes nothing.
    pub(crate) fn refuse(&mut self, error: Error) -> u64 {
        let number = self.next_number(NOWHERE);
        self.progress.submitted();
        self.finish(number, None, Err(error), 0);
        number
    }

    /// A call that could not be submitted, and whose error was handed on already.
    pub(crate) fn count_refused(&mut self) {
        self.has_failed = true;
        self.progress.submitted();
        self.progress.ended(None);
    }

    /// The engine's name of a call that has not ended.
    pub(crate) fn call(&self, number: u64) -> Option<CallId> {
        self.entries.get(index(number)).filter(|entry| entry.number == number)?.call
    }

    /// How many calls have not ended.
    pub(crate) fn under_way(&self) -> usize {
        self.entries.len()
    }

    /// How many calls have ended and were not taken.
    pub(crate) fn waiting(&self) -> usize {
        self.finished.len()
    }

    /// How many more have ended that a stream has set aside.
    pub(crate) fn set_aside(&self) -> usize {
        self.aside.len()
    }

    /// Whether something of a streamed response is to be taken.
    pub(crate) fn has_streamed(&self) -> bool {
        self.head.is_some() || !self.pieces.is_empty()
    }

    /// The next that belongs to no stream.
    pub(crate) fn take(&mut self) -> Option<Finished> {
        self.aside.pop_front().or_else(|| {
            let next = self.finished.iter().position(|finished| finished.place.is_none())?;
            self.finished.remove(next)
        })
    }

    /// The next that belongs to a stream, with its place there. What comes before it is set aside.
    pub(crate) fn take_placed(&mut self) -> Option<(usize, Finished)> {
        while let Some(finished) = self.finished.pop_front() {
            match finished.place {
                Some(place) => return Some((place, finished)),
                None => self.aside.push_back(finished),
            }
        }
        None
    }

    fn finish(&mut self, number: u64, place: Option<usize>, outcome: Result<Response, Error>, held: u64) {
        self.has_failed |= outcome.is_err();
        self.progress.ended(outcome.as_ref().ok().map(|response| response.content().len() as u64));
        self.finished.push_back(Finished { number, place, outcome, held });
    }

    fn next_number(&mut self, index: usize) -> u64 {
        self.generation = self.generation.wrapping_add(1);
        u64::from(self.generation) << 32 | index as u64
    }
}

impl Audience for Desk {
    fn done(&mut self, tag: u64, at: SystemTime, outcome: Outcome) -> bool {
        if self.entries.get(index(tag)).is_none_or(|entry| entry.number != tag) {
            return false;
        }
        let Some(entry) = self.entries.try_remove(index(tag)) else { return false };
        let body = match &outcome.result {
            Ok(response) => response.request().body(),
            Err(failure) => failure.request.body(),
        };
        if body.is_streamed() {
            // Whoever keeps the request keeps nothing that could still be read for it. What is dropped is the program's.
            let _ = guard(|| body.give_up());
        }
        let runs_hooks = entry.after.has_hooks() || entry.sink.is_some();
        let held = outcome.held;
        let result = finish(entry.after, ended(outcome, at, self.cause.as_ref()));
        if let Some(sink) = &entry.sink {
            warn(&**sink, warnings(&result), entry.call, at);
        }
        self.finish(entry.number, entry.place, result, held);
        runs_hooks
    }

    #[cold]
    fn head(&mut self, tag: u64, at: SystemTime, head: Streamed) -> bool {
        let Some(entry) = self.entries.get_mut(index(tag)).filter(|entry| entry.number == tag) else { return false };
        let runs_hooks = entry.after.has_hooks() || entry.sink.is_some();
        let Streamed { call, link, response, history, tried, limits, .. } = head;
        let before = Before { history, tried: tried.into_iter().map(of_tried).collect() };
        let response = deliver(&mut entry.after, response, before, at);
        if let Some(sink) = &entry.sink {
            warn(&**sink, response.warnings(), entry.call, at);
        }
        self.head = Some(Head { response, call, link, limits });
        runs_hooks
    }

    #[cold]
    fn content(&mut self, _tag: u64, bytes: Vec<u8>) {
        self.pieces.push_back(bytes);
    }

    #[cold]
    fn uploaded(&mut self, tag: u64, sent: u64, total: Option<u64>) -> bool {
        let entry = self.entries.get(index(tag)).filter(|entry| entry.number == tag);
        let upload = entry.and_then(|entry| entry.after.upload());
        if let Some(upload) = upload {
            upload.tell(sent, total);
        }
        upload.is_some()
    }

    #[cold]
    fn handed(&mut self, _tag: u64, stream: Detached) {
        self.handed = Some(stream);
    }

    #[cold]
    fn warmed(&mut self, result: Result<(), Unopened>) {
        self.warmed.push(result);
    }

    fn told(&mut self, tag: u64, event: Event) {
        if let Some(sink) = self.entries.get(index(tag)).and_then(|entry| entry.sink.as_ref()) {
            record(&**sink, &event);
        }
    }
}

/// The index of a call that never had a place.
const NOWHERE: usize = u32::MAX as usize;

/// Where a call stands in the table.
fn index(number: u64) -> usize {
    (number & u64::from(u32::MAX)) as usize
}

/// Tells a sink what went wrong in a call's hooks; a call that was never submitted has no number.
pub(crate) fn warn(sink: &dyn Sink, warnings: &[Warning], call: Option<CallId>, at: SystemTime) {
    for warning in warnings {
        let what = What::Warning { text: warning.to_string().into() };
        record(sink, &Event::new(at, call.map_or(0, CallId::number), what));
    }
}

/// A sink that panics loses its line, not the call: the panic's own message has been printed by then.
pub(crate) fn record(sink: &dyn Sink, event: &Event) {
    let _ = guard(|| sink.record(event));
}
