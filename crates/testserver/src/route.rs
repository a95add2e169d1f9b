//! From a request to its answer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::StatusCode;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HeaderValue};
use serde_json::json;

use crate::answer::{self, Answer};
use crate::broken::Broken;
use crate::content::Content;
use crate::expect::Expectation;
use crate::interim::Interim;
use crate::redirect::Form;
use crate::request::Request;
use crate::rooms::Rooms;
use crate::shared::Shared;
use crate::visitor::Visitor;
use crate::wire::Heard;
use crate::{
    coding, cookies, digest, echo, expect, fields, fixed, generated, links, range, redirect, retry, secured, sink,
    status, trailers, upgrade,
};

/// The longest content a request may have, in octets.
const MOST_CONTENT: usize = 256 * 1024 * 1024;

/// The longest delay, in seconds.
const LONGEST_DELAY: f64 = 10.0;

/// Answers a request; fails only where its content did not come.
pub(crate) async fn answer(
    request: hyper::Request<Incoming>,
    visitor: &Arc<Visitor>,
    heard: &Heard,
    interim: &Interim,
    shared: &Shared,
) -> Result<Answer, Broken> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if path == "/small" && body.is_end_stream() {
        return Ok(fixed::small());
    }
    // Taken before the content is read: a 100 (Continue) would make the stream forget the head.
    let field_lines = (path == "/raw-headers").then(|| heard.field_lines());
    let expectation = Expectation::of(&parts);
    match expectation {
        Expectation::Ignored => interim.withhold(),
        _ => interim.allow(),
    }
    if path == "/sink" {
        return sink::swallowed(&parts.uri, body).await;
    }
    let unread = body.is_end_stream() || expectation == Expectation::Refused;
    let content = if unread { Some(Bytes::new()) } else { collected(body).await? };
    Ok(match (content, field_lines) {
        (None, _) => {
            let mut refusal = answer::refusal(StatusCode::PAYLOAD_TOO_LARGE, "more content than is taken");
            refusal.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            refusal
        }
        (Some(_), Some(lines)) => answer::typed("text/plain; charset=utf-8", Content::Whole(lines.into())),
        (Some(content), None) => route(&Request::new(parts, content, Arc::clone(visitor)), shared).await,
    })
}

/// The whole content; `None` where it is longer than is taken.
async fn collected(body: Incoming) -> Result<Option<Bytes>, Broken> {
    if body.size_hint().lower() > MOST_CONTENT as u64 {
        return Ok(None);
    }
    match Limited::new(body, MOST_CONTENT).collect().await {
        Ok(content) => Ok(Some(content.to_bytes())),
        Err(error) if error.is::<LengthLimitError>() => Ok(None),
        Err(error) => Err(error),
    }
}

async fn route(request: &Request, shared: &Shared) -> Answer {
    match *request.segments() {
        ["get"] => answer::only(request, "GET, HEAD, OPTIONS", echo::head),
        ["post"] => answer::only(request, "POST, OPTIONS", echo::whole),
        ["put"] => answer::only(request, "PUT, OPTIONS", echo::whole),
        ["patch"] => answer::only(request, "PATCH, OPTIONS", echo::whole),
        ["delete"] => answer::only(request, "DELETE, OPTIONS", echo::whole),
        ["anything", ..] => echo::whole(request),
        ["headers"] => echo::fields(request),
        ["ip"] => echo::ip(request),
        ["user-agent"] => echo::user_agent(request),
        ["cookies"] => cookies::told(request),
        ["cookies", "set"] => cookies::set(request),
        ["cookies", "set", name, value] => cookies::set_one(name, value),
        ["cookies", "delete"] => cookies::delete(request),
        ["redirect", count] => redirect::counted(request, count),
        ["relative-redirect", count] => redirect::counted_as(request, count, Form::Relative),
        ["absolute-redirect", count] => redirect::counted_as(request, count, Form::Absolute),
        ["redirect-to"] => redirect::free(request),
        ["status", code] => status::plain(code),
        ["basic-auth", user, password] => status::basic(request, user, password),
        ["digest-auth", ref path @ ..] => digest::digest(request, path, &shared.nonces),
        ["bearer"] => status::bearer(request),
        ["gzip"] => coding::gzip(request),
        ["deflate"] => coding::zlib(request),
        ["deflate-raw"] => coding::deflate(request),
        ["brotli"] => coding::brotli(request),
        ["zstd"] => coding::zstd(request),
        ["delay", seconds] => delayed(request, seconds).await,
        ["wait", count] => gathered(&shared.rooms, count).await,
        ["hold"] => {
            shared.rooms.hold().await;
            answer::json(&json!({ "held": true }))
        }
        ["bytes", count] => generated::bytes(request, count, true),
        ["chunked", count] => generated::bytes(request, count, false),
        ["stream-bytes", count] => generated::chunks(request, count),
        ["drip"] => generated::drip(request, &shared.rooms),
        ["huge", count] => generated::huge(count),
        ["trailers"] => trailers::asked(request),
        ["stream", count] => generated::lines(request, count),
        ["range", length] => range::part(request, length),
        ["links", count] => links::first(count),
        ["links", count, number] => links::page(count, number),
        ["link-header", count, number] => links::field(request, count, number),
        ["response-headers"] => fields::set(request),
        ["json"] => fixed::json(),
        ["html"] => fixed::html(),
        ["encoding", "utf8"] => fixed::utf8(),
        ["small"] => fixed::small(),
        ["tls"] => secured::tls(request),
        ["expect"] => expect::asked(request),
        ["retry", id, failures] => retry::counted(request, id, failures, &shared.attempts),
        ["upgrade"] => upgrade::asked(request),
        _ => answer::refusal(StatusCode::NOT_FOUND, "no such route"),
    }
}

/// `/delay/:seconds`: as `/anything`, later.
async fn delayed(request: &Request, seconds: &str) -> Answer {
    match seconds.parse::<f64>() {
        Ok(seconds) if seconds >= 0.0 => {
            let delay = Duration::from_secs_f64(seconds.min(LONGEST_DELAY));
            tokio::time::sleep(delay).await;
            echo::whole(request)
        }
        _ => answer::bad("not a number of seconds"),
    }
}

/// `/wait/:n`: when n requests are here.
async fn gathered(rooms: &Rooms, count: &str) -> Answer {
    match count.parse() {
        Ok(count) if count > 0 => {
            rooms.gather(count).await;
            answer::json(&json!({ "waited": count }))
        }
        _ => answer::bad("not a count of requests from 1"),
    }
}
