//! Redirects, counted and free.

use hyper::StatusCode;

use crate::answer::{self, Answer};
use crate::request::Request;

/// How the next location is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// As a path.
    Relative,
    /// As a whole URL.
    Absolute,
}

/// `/redirect/:n`: to the same with one less, at last to `/get`; the query says in which form.
pub(crate) fn counted(request: &Request, count: &str) -> Answer {
    let absolute = request.argument("absolute").is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let (form, query) = if absolute { (Form::Absolute, "?absolute=true") } else { (Form::Relative, "") };
    towards(request, count, form, |left| format!("/redirect/{left}{query}"))
}

/// `/relative-redirect/:n` and `/absolute-redirect/:n`: the same, under that name.
pub(crate) fn counted_as(request: &Request, count: &str, form: Form) -> Answer {
    towards(request, count, form, |left| match form {
        Form::Relative => format!("/relative-redirect/{left}"),
        Form::Absolute => format!("/absolute-redirect/{left}"),
    })
}

/// `/redirect-to`: where and how the query says.
pub(crate) fn free(request: &Request) -> Answer {
    let Some(location) = request.argument("url") else { return answer::bad("the query has no url") };
    let status = match request.argument("status_code") {
        None => Some(StatusCode::FOUND),
        Some(text) => text.parse().ok().filter(StatusCode::is_redirection),
    };
    match status {
        Some(status) => answer::redirect(status, &location),
        None => answer::bad("status_code is not a redirect's"),
    }
}

fn towards(request: &Request, count: &str, form: Form, path: impl FnOnce(u32) -> String) -> Answer {
    let next = match count.parse::<u32>() {
        Ok(1) => "/get".into(),
        Ok(count @ 2..) => path(count - 1),
        _ => return answer::bad("not a count of redirects from 1"),
    };
    let location = if form == Form::Absolute { request.absolute(&next) } else { next };
    answer::redirect(StatusCode::FOUND, &location)
}
