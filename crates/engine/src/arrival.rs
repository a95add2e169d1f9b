//! The head of a response arrives.

use std::time::SystemTime;

use sortie_http::{Headers, Method, StatusCode};
use sortie_policy::{Question, Seen, Verdict};

use crate::call::{Call, Credentials, State};
use crate::chance::Chance;
use crate::conn::Head;
use crate::receiving::{Flow, Receiving, TRUSTED, Unsent, coded_limit};
use crate::retry::allowed;
use crate::share::Share;
use crate::{Limits, Time};

/// What a head brings that concerns more than its call.
pub(crate) struct News {
    pub(crate) status: StatusCode,
    pub(crate) suspicious: bool,
    /// Why the jar did not take cookies.
    pub(crate) refused: Vec<Box<str>>,
    /// Fields that may ask for time.
    pub(crate) gated: Option<Headers>,
    /// The content is not worth reading.
    pub(crate) skipped: bool,
    /// What the program's own code is to be asked.
    pub(crate) question: Option<Question>,
    /// The content is larger than this many bytes, which is all that is accepted.
    pub(crate) too_large: Option<u64>,
    /// The head goes out before the content.
    pub(crate) streamed: bool,
}

/// What of the engine a head may concern.
pub(crate) struct Standing<'a> {
    pub(crate) limits: &'a Limits,
    pub(crate) chance: &'a mut Chance,
    pub(crate) share: &'a mut Share,
    pub(crate) wall_at_zero: SystemTime,
}

/// A head is here: what it means for the jar, for what follows, for the memory of the body. So many bytes behind it
/// have `arrived` with it.
pub(crate) fn begin(
    call: &mut Call,
    head: Head,
    arrived: usize,
    Standing { limits, chance, share, wall_at_zero }: Standing<'_>,
    now: Time,
) -> (Receiving, Option<Box<News>>) {
    call.marks.head = now;
    let early = match call.state {
        State::Sending { sent, .. } => Some(Unsent::Bytes(sent)),
        State::Feeding { sent, pending, .. } => Some(Unsent::Streamed { sent, pending }),
        State::Held { .. } => Some(Unsent::Body),
        _ => None,
    };
    if early.is_some() {
        call.marks.sent = now;
    }
    let refused = match head.has.set_cookie {
        true => sortie_policy::absorb(&call.policy, call.request.url(), &head.headers, now.wall(wall_at_zero)),
        false => Vec::new(),
    };
    let switches = call.policy.upgrade
        && (head.status == StatusCode::SWITCHING_PROTOCOLS
            || *call.request.method() == Method::CONNECT && head.status.is_success());
    let mut question = None;
    let then = if switches || call.policy.delivers(head.status) {
        Some(Verdict::Deliver)
    } else {
        let is_chancy = call.policy.retries.count > 0 && !head.status.is_success();
        let seen = Seen {
            request: &call.request,
            status: head.status,
            headers: &head.headers,
            brought: match call.credentials() {
                Credentials::Fields(fields) => Some(fields),
                Credentials::None | Credentials::Asked => None,
            },
            course: call.course(),
            now: now.wall(wall_at_zero),
            chance: if is_chancy { chance.number() } else { 0 },
        };
        match sortie_policy::asks_program(&call.policy, &seen) {
            true => {
                question = Some(Question::judge(&call.policy, &seen));
                None
            }
            false => Some(allowed(sortie_policy::judge(&call.policy, &seen), call, limits, share, now)),
        }
    };
    let length = match head.framing {
        sortie_h1::Framing::Length(length) => length,
        _ => 0,
    };
    let delivers = matches!(then, Some(Verdict::Deliver));
    let too_large = call.policy.max_content.filter(|_| delivers);
    let too_large = too_large.filter(|limit| length > coded_limit(*limit, head.has.content_encoding));
    let skipped = !delivers && then.is_some() && length > limits.drain as u64;
    let room = if length > arrived as u64 { length.saturating_add(1).min(TRUSTED) } else { length };
    let mut body = Vec::new();
    let flow = match &then {
        Some(Verdict::Deliver) if call.policy.stream && !switches => Flow::Resting,
        None if call.policy.stream => Flow::Asked,
        _ => Flow::Kept,
    };
    let streamed = flow == Flow::Resting;
    if !skipped && flow == Flow::Kept {
        // A failure shows again when the bytes come, and is an error then.
        let _ = body.try_reserve_exact(room as usize);
    }
    let gated = head.has.retry_after && limits.gate.is_some();
    let heeded = gated || skipped || streamed || too_large.is_some() || question.is_some();
    let news = (call.policy.told || heeded).then(|| {
        let gated = gated.then(|| head.headers.clone());
        let refused = refused.iter().map(|refusal| refusal.to_string().into()).collect();
        Box::new(News {
            status: head.status,
            suspicious: head.suspicious,
            refused,
            gated,
            skipped,
            question,
            too_large,
            streamed,
        })
    });
    (Receiving { head, body, flow, trailers: None, then, early, switches }, news)
}
