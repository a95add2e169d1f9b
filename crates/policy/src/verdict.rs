use std::time::{Duration, SystemTime};

use sortie_http::{Headers, PreparedRequest, StatusCode};

use crate::Error;

/// What is to be judged: an exchange, as soon as the response's head is there.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The request that was sent, without the cookies and credentials that were added to this exchange alone.
    pub request: &'a PreparedRequest,
    /// The status of the response.
    pub status: StatusCode,
    /// The response's header fields.
    pub headers: &'a Headers,
    /// What was added to this exchange for [`Policy::auth`](crate::Policy::auth).
    pub brought: Option<&'a Headers>,
    /// How far the call had come.
    pub course: Course,
    /// What the wall clock said when the head came.
    pub now: SystemTime,
    /// Any number: what [`Retries`](crate::Retries) chooses the wait by.
    pub chance: u64,
}

/// How far a call has come.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Course {
    /// How many redirects it has followed.
    pub redirects: u32,
    /// How often it has gone again because of what went wrong: see [`Retries`](crate::Retries).
    pub retries: u32,
    /// How many challenges to the present request it has answered.
    pub answers: u32,
    /// Whether a redirect has led to another origin, whatever came after that.
    pub left_origin: bool,
}

/// What follows an exchange.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Verdict {
    /// The response is the answer to the call.
    Deliver,
    /// The call goes on with another request.
    Again(Box<Again>),
    /// The call goes on with the same request, once this time has passed.
    Wait(Duration),
    /// The call ends with this error; what came belongs to it.
    Fail(Box<Error>),
}

/// The next exchange of a call.
#[derive(Clone, Debug)]
pub struct Again {
    /// What to send, but for cookies, and for what [`Policy::auth`](crate::Policy::auth) adds.
    pub request: PreparedRequest,
    /// Whether this step leaves the origin. The credentials are gone from the request already; the call's own cookies
    /// must not go along from here on, also if it comes back, and neither may what [`Policy::auth`](crate::Policy::auth) says.
    pub left_origin: bool,
    /// Why it goes on.
    pub why: Why,
}

/// Why a call goes on at once.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Why {
    /// The response is a redirect.
    Redirect,
    /// The response asks who is there, and there is an answer.
    Challenge,
}

impl<'a> Seen<'a> {
    /// The response to the first exchange of a call, to which nothing was added.
    pub fn first(request: &'a PreparedRequest, status: StatusCode, headers: &'a Headers) -> Self {
        let (course, now) = (Course::default(), SystemTime::UNIX_EPOCH);
        Seen { request, status, headers, brought: None, course, now, chance: 0 }
    }
}
