//! What went wrong and is tried again, after a while.

use std::time::Duration;

use sortie_log::What;
use sortie_policy::{Failed, Verdict};

use crate::call::{Call, Rare, State};
use crate::engine::Engine;
use crate::outcome::{Failure, Setback};
use crate::share::Share;
use crate::{CallId, Error, Limits, LinkFault, Phase, Time, Tried};

/// A verdict as far as the limits allow it: a response that may not be tried again is the answer.
pub(crate) fn allowed(verdict: Verdict, call: &Call, limits: &Limits, share: &mut Share, now: Time) -> Verdict {
    match verdict {
        Verdict::Wait(wait) if !is_in_time(call, wait, now) || !share.take(limits.retry_share) => Verdict::Deliver,
        verdict => verdict,
    }
}

impl Engine {
    /// An exchange has brought no response: its call goes again after a while, if it may, or ends with this error.
    ///
    /// The link must be given up by the caller.
    pub(crate) fn fail_or_retry(&mut self, id: CallId, error: Error, phase: Phase, written: bool, now: Time) {
        if self.is_shown(id) {
            return self.fail(id, error, phase, now);
        }
        let Some(call) = self.calls.get(id) else { return };
        if call.policy.retries.count == 0 || !is_passing(&error) {
            return self.fail(id, error, phase, now);
        }
        let (request, course) = (&call.request, call.course());
        let chance = self.chance.number();
        let wait = sortie_policy::retry(&call.policy, &Failed { request, written, course, chance });
        match wait {
            Some(wait) if is_in_time(call, wait, now) && self.share.take(self.limits.retry_share) => {
                let request = request.clone();
                let why = error.to_string();
                self.let_go_of_content(id);
                let failure = Failure { error, phase, request, response: None };
                self.try_later(id, Setback::Failed(Box::new(failure)), &why, wait, now);
            }
            _ => self.fail(id, error, phase, now),
        }
    }

    /// Has a call wait, and go again then. Its link must be free, or be given up by the caller.
    pub(crate) fn try_later(&mut self, id: CallId, setback: Setback, why: &str, wait: Duration, now: Time) {
        let Some(call) = self.calls.get_mut(id) else { return };
        let Rare { before, course, .. } = call.rare_mut();
        course.retries += 1;
        course.answers = 0;
        before.tried.push(Tried { why: setback, wait });
        call.resent = false;
        call.cookie = None;
        call.state = State::Waiting { until: now.after(wait) };
        if call.policy.told {
            let (retries, count) = (call.course().retries, call.policy.retries.count);
            let why = format!("{why}, again in {wait:?}, retry {retries} of {count}").into();
            let url = call.request.url().to_string().into();
            self.tell(id, What::Retried { why, url }, now);
        }
        self.arm_call(id);
        // It may have been the one that was read whatever the budget says.
        self.resume_paused(now);
    }

    /// The time of a call that waited has come.
    pub(crate) fn try_again(&mut self, id: CallId, now: Time) {
        self.requeue(id, false, now);
        if let Some(origin) = self.calls.get(id).map(|call| call.origin) {
            if self.calls.get(id).is_some_and(|call| call.policy.timeouts.total.is_some()) {
                self.arm_call(id);
            }
            self.dispatch(origin, now);
        }
    }
}

/// Whether a call can wait so long without running out of its own time.
fn is_in_time(call: &Call, wait: Duration, now: Time) -> bool {
    call.policy.timeouts.total.is_none_or(|total| now.after(wait) < call.submitted.after(total))
}

/// Whether what went wrong may go right the next time.
fn is_passing(error: &Error) -> bool {
    use LinkFault::{Connect, Proxy, Read, Resolve, Unclean, Write};
    match error {
        Error::Link(error) => matches!(error.kind, Resolve | Connect | Proxy | Write | Read | Unclean),
        Error::Protocol(error) => {
            matches!(error, sortie_h1::Error::Truncated { .. } | sortie_h1::Error::ClosedBeforeHead { .. })
        }
        Error::Closed | Error::Timeout { .. } => true,
        _ => false,
    }
}
