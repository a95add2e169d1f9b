//! Rule 40: what the environment says of proxies. It is read once, so each case is a process of its own.
#![cfg(all(feature = "tls", target_os = "linux"))]
#![allow(clippy::unwrap_used)]

mod support {
    pub(crate) mod chain;
}

use std::process::Command;
use std::sync::Arc;

use sortie::{Event, Memory, Proxies, Session, Tls, What};
use sortie_testserver::proxy::{Asked, ProxyOptions, ProxyServer};
use sortie_testserver::{Authority, TestServer, TlsOptions};
use support::chain::chain;

/// By which a child process knows what to ask for.
const WORD: &str = "SORTIE_TEST_URLS";

/// What each URL given to [`ask_in`] begins with: how it is asked for.
const PLAINLY: &str = "plainly,";
const WITHOUT_TRUST: &str = "without-trust,";
const DIRECTLY: &str = "directly,";
/// Through the proxy that this names in the child's environment.
const PROXIED: &str = "proxied,";
const OWN_PROXY: &str = "SORTIE_TEST_PROXY";
/// The same two, by the defaults of a session.
const SESSION_DIRECTLY: &str = "session-directly,";
const SESSION_PROXIED: &str = "session-proxied,";
/// Not at all: a connection to there is opened beforehand.
const WARM: &str = "warm,";
/// By two calls of a session whose sink is then asked of which faults it was told.
const HEARD: &str = "heard,";
const HEARD_WITHOUT_TRUST: &str = "heard-without-trust,";

/// Asks for these URLs, one after the other, in a process with these variables and no other that speaks of proxies; gives
/// what came of each: a status, or an error with its causes.
fn ask_in(variables: &[(&str, &str)], urls: &[String]) -> Vec<String> {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "a_child_asks_as_it_is_told", "--nocapture", "--test-threads=1"]);
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "request_method"] {
        command.env_remove(name).env_remove(name.to_uppercase());
    }
    let output = command.env(WORD, urls.join(" ")).envs(variables.iter().copied()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said}{}", String::from_utf8_lossy(&output.stderr));
    let came: Vec<String> =
        said.lines().filter_map(|line| line.split_once("came: ")).map(|(_, what)| what.to_owned()).collect();
    assert_eq!(came.len(), urls.len(), "{said}");
    came
}

/// The child's part; without a word it has nothing to do.
#[test]
fn a_child_asks_as_it_is_told() {
    #[expect(clippy::disallowed_methods, reason = "the child is told by its environment what it is")]
    let Ok(word) = std::env::var(WORD) else { return };
    // The authority is the parent's.
    let tls = Tls::builder().danger_accept_invalid_certs(true).build().unwrap();
    let builder = || Session::builder().tls(tls.clone());
    #[expect(clippy::disallowed_methods, reason = "the child is told by its environment whom to ask")]
    let own = std::env::var(OWN_PROXY).unwrap_or_default();
    let session = builder().build().unwrap();
    for asked in word.split(' ') {
        let (how, url) = asked.split_once(',').unwrap();
        let outcome = match format!("{how},").as_str() {
            WITHOUT_TRUST => builder().trust_env(false).build().unwrap().get(url).send(),
            DIRECTLY => session.get(url).proxies(Proxies::direct()).send(),
            PROXIED => session.get(url).proxy(&own).send(),
            SESSION_DIRECTLY => builder().proxies(Proxies::direct()).build().unwrap().get(url).send(),
            SESSION_PROXIED => builder().proxy(&own).build().unwrap().get(url).send(),
            WARM => {
                match session.warm(url, 1) {
                    Ok(standing) => println!("\ncame: {standing} stand"),
                    Err(error) => println!("\ncame: {}", chain(&error)),
                }
                continue;
            }
            heard @ (HEARD | HEARD_WITHOUT_TRUST) => {
                let memory = Arc::new(Memory::new());
                let session = builder().sink(memory.clone()).trust_env(heard == HEARD).build().unwrap();
                let _ = [(); 2].map(|()| session.get(url).send());
                println!("\ncame: {}", warnings(&memory).join("; "));
                continue;
            }
            _ => session.get(url).send(),
        };
        match outcome {
            Ok(response) => {
                let told = if response.text().contains("Proxy-Authorization") { " and was told secrets" } else { "" };
                println!("\ncame: {}{told}", response.status().as_u16());
            }
            Err(error) => println!("\ncame: {}", chain(&error)),
        }
    }
}

fn warnings(memory: &Memory) -> Vec<String> {
    let text = |event: Event| match event.what {
        What::Warning { text } => Some(text.to_string()),
        _ => None,
    };
    memory.events().into_iter().filter_map(text).collect()
}

fn tls() -> TlsOptions {
    TlsOptions::new(Authority::new().unwrap().certificate(&["127.0.0.1"]).unwrap())
}

