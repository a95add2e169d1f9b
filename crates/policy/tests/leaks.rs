//! No redirect carries a credential to another origin (rule 30), whatever the chain: driven as an engine does it.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{
    AuthScheme, Authenticator, Course, Digest, Netrc, Policy, Retries, Seen, Verdict, Why, authorization, basic,
    cookie_value, judge, scheme, with_credentials,
};

/// Stands in all that is for the first origin alone.
const HOME: &str = "home-5ecret";

/// Stands in the userinfo of Locations.
const USERINFO: &str = "location-5ecret";

const ORIGINS: &[&str] = &[
    "http://a.test",
    "https://a.test",
    "http://a.test:8080",
    "https://a.test:8443",
    "http://b.test",
    "https://b.test",
    "http://[::1]:81",
];

/// Names of fields that are credentials, some of them in a case of their own.
const SECRET_FIELDS: &[&str] = &[
    "Authorization",
    "PROXY-Authorization",
    "cookie",
    "X-Api-Key",
    "API-KEY",
    "X-Auth-User",
    "x-csrf-token",
    "Client-Secret",
];

/// What answers an exchange.
#[derive(Clone, Debug)]
enum Step {
    Redirect { status: u16, location: String },
    Challenge,
    Busy,
}

struct Home;

impl AuthScheme for Home {
    fn authorize(&self, _: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("Authorization", HOME)?;
        headers.append("X-Plain-Name", HOME)?;
        Ok(headers)
    }

    fn answer(&self, _: &Seen<'_>) -> Result<bool, Box<dyn StdError + Send + Sync>> {
        Ok(true)
    }
}

fn location() -> impl Strategy<Value = String> {
    let userinfo = select(vec![String::new(), format!("{USERINFO}@"), format!("u:{USERINFO}@")]);
    let path = select(vec!["/", "/p?q=1", "/p/../q#f", "", "/\u{e9}"]);
    let absolute = (select(ORIGINS), userinfo.clone(), path).prop_map(|(origin, userinfo, path)| {
        let (scheme, authority) = origin.split_once("://").unwrap();
        format!("{scheme}://{userinfo}{authority}{path}")
    });
    let network = (select(ORIGINS), userinfo)
        .prop_map(|(origin, userinfo)| format!("//{userinfo}{}/n", origin.split_once("://").unwrap().1));
    let relative = select(vec!["/x", "x", "?y", "../z", "#f", "/\\b.test/"]).prop_map(String::from);
    prop_oneof![4 => absolute, 1 => network, 2 => relative]
}

fn step() -> impl Strategy<Value = Step> {
    let redirect = (select(vec![301, 302, 303, 307, 308]), location())
        .prop_map(|(status, location)| Step::Redirect { status, location });
    prop_oneof![6 => redirect, 1 => Just(Step::Challenge), 1 => Just(Step::Busy)]
}

fn answer(step: &Step) -> (StatusCode, Headers) {
    let mut headers = Headers::new();
    let status = match step {
        Step::Redirect { status, location } => {
            headers.append("Location", location).unwrap();
            *status
        }
        Step::Challenge => {
            headers.append("WWW-Authenticate", "Digest realm=\"r\", nonce=\"n\", qop=\"auth\"").unwrap();
            401
        }
        Step::Busy => 503,
    };
    (StatusCode::from_u16(status).unwrap(), headers)
}

/// Whether a step stays where credentials may be shown.
fn stays(from: &Url, to: &Url) -> bool {
    let usual = |url: &Url, scheme: &str, port: u16| url.scheme().as_str() == scheme && url.port() == port;
    from.same_origin(to)
        || from.host().to_string() == to.host().to_string() && usual(from, "http", 80) && usual(to, "https", 443)
}

