//! The beginning of a call: what was asked for meets the session, goes past the hooks and becomes a request.

use std::sync::Arc;

use sortie_hooks::{Point, Warning};
use sortie_http::{Body, Headers, PreparedRequest};
use sortie_policy::Policy;

use crate::arguments::{Hop, Rest};
use crate::check::{check_fields, check_target, check_way};
use crate::encode::{self, Content, Credentials, Facts, Said};
use crate::finish::After;
use crate::memo::{Parts, Ready, Recalled};
use crate::settle::settle;
use crate::{Arguments, Error, ErrorKind, Memo, Profile, Setting, merge};

/// A call that is ready to be submitted.
#[derive(Debug)]
pub struct Prepared {
    /// The request, complete but for cookies.
    pub request: PreparedRequest,
    /// What is to follow each of its exchanges.
    pub policy: Arc<Policy>,
    /// What the outcome brings back.
    pub tag: u64,
    /// What [`finish`](crate::finish) needs at the end.
    pub after: After,
}

/// Prepares a call: merges, runs `args`, encodes, runs `pre_request`, checks.
///
/// A request that brings nothing of its own costs a look into the memo: header fields and policy are shared, and the
/// URL is too where its text is that of the last one to its origin.
///
/// Fails before any I/O; the error then says which method and URL it is about. `post_request` hooks do not run.
pub fn prepare(profile: &Arc<Profile>, memo: &Memo, mut arguments: Arguments) -> Result<Prepared, Error> {
    let mut warnings = Vec::new();
    if profile.base.leads() {
        lead(profile, &mut arguments, &mut warnings)?;
    }
    let arguments = run_args(profile, arguments, &mut warnings)?;
    let made = encode(profile, memo, &arguments)
        .and_then(|(request, policy)| run_pre_request(profile, &arguments, request, policy, &mut warnings))
        .and_then(|(request, policy)| {
            check_way(policy.way.as_deref(), request.url().origin()).map(|()| (request, policy))
        });
    match made {
        Err(error) => Err(about(&arguments, error, warnings)),
        Ok((request, policy)) => {
            let tag = arguments.tag();
            let upload = arguments.rest().and_then(|rest| rest.sending.upload.clone());
            let after = After::new(&profile.hooks, arguments.hooks(), warnings, tag).with_upload(upload);
            Ok(Prepared { request, policy, tag, after })
        }
    }
}

/// Shows the arguments to the `args` hooks, with the session's merged in.
fn run_args(profile: &Profile, arguments: Arguments, warnings: &mut Vec<Warning>) -> Result<Arguments, Error> {
    let Some(point) = joined(&profile.hooks.args, arguments.hooks().map(|own| &own.args)) else {
        return Ok(arguments);
    };
    let arguments = merge::arguments(profile, arguments);
    let mut shown = point.run(arguments.clone(), warnings).map_err(|refusal| {
        let error = Error::new(ErrorKind::Refused).with_source(refusal);
        about(&arguments, error, std::mem::take(warnings))
    })?;
    if profile.base.leads() {
        lead(profile, &mut shown, warnings)?;
    }
    Ok(shown)
}

/// Makes a relative URL absolute, by the base of the session.
fn lead(profile: &Profile, arguments: &mut Arguments, warnings: &mut Vec<Warning>) -> Result<(), Error> {
    match profile.absolute(arguments.url()) {
        Ok(None) => {}
        Ok(Some(url)) => arguments.set_url(url),
        Err(error) => return Err(about(arguments, error, std::mem::take(warnings))),
    }
    Ok(())
}

