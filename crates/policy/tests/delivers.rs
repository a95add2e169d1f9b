//! The short way to say that a response is the answer says what the long way does.
#![allow(clippy::unwrap_used)]

use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{Decide, Decision, Policy, Redirects, Seen, Verdict, judge};

/// Policies that answer no challenge and try nothing again.
fn policies() -> Vec<Policy> {
    let mut policies = vec![Policy::default(); 6];
    policies[1].redirects.follow = false;
    policies[2].redirects.limit = 0;
    policies[3].redirects.decide = Some(Decide::new(|_| Decision::Stop));
    policies[4].redirects.decide = Some(Decide::new(|_| Decision::Refuse("no".into())));
    policies[5].https_only = true;
    policies
}

fn fields(list: &[(&str, &str)]) -> Headers {
    let mut headers = Headers::new();
    for (name, value) in list {
        headers.append(name, value).unwrap();
    }
    headers
}

#[test]
fn what_delivers_at_once_is_what_is_judged_to_be_the_answer() {
    let others = [("WWW-Authenticate", "Basic realm=x"), ("Retry-After", "1")];
    let heads = [fields(&[]), fields(&others), fields(&[("Location", "/b"), others[0], others[1]])];
    for method in [Method::GET, Method::HEAD, Method::POST] {
        let request = PreparedRequest::new(method, Url::parse("http://h/a").unwrap(), Headers::new(), Body::none());
        for (status, (which, policy)) in
            (100..=599).flat_map(|status| policies().into_iter().enumerate().map(move |policy| (status, policy)))
        {
            let status = StatusCode::from_u16(status).unwrap();
            for headers in &heads {
                let verdict = judge(&policy, &Seen::first(&request, status, headers));
                let is_answer = matches!(verdict, Verdict::Deliver);
                assert!(is_answer || !policy.delivers(status), "policy {which}: {status:?}, {headers:?}: {verdict:?}");
            }
        }
    }
}

#[test]
fn only_what_may_be_a_redirect_needs_to_be_judged() {
    for (which, policy) in policies().into_iter().enumerate() {
        for status in (100..=599).map(|status| StatusCode::from_u16(status).unwrap()) {
            assert_eq!(policy.delivers(status), !status.is_redirection(), "policy {which}: {status:?}");
        }
    }
    let redirects = Redirects::default();
    assert!(redirects.follow && redirects.limit > 0, "the first policy follows");
    let request = PreparedRequest::new(Method::GET, Url::parse("http://h/a").unwrap(), Headers::new(), Body::none());
    let headers = fields(&[("Location", "/b")]);
    let follows = |status: &u16| {
        let seen = Seen::first(&request, StatusCode::from_u16(*status).unwrap(), &headers);
        matches!(judge(&Policy::default(), &seen), Verdict::Again(_))
    };
    assert_eq!((100..=599).filter(follows).collect::<Vec<_>>(), [301, 302, 303, 307, 308]);
}