/// A plain server, one with TLS, and two proxies for which `a.test` is the former and `s.test` the latter.
fn stage() -> (TestServer, TestServer, [ProxyServer; 2]) {
    let (plain, secure) = (TestServer::start().unwrap(), TestServer::start_tls(tls()).unwrap());
    let names = vec![("a.test".to_owned(), plain.addr()), ("s.test".to_owned(), secure.addr())];
    let proxies = [(); 2].map(|()| ProxyServer::start(ProxyOptions { names: names.clone(), ..ProxyOptions::http() }));
    (plain, secure, proxies.map(Result::unwrap))
}

fn plainly(url: impl AsRef<str>) -> String {
    format!("{PLAINLY}{}", url.as_ref())
}

#[test]
fn rule_40_each_variable_is_for_its_scheme_and_lower_case_wins() {
    let urls = [plainly("http://a.test/get"), plainly("https://s.test/get")];
    // Which proxy each variable names; what each proxy is then asked for: plain http, a tunnel.
    type Case = (&'static [(&'static str, usize)], [[usize; 2]; 2]);
    let cases: [Case; 6] = [
        (&[("http_proxy", 0), ("https_proxy", 1)], [[1, 0], [0, 1]]),
        (&[("HTTP_PROXY", 0), ("HTTPS_PROXY", 1)], [[1, 0], [0, 1]]),
        (&[("http_proxy", 0), ("HTTP_PROXY", 1), ("HTTPS_PROXY", 1), ("https_proxy", 0)], [[1, 1], [0, 0]]),
        (&[("all_proxy", 0)], [[1, 1], [0, 0]]),
        (&[("ALL_PROXY", 0), ("https_proxy", 1)], [[1, 0], [0, 1]]),
        (&[("http_proxy", 1), ("all_proxy", 0), ("ALL_PROXY", 1)], [[0, 1], [1, 0]]),
    ];
    for (variables, expected) in cases {
        let (_plain, _secure, proxies) = stage();
        let proxy_urls = proxies.each_ref().map(ProxyServer::url);
        let variables: Vec<(&str, &str)> =
            variables.iter().map(|(name, index)| (*name, &*proxy_urls[*index])).collect();
        assert_eq!(ask_in(&variables, &urls), ["200", "200"], "{variables:?}");
        let asked = proxies.each_ref().map(|proxy| {
            let requests = proxy.requests();
            [Asked::Forward, Asked::Connect].map(|asked| requests.iter().filter(|it| it.asked == asked).count())
        });
        assert_eq!(asked, expected, "{variables:?}");
    }
}

#[test]
fn rule_40_http_proxy_in_upper_case_is_ignored_within_cgi() {
    let (plain, _secure, [proxy, _]) = stage();
    let url = proxy.url();
    let asked = [plainly(plain.url("/get"))];
    assert_eq!(ask_in(&[("HTTP_PROXY", &url), ("REQUEST_METHOD", "GET")], &asked), ["200"]);
    assert_eq!((proxy.connections(), plain.connections()), (0, 1));
    assert_eq!(ask_in(&[("http_proxy", &url), ("REQUEST_METHOD", "GET")], &asked), ["200"]);
    assert_eq!((proxy.connections(), plain.connections()), (1, 2));
}

#[test]
fn rule_40_no_proxy_and_programs_that_know_better_spare_the_proxy() {
    let (plain, _secure, [proxy, _]) = stage();
    let (url, port) = (proxy.url(), plain.addr().port());
    let direct = plain.url("/get");
    let through = |plain: &str| [format!("{PLAINLY}{plain}")];
    for list in ["127.0.0.1".to_owned(), "*".to_owned(), "b.test,127.0.0.0/8".to_owned(), format!("127.0.0.1:{port}")] {
        assert_eq!(ask_in(&[("all_proxy", &url), ("no_proxy", &list)], &through(&direct)), ["200"], "{list}");
        assert_eq!(ask_in(&[("all_proxy", &url), ("NO_PROXY", &list)], &through(&direct)), ["200"], "{list}");
    }
    let own = [format!("{WITHOUT_TRUST}{direct}"), format!("{DIRECTLY}{direct}")];
    assert_eq!(ask_in(&[("all_proxy", &url)], &own), ["200", "200"]);
    assert_eq!(proxy.connections(), 0);
    assert_eq!(ask_in(&[("all_proxy", &url), ("no_proxy", "127.0.0.1:1,est")], &through(&direct)), ["200"]);
    assert_eq!(proxy.connections(), 1);
}

#[test]
fn rule_40_credentials_of_a_variable_are_told_to_its_proxy() {
    let server = TestServer::start_tls(tls()).unwrap();
    let credentials = Some(("ann".to_owned(), "s:cret".to_owned()));
    let proxy = ProxyServer::start(ProxyOptions { credentials, ..ProxyOptions::http() }).unwrap();
    let asked = [plainly(server.url("/get"))];
    let right = proxy.url().replace("://", "://ann:s%3Acret@");
    assert_eq!(ask_in(&[("https_proxy", &right)], &asked), ["200"]);
    let wrong = proxy.url().replace("://", "://ann:gu3ss@");
    let came = ask_in(&[("https_proxy", &wrong)], &asked).remove(0);
    assert!(came.contains("the proxy refused the credentials: 407") && !came.contains("gu3ss"), "{came}");
}

