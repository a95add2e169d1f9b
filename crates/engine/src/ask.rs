//! What only a program's own code can say: asked by an output, answered by [`Engine::handle_reply`].

use sortie_policy::{Question, Reply, Verdict, with_credentials};

use crate::call::{Credentials, State};
use crate::engine::Engine;
use crate::retry::allowed;
use crate::{CallId, Error, Output, Phase, Time};

impl Engine {
    /// The program's own code has answered what [`Output::Ask`] asked. Ignored where nobody waits for it any more:
    /// where the call has ended, or has come to another exchange.
    pub fn handle_reply(&mut self, call: CallId, exchange: u32, reply: Reply, now: Time) {
        if self.calls.get(call).is_none_or(|call| call.attempts != exchange) {
            return;
        }
        match reply {
            Reply::Authorized(fields) => {
                let Some(entry) = self.calls.get_mut(call) else { return };
                let State::Sending { link, head: false, .. } = entry.state else { return };
                if !matches!(entry.credentials(), Credentials::Asked) {
                    return;
                }
                let fields = fields.and_then(|fields| with_credentials(&entry.request, &fields).map(|_| fields));
                match fields {
                    Ok(fields) => {
                        entry.set_credentials(Credentials::Fields(fields));
                        let patience = entry.policy.timeouts.between_bytes;
                        self.arm_link(link, patience.map(|limit| now.after(limit)));
                        self.push(Output::Transmit { link });
                    }
                    Err(error) => {
                        self.fail(call, Error::Policy(error), Phase::Send, now);
                        self.release(link, true, now);
                    }
                }
            }
            Reply::Judged(verdict) => self.judged(call, verdict, now),
            _ => {}
        }
    }

    /// Has the program's own scheme asked who asks, where there is one. Says whether it is.
    pub(crate) fn ask_credentials(&mut self, id: CallId, now: Time) -> bool {
        let wall = self.wall(now);
        let Some(call) = self.calls.get_mut(id) else { return false };
        let Some(scheme) = sortie_policy::scheme(&call.policy, call.course().left_origin) else { return false };
        let question = Question::Authorize { scheme: scheme.clone(), request: call.request.clone(), now: wall };
        call.set_credentials(Credentials::Asked);
        let exchange = call.attempts;
        self.push(Output::Ask { call: id, exchange, question });
        true
    }

    fn judged(&mut self, id: CallId, verdict: Verdict, now: Time) {
        let Some(call) = self.calls.get_mut(id) else { return };
        let verdict = allowed(verdict, call, &self.limits, &mut self.share, now);
        match &mut call.state {
            State::Receiving { link, receiving } if receiving.then.is_none() => {
                let link = *link;
                receiving.then = Some(verdict);
                if receiving.is_drained() && receiving.body.len() > self.limits.drain {
                    self.complete(id, link, false, now);
                } else {
                    self.stream_judged(id, link, now);
                }
            }
            State::Judging { link, receiving, reusable } => {
                let (link, reusable) = (*link, *reusable);
                receiving.then = Some(verdict);
                if let Some(receiving) = call.take_receiving() {
                    self.conclude(id, link, receiving, reusable, now);
                }
            }
            _ => {}
        }
    }
}
