//! The requests that are left and the answers that came.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use sortie_benches::Tally;

/// Hands out the numbers of the requests and keeps every answer in the place of its request.
///
/// `B` is what the client gives as content. It is kept as it is: where a client's content keeps more memory alive than
/// its length, that is part of what is measured.
#[derive(Debug)]
pub struct Answers<B> {
    count: usize,
    next: AtomicUsize,
    slots: Mutex<Vec<Option<Answer<B>>>>,
}

/// Status and content, or why there is none.
pub type Answer<B> = Result<(u16, B), Failure>;

/// Why a request has no response.
pub type Failure = Box<dyn Error + Send + Sync>;

impl<B: AsRef<[u8]>> Answers<B> {
    /// `count` requests are to be sent, and none has its answer.
    pub fn new(count: usize) -> Self {
        let slots = Mutex::new((0..count).map(|_| None).collect());
        Answers { count, next: AtomicUsize::new(0), slots }
    }

    /// The number of the next request, counted from 0; `None` if all are taken.
    pub fn take(&self) -> Option<usize> {
        let index = self.next.fetch_add(1, Ordering::Relaxed);
        (index < self.count).then_some(index)
    }

    /// Keeps the answer to the request `index`. A number beyond the count has no place: it changes nothing.
    pub fn put(&self, index: usize, answer: Answer<B>) {
        if let Some(slot) = self.slots().get_mut(index) {
            *slot = Some(answer);
        }
    }

    /// Counts the answers. A request without one is a failure.
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for (index, slot) in self.slots().iter().enumerate() {
            match slot {
                Some(Ok((status, content))) => tally.add(index, *status, content.as_ref().len()),
                Some(Err(error)) => tally.fail(index, &**error),
                None => tally.fail(index, &*Failure::from("not sent")),
            }
        }
        tally
    }

    fn slots(&self) -> MutexGuard<'_, Vec<Option<Answer<B>>>> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_taken_once() {
        let answers = Answers::<Vec<u8>>::new(3);
        let taken: Vec<_> = std::iter::repeat_with(|| answers.take()).take(5).collect();
        assert_eq!(taken, [Some(0), Some(1), Some(2), None, None]);
    }

    #[test]
    fn only_200_is_ok_and_what_is_missing_is_told() {
        let answers = Answers::new(4);
        answers.put(3, Ok((200, vec![0; 100])));
        answers.put(0, Err("no route".into()));
        answers.put(2, Ok((404, vec![0; 9])));
        answers.put(4, Ok((200, vec![0; 1000])));
        let tally = answers.tally();
        assert_eq!((tally.ok(), tally.bytes()), (1, 109));
        assert_eq!(tally.failures(), ["request 0: no route", "request 1: not sent", "request 2: status 404"]);
    }
}