#[test]
fn rule_40_a_variable_that_makes_no_sense_is_an_error_and_is_not_gone_around() {
    let server = TestServer::start().unwrap();
    let url = server.url("/get");
    let asked = [plainly(&url), format!("{WITHOUT_TRUST}{url}")];
    for value in ["gopher://proxy.test", "http://proxy.test:port"] {
        let came = ask_in(&[("http_proxy", value)], &asked);
        assert!(came[0].contains("the proxy cannot be used") && came[0].contains("http_proxy"), "{}", came[0]);
        assert_eq!(came[1], "200");
    }
    assert_eq!(server.requests(), 2);
}

#[test]
fn rule_40_a_variable_that_makes_no_sense_is_in_nobodys_way_who_does_not_need_it() {
    let (plain, secure, [proxy, _]) = stage();
    let place = std::env::temp_dir().join(format!("sortie-environment-faulty-{}.sock", std::process::id()));
    let local = TestServer::start_unix(&place).unwrap();
    let own = proxy.url();
    let variables = [("all_proxy", "socks://127.0.0.1:1080/"), ("no_proxy", "localhost"), (OWN_PROXY, &own)];
    let (url, spared) = (plain.url("/get"), plain.url("/get").replace("127.0.0.1", "localhost"));
    let mut asked: Vec<String> = [DIRECTLY, WITHOUT_TRUST, SESSION_DIRECTLY].map(|how| format!("{how}{url}")).into();
    asked.extend([PROXIED, SESSION_PROXIED].map(|how| format!("{how}http://a.test/get")));
    asked.push(plainly(&spared));
    asked.push(plainly(format!("http+unix://{}/get", place.to_str().unwrap().replace('/', "%2F"))));
    assert_eq!(ask_in(&variables, &asked), ["200"; 7]);
    assert_eq!((plain.requests(), local.requests(), proxy.requests().len()), (6, 1, 2));
    assert_eq!(ask_in(&variables, &[format!("{WARM}{spared}")]), ["1 stand"]);
    // All others need it, those of an origin that is open already as well; nothing is sent anywhere.
    let asked = [plainly(&url), plainly(secure.url("/get")), format!("{WARM}{url}")];
    for came in ask_in(&variables, &asked) {
        assert!(came.contains("the proxy cannot be used") && came.contains("all_proxy"), "{came}");
    }
    assert_eq!((plain.requests(), secure.connections()), (6, 0));
    let asked = [format!("{DIRECTLY}{url}"), plainly(&url)];
    let came = ask_in(&variables, &asked);
    assert!(came[0] == "200" && came[1].contains("the proxy cannot be used"), "{came:?}");
}

#[test]
fn rule_40_a_redirect_does_not_go_around_a_proxy_that_cannot_be_used() {
    let (plain, secure, _) = stage();
    let variables = [("https_proxy", "socks://127.0.0.1:1080/")];
    let asked = [
        format!("{DIRECTLY}{}", secure.url("/get")),
        plainly(plain.url("/get")),
        plainly(plain.url(&format!("/redirect-to?url={}", secure.url("/get")))),
    ];
    let came = ask_in(&variables, &asked);
    assert_eq!(came[..2], ["200", "200"]);
    assert!(came[2].starts_with("redirect cannot be followed") && came[2].contains("https_proxy"), "{}", came[2]);
    assert!(came[2].contains("(phase redirect)"), "{}", came[2]);
    assert_eq!((plain.requests(), secure.requests()), (2, 1));
}

#[test]
fn rule_40_a_session_tells_its_sink_once_of_variables_that_make_no_sense() {
    let server = TestServer::start().unwrap();
    let asked = [HEARD, HEARD_WITHOUT_TRUST].map(|how| format!("{how}{}", server.url("/get")));
    let variables = [("https_proxy", "gopher://p.test"), ("no_proxy", "a.test 10.0.0.0/99,a.test:x")];
    let heard = "cannot use the environment variable https_proxy: cannot use the proxy `gopher://p.test`: the scheme is \
        none of http, https, socks5 and socks5h; \
        cannot use the environment variable no_proxy: `10.0.0.0/99` names no host that needs no proxy; \
        cannot use the environment variable no_proxy: `a.test:x` names no host that needs no proxy";
    assert_eq!(ask_in(&variables, &asked), [heard, ""]);
    assert_eq!(ask_in(&[("no_proxy", "a.test")], &asked), ["", ""]);
    assert_eq!(server.requests(), 8);
}

#[test]
fn rule_40_a_unix_socket_is_asked_itself_whatever_the_environment_says() {
    let place = std::env::temp_dir().join(format!("sortie-environment-{}.sock", std::process::id()));
    let server = TestServer::start_unix(&place).unwrap();
    let proxy = ProxyServer::start(ProxyOptions::http()).unwrap();
    let url = format!("http+unix://{}/headers", place.to_str().unwrap().replace('/', "%2F"));
    let with_credentials = proxy.url().replace("://", "://ann:secret@");
    assert_eq!(ask_in(&[("http_proxy", &with_credentials)], &[plainly(url)]), ["200"]);
    assert_eq!((server.requests(), proxy.connections()), (1, 0));
}
