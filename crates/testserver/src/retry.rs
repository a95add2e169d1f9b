//! What succeeds when it is tried often enough.

use hyper::StatusCode;
use hyper::header::RETRY_AFTER;

use crate::answer::{self, Answer};
use crate::attempts::Attempts;
use crate::echo;
use crate::request::Request;

/// `/retry/:id/:n`: fails that often, with `?status=` and `?after=`, and then tells everything.
pub(crate) fn counted(request: &Request, id: &str, failures: &str, attempts: &Attempts) -> Answer {
    let Ok(failures) = failures.parse::<u64>() else { return answer::bad("not a count of failures") };
    let status = match request.argument("status") {
        None => Some(StatusCode::SERVICE_UNAVAILABLE),
        Some(status) => status.parse().ok().filter(|status: &StatusCode| (200..600).contains(&status.as_u16())),
    };
    let Some(status) = status else { return answer::bad("not a status from 200 to 599") };
    let attempt = attempts.count(id);
    let mut document = echo::content(request);
    document.insert("attempt".into(), attempt.into());
    let mut answer = answer::json(&document.into());
    if attempt > failures {
        return answer;
    }
    *answer.status_mut() = status;
    match request.argument("after") {
        Some(after) => answer::with(answer, RETRY_AFTER, &after),
        None => answer,
    }
}