/// Makes the request and its policy of what was asked for.
fn encode(profile: &Arc<Profile>, memo: &Memo, arguments: &Arguments) -> Result<(PreparedRequest, Arc<Policy>), Error> {
    let (method, rest) = (arguments.method(), arguments.rest());
    let is_plain = rest.is_none() && profile.params.is_empty() && encode::empty_length(method).is_none();
    let Parts { mut url, ready, mut policy } = match memo.recall(profile, method, arguments.url_text(), is_plain)? {
        Recalled::Like(request, policy) => return Ok((request, policy)),
        Recalled::Parts(parts) => parts,
    };
    check_target(method, url.scheme(), profile.https_only, rest.is_some_and(|rest| rest.upgrade))?;
    let userinfo = url.userinfo();
    if is_plain && userinfo.is_none() {
        // It brings nothing of its own: what the memo has is all of it.
        return Ok((PreparedRequest::new(method.clone(), url, ready.plain.clone(), Body::none()), policy));
    }
    if userinfo.is_some() {
        url = url.without_userinfo();
    }
    if !profile.params.is_empty() || rest.is_some_and(|rest| !rest.params.is_empty()) {
        let params = merge::params(profile, rest);
        url = url.with_params(params.iter().filter_map(|laid| Some((laid.name, laid.value?))));
    }
    let (body, media_type) = arguments.body().encode()?;
    let (body, coding) = match rest {
        Some(rest) => rest.sending.encode(body)?,
        None => (body, None),
    };
    let has_content = body.is_chunked() || body.length().is_some_and(|length| length > 0);
    let expects = has_content && rest.map(|rest| rest.sending.expect()).transpose()?.flatten().is_some();
    let (length, chunked, media_type) = (body.length(), body.is_chunked(), media_type.as_deref());
    let content = Content { length, chunked, media_type, coding, expects };
    let facts = Facts { method, origin: url.origin(), content, secret: &profile.credentials };
    let (headers, said) = fields(profile, rest, &ready, &facts, userinfo, &body)?;
    if let Some(rest) = rest {
        policy = merge::policy(profile, &policy, rest, url.origin())?;
    }
    if let Some(said) = said {
        let auth = match said {
            Said::EachTime(authenticator) => Some(authenticator),
            Said::AsAsked | Said::Value(_) => None,
        };
        if auth.is_some() || policy.auth.is_some() {
            Arc::make_mut(&mut policy).auth = auth;
        }
    }
    Ok((PreparedRequest::new(method.clone(), url, headers, body), policy))
}

/// The header fields: the session's ready ones, or those with the request's own behind them, or all laid anew. With them how
/// it is said who asks, where that may differ from the session's way.
fn fields(
    profile: &Profile,
    rest: Option<&Rest>,
    ready: &Ready,
    facts: &Facts<'_>,
    userinfo: Option<(String, String)>,
    body: &Body,
) -> Result<(Headers, Option<Said>), Error> {
    let own = rest.map_or(&[][..], |rest| rest.headers.as_slice());
    let is_away = rest.is_some_and(|rest| rest.hop == Hop::Away);
    let is_like_others = userinfo.is_none() && !is_away && rest.is_none_or(|rest| !rest.merged && rest.auth.is_unset());
    if is_like_others && own.is_empty() && !facts.has_framing() {
        return Ok((ready.plain.clone(), None));
    }
    if is_like_others && let Some(base) = ready.base.as_ref().filter(|base| base.is_added_to_by(own)) {
        return encode::headers_behind(base, own, facts).map(|headers| (headers, None));
    }
    let request = rest.map_or(Setting::Unset, |rest| rest.auth.as_ref());
    let netrc = profile.netrc();
    let netrc = netrc.lookup(facts.origin.host());
    let session = profile.auth.as_ref().filter(|_| !is_away);
    let credentials = Credentials { request, userinfo, session, netrc };
    let list = merge::headers(profile, rest);
    let (headers, said) = encode::headers(&list, facts, &credentials)?;
    check_fields(&headers, body)?;
    Ok((headers, Some(said)))
}

/// Shows the request to the `pre_request` hooks, and makes right what they left.
fn run_pre_request(
    profile: &Profile,
    arguments: &Arguments,
    request: PreparedRequest,
    mut policy: Arc<Policy>,
    warnings: &mut Vec<Warning>,
) -> Result<(PreparedRequest, Arc<Policy>), Error> {
    let Some(point) = joined(&profile.hooks.pre_request, arguments.hooks().map(|own| &own.pre_request)) else {
        return Ok((request, policy));
    };
    let before = request.clone();
    let mut request = point
        .run(request, warnings)
        .map_err(|refusal| Error::new(ErrorKind::Refused).with_source(refusal).with_request(before.clone()))?;
    settle(&before, &mut request, &mut policy)
        .and_then(|()| check_target(request.method(), request.url().scheme(), profile.https_only, policy.upgrade))
        .and_then(|()| check_fields(request.headers(), request.body()))
        .map_err(|error| error.with_request(request.clone()))?;
    Ok((request, policy))
}

/// The session's callbacks, then the request's; `None` where there are none.
fn joined<T>(session: &Point<T>, request: Option<&Point<T>>) -> Option<Point<T>> {
    match request.filter(|own| !own.is_empty()) {
        Some(own) => Some(session.chain(own)),
        None => (!session.is_empty()).then(|| session.clone()),
    }
}

/// Says what an error is about.
fn about(arguments: &Arguments, error: Error, warnings: Vec<Warning>) -> Error {
    error.with_asked(arguments.method().clone(), arguments.url()).with_tag(arguments.tag()).with_warnings(warnings)
}
