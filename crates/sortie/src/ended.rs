//! From the engine's outcome to the one that a session's `finish` takes.

use std::time::SystemTime;

use sortie_engine::{BodyFault, Failure, LinkError, LinkFault, Outcome, Unopened};
use sortie_session::{Before, Ended, Error, ErrorKind, Phase, Setback, Tried};

use crate::cause::Cause;

/// How a call ended. `cause` is why the batch was given up, where it was.
pub(crate) fn ended(outcome: Outcome, at: SystemTime, cause: Option<&Cause>) -> Ended {
    let Outcome { before, result, attempts, .. } = outcome;
    let mut before = before.map(|before| Box::new(of_before(*before)));
    match result {
        Ok(response) => Ended { request: None, before, result: Ok(response), at },
        Err(failure) => {
            let Failure { error, phase, request, response } = *failure;
            let mut error = match cause.filter(|_| matches!(error, sortie_engine::Error::Cancelled)) {
                Some(cause) => cause.error(),
                None => convert(error, phase),
            };
            error = error.with_phase(phase_of(phase)).with_attempts(attempts);
            if let Some(response) = response {
                before.get_or_insert_default().history.push(response);
            }
            Ended { request: Some(request), before, result: Err(error), at }
        }
    }
}

#[cold]
fn of_before(before: sortie_engine::Before) -> Before {
    Before { history: before.history, tried: before.tried.into_iter().map(of_tried).collect() }
}

/// An exchange that went wrong and was tried again.
pub(crate) fn of_tried(tried: sortie_engine::Tried) -> Tried {
    let why = match tried.why {
        sortie_engine::Setback::Status(status) => Setback::Status(status),
        sortie_engine::Setback::Failed(failure) => {
            let Failure { error, phase, request, .. } = *failure;
            Setback::Failed(convert(error, phase).with_phase(phase_of(phase)).with_request(request))
        }
    };
    Tried::new(why, tried.wait)
}

/// Why a connection could not be opened that was opened for no call.
pub(crate) fn failed(why: Unopened) -> Error {
    convert(why.error, why.phase).with_phase(phase_of(why.phase))
}

fn convert(error: sortie_engine::Error, phase: sortie_engine::Phase) -> Error {
    use sortie_engine::Error as From;
    let message = error.to_string();
    match error {
        From::Link(LinkError { kind, source }) => {
            Error::new(kind_of_link(kind)).with_message(message).with_shared_source(source.into())
        }
        From::Body(BodyFault::Read(source)) => Error::new(ErrorKind::Body).with_source(source),
        From::Body(_) => Error::new(ErrorKind::Body).with_message(message),
        From::Closed => Error::new(ErrorKind::Closed),
        From::Protocol(source) => {
            let truncated = matches!(source, sortie_h1::Error::Truncated { .. });
            let kind = if truncated { ErrorKind::Truncated } else { ErrorKind::Protocol };
            Error::new(kind).with_source(source)
        }
        From::Content(source) => {
            use sortie_content::Error as Content;
            let large = matches!(source, Content::TooLarge { .. } | Content::Bomb { .. });
            let kind = if large { ErrorKind::ContentTooLarge } else { ErrorKind::Content };
            Error::new(kind).with_source(source)
        }
        From::TooLarge { .. } | From::OverBudget { .. } => Error::new(ErrorKind::ContentTooLarge).with_message(message),
        From::Memory { .. } => Error::new(ErrorKind::System).with_message(message),
        From::Policy(source) => {
            use sortie_policy::Error as Policy;
            let kind = match source {
                Policy::TooManyRedirects { .. } => ErrorKind::TooManyRedirects,
                Policy::Unanswered | Policy::Scheme { .. } | Policy::Forbidden { .. } | Policy::Field { .. } => {
                    ErrorKind::Auth
                }
                _ => ErrorKind::Redirect,
            };
            Error::new(kind).with_source(source)
        }
        From::Timeout { limit, peer } => {
            let kind = kind_of_timeout(phase);
            let whom = peer.map_or_else(String::new, |peer| format!(", waiting for {peer}"));
            Error::new(kind).with_message(format!("{} after {limit:?}{whom}", what_timed_out(kind, phase)))
        }
        From::Total { limit } => {
            let kind = ErrorKind::TotalTimeout;
            Error::new(kind).with_message(format!("{kind} after {limit:?}"))
        }
        From::Cancelled => Error::new(ErrorKind::Cancelled),
        _ => Error::new(ErrorKind::System).with_message(message),
    }
}

/// The name of a timeout that ran out, with the part of connecting that it found.
fn what_timed_out(kind: ErrorKind, phase: sortie_engine::Phase) -> String {
    match phase {
        sortie_engine::Phase::Resolve | sortie_engine::Phase::Proxy | sortie_engine::Phase::Tls => {
            format!("{kind} ({})", phase_of(phase))
        }
        _ => kind.to_string(),
    }
}

fn kind_of_link(fault: LinkFault) -> ErrorKind {
    match fault {
        LinkFault::Resolve => ErrorKind::Resolve,
        LinkFault::Connect => ErrorKind::Connect,
        LinkFault::Refused => ErrorKind::Address,
        LinkFault::Proxy => ErrorKind::Proxy,
        LinkFault::Tls => ErrorKind::Tls,
        LinkFault::Unclean => ErrorKind::Truncated,
        LinkFault::Unsupported => ErrorKind::Unsupported,
        LinkFault::Write => ErrorKind::Send,
        LinkFault::Read => ErrorKind::Receive,
        _ => ErrorKind::System,
    }
}

fn kind_of_timeout(phase: sortie_engine::Phase) -> ErrorKind {
    match phase {
        sortie_engine::Phase::Queue => ErrorKind::QueueTimeout,
        sortie_engine::Phase::Resolve
        | sortie_engine::Phase::Connect
        | sortie_engine::Phase::Proxy
        | sortie_engine::Phase::Tls => ErrorKind::ConnectTimeout,
        sortie_engine::Phase::FirstByte => ErrorKind::FirstByteTimeout,
        _ => ErrorKind::BetweenBytesTimeout,
    }
}

fn phase_of(phase: sortie_engine::Phase) -> Phase {
    match phase {
        sortie_engine::Phase::Queue => Phase::Queue,
        sortie_engine::Phase::Resolve => Phase::Resolve,
        sortie_engine::Phase::Connect => Phase::Connect,
        sortie_engine::Phase::Proxy => Phase::Proxy,
        sortie_engine::Phase::Tls => Phase::Tls,
        sortie_engine::Phase::Send => Phase::Send,
        sortie_engine::Phase::FirstByte => Phase::FirstByte,
        sortie_engine::Phase::Content => Phase::Content,
        sortie_engine::Phase::Wait => Phase::Wait,
        _ => Phase::Redirect,
    }
}