/// The request as it goes out, with all that an engine adds to it; and what was added to say who asks.
fn outgoing(policy: &Policy, request: &PreparedRequest, course: &Course) -> (PreparedRequest, Option<Headers>) {
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let brought = match scheme(policy, course.left_origin) {
        Some(scheme) => Some(scheme.authorize(request, now).unwrap()),
        None => authorization(policy, request, course, || [7; 16]),
    };
    let mut out = request.clone();
    if let Some(fields) = &brought {
        out = with_credentials(&out, fields).unwrap();
    }
    if let Some(cookie) = cookie_value(policy, request, !course.left_origin, now) {
        out.headers_mut().set_sensitive("Cookie", &cookie).unwrap();
    }
    (out, brought)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn a_redirect_never_carries_a_credential_to_another_origin(
        start in select(ORIGINS),
        secrets in vec(select(SECRET_FIELDS), 0..4),
        marked: bool,
        own_cookie: bool,
        auth in 0..3,
        has_netrc: bool,
        referer: bool,
        steps in vec(step(), 1..12),
    ) {
        let (netrc, faults) = Netrc::parse("machine b.test login net password rc machine ::1 login six password rc");
        prop_assert!(faults.is_empty());
        let mut policy = Policy::default();
        policy.auth = match auth {
            0 => None,
            1 => Some(Authenticator::Digest(Digest::new("home", HOME))),
            _ => Some(Authenticator::Scheme(Arc::new(Home))),
        };
        policy.redirects.referer = referer;
        policy.retries = Retries::new(3);
        policy.cookies = own_cookie.then(|| format!("own={HOME}").into());
        if has_netrc {
            policy.netrc = netrc.clone();
        }
        let mut headers = Headers::new();
        headers.append("Host", "virtual.test").unwrap();
        for name in &secrets {
            headers.append(name, HOME).unwrap();
        }
        headers.append("X-Public", "public").unwrap();
        if marked {
            headers.set_sensitive("X-Marked", HOME).unwrap();
        }
        let url = Url::parse(&format!("{start}/begin?key={HOME}")).unwrap();
        let mut request = PreparedRequest::new(Method::PUT, url.clone(), headers, Body::bytes("x"));
        let (mut course, mut left) = (Course::default(), false);
        for step in &steps {
            let (out, brought) = outgoing(&policy, &request, &course);
            let text = |(name, value): (&str, &str)| format!("{name}: {value}");
            let fields: Vec<String> = out.headers().iter().map(text).collect();
            prop_assert!(!out.url().as_str().contains(USERINFO) && !fields.iter().any(|it| it.contains(USERINFO)));
            prop_assert_eq!(out.headers().get("X-Public"), Some("public"));
            if left {
                prop_assert!(!fields.iter().any(|it| it.contains(HOME)), "{fields:?}");
                prop_assert!(brought.is_none());
                prop_assert!(out.headers().get("Host") != Some("virtual.test"));
                let said: Vec<&str> = out.headers().get_all("Authorization").collect();
                let known = has_netrc.then(|| netrc.lookup(out.url().host())).flatten();
                let known = known.map(|(user, password)| basic(user, password));
                prop_assert!(said.is_empty() || said == known.iter().map(String::as_str).collect::<Vec<_>>(), "{said:?}");
            } else {
                prop_assert!(secrets.iter().all(|name| out.headers().contains(name)), "{fields:?}");
                prop_assert_eq!(marked, out.headers().contains("X-Marked"));
                prop_assert_eq!(auth == 2, out.headers().contains("X-Plain-Name"));
            }
            let (status, headers) = answer(step);
            let seen = Seen { course, brought: brought.as_ref(), ..Seen::first(&request, status, &headers) };
            match judge(&policy, &seen) {
                Verdict::Again(again) => {
                    course.left_origin |= again.left_origin;
                    match again.why {
                        Why::Challenge => course.answers += 1,
                        _ => (course.redirects, course.answers) = (course.redirects + 1, 0),
                    }
                    left |= !stays(request.url(), again.request.url());
                    prop_assert!(!left || course.left_origin, "{} to {}", request.url(), again.request.url());
                    prop_assert!(again.why == Why::Redirect || !left, "a challenge of another origin is not answered");
                    request = again.request;
                }
                Verdict::Wait(_) => (course.retries, course.answers) = (course.retries + 1, 0),
                Verdict::Deliver => prop_assert!(!matches!(step, Step::Redirect { .. }), "{step:?}"),
                Verdict::Fail(error) => return Err(TestCaseError::fail(format!("{step:?}: {error:?}"))),
                other => return Err(TestCaseError::fail(format!("{other:?}"))),
            }
        }
    }
}
