//! What a program's own code is asked, and what it says.
#![allow(clippy::unwrap_used)]

use std::error::Error as StdError;
use std::sync::Arc;
use std::time::SystemTime;

use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
use sortie_policy::{AuthScheme, Authenticator, Policy, Question, Reply};

/// A scheme that does not say that its fields are secret.
struct Careless;

impl AuthScheme for Careless {
    fn authorize(&self, _: &PreparedRequest, _: SystemTime) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let mut headers = Headers::new();
        headers.append("X-Signature", "5ecret")?;
        headers.append("X-Signature", "5ecret too")?;
        Ok(headers)
    }
}

#[test]
fn what_a_scheme_says_is_a_credential_and_not_shown() {
    let mut policy = Policy::default();
    policy.auth = Some(Authenticator::Scheme(Arc::new(Careless)));
    let url = Url::parse("http://h/").unwrap();
    let request = PreparedRequest::new(Method::GET, url, Headers::new(), Body::none());
    let scheme = sortie_policy::scheme(&policy, false).unwrap().clone();
    let reply = Question::Authorize { scheme, request, now: SystemTime::UNIX_EPOCH }.ask();
    assert!(!format!("{reply:?}").contains("5ecret"), "{reply:?}");
    let Reply::Authorized(Ok(fields)) = reply else { panic!("it has said something") };
    assert_eq!(fields.get_all("X-Signature").collect::<Vec<_>>(), ["5ecret", "5ecret too"]);
}
