//! What a request would be sent with, and where it comes from: `explain`.
#![cfg(feature = "json")]
#![allow(clippy::unwrap_used)]

use std::time::Duration;

use sortie::explanation::{What, Whence};
use sortie::{Digest, Explanation, Netrc, Proxies, Session};
use sortie_testserver::TestServer;

/// The value of a matter, where it comes from, and why it does not hold.
fn of(explanation: &Explanation, what: &What) -> Vec<(String, Whence, Option<String>)> {
    let matters = explanation.matters.iter().filter(|matter| matter.what == *what);
    matters.map(|it| (it.value.to_string(), it.whence, it.refused.as_deref().map(ToOwned::to_owned))).collect()
}

fn holds(value: &str, whence: Whence) -> (String, Whence, Option<String>) {
    (value.into(), whence, None)
}

fn yields(value: &str, whence: Whence, why: &str) -> (String, Whence, Option<String>) {
    (value.into(), whence, Some(why.into()))
}

#[test]
fn each_header_field_says_who_asked_for_it() {
    let session = Session::builder().header("X-Session", "s").unset_header("Accept").build().unwrap();
    let request = session.post("http://127.0.0.1/").header("X-Own", "o").header("X-Token", "5ecret").body("abc");
    let request = request.on_pre_request(|request: &sortie::PreparedRequest| {
        let mut request = request.clone();
        request.headers_mut().set("X-Hook", "h").unwrap();
        Some(request)
    });
    let explanation = request.explain().unwrap();
    let header = |name: &str| of(&explanation, &What::Header(name.into())).remove(0);
    assert_eq!(header("Host"), holds("127.0.0.1", Whence::Derived));
    assert_eq!(header("User-Agent").1, Whence::Default);
    assert_eq!(header("X-Session"), holds("s", Whence::Session));
    assert_eq!(header("X-Own"), holds("o", Whence::Request));
    assert_eq!(header("X-Token"), holds("***", Whence::Request));
    assert_eq!(header("X-Hook"), holds("h", Whence::Hook));
    assert_eq!(header("Content-Length"), holds("3", Whence::Derived));
    assert_eq!(header("Accept"), yields("", Whence::Session, "it was taken away"));
}

#[test]
fn whoever_is_heard_first_says_who_asks_and_the_others_are_passed_over() {
    let (netrc, _) = Netrc::parse("machine 127.0.0.1 login n password 5ecret");
    let session = Session::builder().auth(Digest::new("s", "5ecret")).netrc(netrc).build().unwrap();
    let later = "another is heard before it";
    let auth = |explanation: Explanation| {
        assert!(!explanation.to_string().contains("5ecret"));
        of(&explanation, &What::Auth)
    };
    let plain = session.get("http://127.0.0.1/").explain().unwrap();
    assert_eq!(auth(plain), [holds("Digest ***", Whence::Session), yields("Basic ***", Whence::Netrc, later)]);
    let by_url = session.get("http://u:5ecret@127.0.0.1/").explain().unwrap();
    assert_eq!(auth(by_url)[0], holds("Basic ***", Whence::Url));
    let own = session.get("http://127.0.0.1/").auth(("u", "5ecret")).explain().unwrap();
    let session_yields = yields("Digest ***", Whence::Session, later);
    assert_eq!(auth(own)[..2], [holds("Basic ***", Whence::Request), session_yields]);
    let lifted = session.get("http://127.0.0.1/").auth(None).explain().unwrap();
    let why = "the request lifts it";
    assert_eq!(auth(lifted), [yields("Digest ***", Whence::Session, why), yields("Basic ***", Whence::Netrc, why)]);
}

#[test]
fn each_cookie_says_whether_it_goes_along() {
    let server = TestServer::start().unwrap();
    let session = Session::new();
    session.get(server.url("/cookies/set/one/1")).send().unwrap();
    session.get(server.url("/cookies/set/two/2")).send().unwrap();
    let explanation = session.get(server.url("/")).cookie("two", "own").explain().unwrap();
    let one = of(&explanation, &What::Cookie("one".into()));
    assert_eq!(one, [holds("for 127.0.0.1 at /", Whence::Jar)]);
    let two = of(&explanation, &What::Cookie("two".into()));
    assert_eq!(two[0].1, Whence::Request);
    assert_eq!(two[1], yields("for 127.0.0.1 at /", Whence::Jar, "the request has one of that name"));
    let with_field = session.get(server.url("/")).header("Cookie", "a=1").explain().unwrap();
    let one = of(&with_field, &What::Cookie("one".into()));
    assert_eq!(one[0].2.as_deref(), Some("the request has a Cookie field"));
}

#[test]
fn proxy_timeouts_and_roots_say_who_has_set_them() {
    let proxies = Proxies::new().set("https", "http://u:5ecret@proxy.test:3128").unwrap();
    let session =
        Session::builder().trust_env(false).proxies(proxies).connect_timeout(Duration::from_secs(3)).build().unwrap();
    let explanation = session.get("https://h.test/").timeout(Duration::from_secs(9)).explain().unwrap();
    let proxy = of(&explanation, &What::Proxy).remove(0);
    assert_eq!((proxy.1, proxy.0.contains("5ecret")), (Whence::Session, false));
    assert_eq!(of(&explanation, &What::Timeout("connect")), [holds("3s", Whence::Session)]);
    assert_eq!(of(&explanation, &What::Timeout("total")), [holds("9s", Whence::Request)]);
    assert_eq!(of(&explanation, &What::Timeout("queue")), [holds("none", Whence::Default)]);
    #[cfg(feature = "tls")]
    assert_eq!(of(&explanation, &What::Roots), [holds("the system's roots", Whence::Default)]);
    let plain = session.get("http://h.test/").explain().unwrap();
    assert_eq!(of(&plain, &What::Proxy), [holds("none", Whence::Session)]);
    assert!(of(&plain, &What::Roots).is_empty(), "nobody is asked for a certificate");
}

#[test]
fn a_request_that_cannot_be_sent_cannot_be_explained() {
    let error = sortie::get("no url").explain().unwrap_err();
    assert_eq!(error.kind(), sortie::ErrorKind::InvalidUrl);
}

#[test]
fn an_explanation_shows_no_secret_in_any_form() {
    let session = Session::builder().credentials(sortie::Credentials::new(["corp-*"])).build().unwrap();
    let request =
        session.get("http://127.0.0.1:9/?token=5ecret").header("X-Api-Key", "5ecret").header("Corp-Id", "5ecret");
    let explanation = request.explain().unwrap();
    assert_eq!(explanation.request.headers().get("X-Api-Key"), Some("5ecret"));
    for shown in [format!("{explanation}"), format!("{explanation:?}"), format!("{explanation:#?}")] {
        assert!(!shown.contains("5ecret"), "{shown}");
    }
}

#[test]
fn userinfo_of_a_base_url_is_of_the_url() {
    let session = Session::builder().base_url("http://user:5ecret@127.0.0.1:9/api/").build().unwrap();
    let explanation = session.get("items").explain().unwrap().to_string();
    assert!(explanation.contains("auth: Basic *** (URL)"), "{explanation}");
}
