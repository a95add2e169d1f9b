//! What holds for a jar whatever servers send: held against a model that was written from RFC 6265bis alone, as plain
//! and slow as can be.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, SystemTime};

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sortie_cookie::{Cookie, Format, Jar, Scope};
use sortie_http::{FieldRange, Headers, Url};

/// Hosts that are near each other: parents, children, neighbours, a suffix, addresses.
const HOSTS: [&str; 12] = [
    "example.com",
    "www.example.com",
    "a.www.example.com",
    "other.example.com",
    "badexample.com",
    "co.uk",
    "shop.co.uk",
    "www.shop.co.uk",
    "github.io",
    "127.0.0.1",
    "[::1]",
    "localhost",
];

const SUFFIXES: [&str; 6] = ["com", "uk", "co.uk", "io", "github.io", "localhost"];

const PATHS: [&str; 6] = ["/", "/a", "/a/", "/a/b", "/ab", "/b"];

/// A cookie as a server sends it.
#[derive(Clone, Debug)]
struct Sent {
    name: &'static str,
    domain: Option<&'static str>,
    path: Option<&'static str>,
    secure: bool,
    max_age: Option<u64>,
}

/// What happens to a jar.
#[derive(Clone, Debug)]
enum Step {
    Set { host: &'static str, https: bool, path: &'static str, cookie: Sent },
    Pass { seconds: u64 },
    Ask { host: &'static str, https: bool, path: &'static str },
}

/// A cookie as the model keeps it. All of them stand in one list, the oldest first.
#[derive(Clone, Debug)]
struct Kept {
    name: &'static str,
    value: String,
    domain: &'static str,
    host_only: bool,
    path: String,
    secure: bool,
    ends: Option<u64>,
}

#[derive(Default)]
struct Model {
    kept: Vec<Kept>,
    /// Seconds since the beginning.
    time: u64,
}

impl Model {
    /// Whether the cookie may be set. If so, it is.
    fn set(&mut self, host: &'static str, https: bool, from: &str, sent: &Sent, value: String) -> bool {
        let mut host_only = sent.domain.is_none();
        if let Some(domain) = sent.domain {
            if is_address(host) || SUFFIXES.contains(&domain) {
                if domain != host {
                    return false;
                }
                host_only = true;
            } else if !is_at_or_below(host, domain) {
                return false;
            }
        }
        let domain = sent.domain.unwrap_or(host);
        let path = sent.path.map_or_else(|| folder_of(from), str::to_owned);
        if sent.secure && !https
            || sent.name.starts_with("__Secure-") && !sent.secure
            || sent.name.starts_with("__Host-") && !(sent.secure && host_only && sent.path.is_some() && path == "/")
        {
            return false;
        }
        self.kept.retain(|cookie| cookie.ends.is_none_or(|ends| ends > self.time));
        // By the letter of section 5.7 the cookie of a public suffix itself is in the way of all below it, which never
        // see it, and the other way round. A jar that sorts by registrable domain, as browsers do, keeps them apart.
        let apart = |one: &str, other: &str| one != other && SUFFIXES.iter().any(|it| *it == one || *it == other);
        let hides = |cookie: &Kept| {
            cookie.secure
                && cookie.name == sent.name
                && (is_at_or_below(cookie.domain, domain) || is_at_or_below(domain, cookie.domain))
                && !apart(cookie.domain, domain)
                && is_path_below(&path, &cookie.path)
        };
        if !https && self.kept.iter().any(hides) {
            return false;
        }
        let secure = sent.secure;
        let ends = sent.max_age.map(|age| self.time + age);
        let same = |it: &Kept| (it.name, it.domain, it.host_only, &it.path) == (sent.name, domain, host_only, &path);
        let place = self.kept.iter().position(same);
        let new = Kept { name: sent.name, value, domain, host_only, path: path.clone(), secure, ends };
        match place {
            Some(at) if sent.max_age == Some(0) => drop(self.kept.remove(at)),
            Some(at) => self.kept[at] = new,
            None if sent.max_age == Some(0) => {}
            None => self.kept.push(new),
        }
        true
    }

    /// What is sent, in order.
    fn ask(&self, host: &str, https: bool, path: &str) -> Vec<String> {
        let mut sent: Vec<&Kept> = self
            .kept
            .iter()
            .filter(|cookie| {
                let is_host =
                    if cookie.host_only { host == cookie.domain } else { is_at_or_below(host, cookie.domain) };
                let is_alive = cookie.ends.is_none_or(|ends| ends > self.time);
                is_host && is_alive && (https || !cookie.secure) && is_path_below(path, &cookie.path)
            })
            .collect();
        sent.sort_by_key(|cookie| usize::MAX - cookie.path.len());
        sent.iter().map(|cookie| format!("{}={}", cookie.name, cookie.value)).collect()
    }
}

fn is_address(host: &str) -> bool {
    host.starts_with('[') || host.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit())
}

/// Label by label, from the right.
fn is_at_or_below(host: &str, domain: &str) -> bool {
    if host == domain {
        return true;
    }
    let (host_labels, labels): (Vec<_>, Vec<_>) = (host.rsplit('.').collect(), domain.rsplit('.').collect());
    !is_address(host) && host_labels.len() > labels.len() && host_labels[..labels.len()] == labels[..]
}

/// Segment by segment.
fn is_path_below(path: &str, kept: &str) -> bool {
    let (path, kept): (Vec<_>, Vec<_>) = (path.split('/').collect(), kept.split('/').collect());
    match kept.split_last() {
        Some((&"", before)) => path.len() > before.len() && path[..before.len()] == *before,
        _ => path.len() >= kept.len() && path[..kept.len()] == kept[..],
    }
}

fn folder_of(path: &str) -> String {
    let mut segments: Vec<_> = path.split('/').collect();
    segments.pop();
    if segments.len() < 2 { "/".to_owned() } else { segments.join("/") }
}

fn url(host: &str, https: bool, path: &str) -> Url {
    Url::parse(&format!("{}://{host}{path}", if https { "https" } else { "http" })).unwrap()
}

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

fn field_of(sent: &Sent, value: &str) -> String {
    let mut field = format!("{}={value}", sent.name);
    if let Some(domain) = sent.domain {
        field += &format!("; Domain={domain}");
    }
    if let Some(path) = sent.path {
        field += &format!("; Path={path}");
    }
    if let Some(age) = sent.max_age {
        field += &format!("; Max-Age={age}");
    }
    field + if sent.secure { "; Secure" } else { "" }
}

fn sent() -> impl Strategy<Value = Sent> {
    let name = select(vec!["a", "b", "__Secure-c", "__Host-d"]);
    let domain = option::of(select([&HOSTS[..], &["com", "uk"]].concat()));
    let path = option::of(select(PATHS.to_vec()));
    let max_age = option::of(select(vec![0, 3, 10]));
    (name, domain, path, any::<bool>(), max_age).prop_map(|(name, domain, path, secure, max_age)| Sent {
        name,
        domain,
        path,
        secure,
        max_age,
    })
}

fn step() -> impl Strategy<Value = Step> {
    let place = || (select(HOSTS.to_vec()), any::<bool>(), select(PATHS.to_vec()));
    prop_oneof![
        4 => (place(), sent()).prop_map(|((host, https, path), cookie)| Step::Set { host, https, path, cookie }),
        1 => (1..4u64).prop_map(|seconds| Step::Pass { seconds }),
        4 => place().prop_map(|(host, https, path)| Step::Ask { host, https, path }),
    ]
}

/// Texts that look like cookies, dates and files of cookies.
fn nearly() -> impl Strategy<Value = String> {
    let piece = select(vec![
        "a",
        "=",
        ";",
        ",",
        " ",
        "\t",
        "\n",
        "\0",
        "\u{7f}",
        "é",
        "\u{fffd}",
        "0",
        "-1",
        "99999999999999999999",
        "Domain=",
        ".",
        "com",
        "example.com",
        "[::1]",
        "Path=",
        "/",
        "Expires=",
        "Max-Age=",
        "Secure",
        "SameSite=",
        "None",
        "__Host-",
        "29 Feb ",
        "2023",
        "1601",
        "99999",
        "23:59:59",
        "24:00:00",
        "TRUE",
        "FALSE",
        "#HttpOnly_",
        "#",
        "\r\n",
    ]);
    vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    /// So it never sends a cookie to a host that may not see it, never forgets one that is alive, and keeps to one order.
    #[test]
    fn a_jar_sends_just_what_the_model_sends(steps in vec(step(), 1..60)) {
        let (mut jar, mut model) = (Jar::new(), Model::default());
        for (number, step) in steps.into_iter().enumerate() {
            match step {
                Step::Set { host, https, path, cookie } => {
                    let value = number.to_string();
                    let stored = jar.store(&url(host, https, path), &field_of(&cookie, &value), at(model.time));
                    let is_kept = model.set(host, https, path, &cookie, value);
                    prop_assert_eq!(stored.is_ok(), is_kept, "{:?} from {} {}: {:?}", cookie, host, path, stored);
                }
                Step::Pass { seconds } => model.time += seconds,
                Step::Ask { host, https, path } => {
                    let header = jar.header(&url(host, https, path), at(model.time)).unwrap_or_default();
                    prop_assert_eq!(header, model.ask(host, https, path).join("; "), "{} {}", host, path);
                }
            }
        }
    }

    #[test]
    fn a_jar_that_was_saved_and_loaded_sends_the_same(cookies in vec((select(HOSTS.to_vec()), sent()), 0..40)) {
        let mut jar = Jar::new();
        for (number, (host, cookie)) in cookies.iter().enumerate() {
            let _ = jar.store(&url(host, true, "/a/b"), &field_of(cookie, &number.to_string()), at(0));
        }
        #[cfg(feature = "json")]
        let formats = [Format::Netscape, Format::Json];
        #[cfg(not(feature = "json"))]
        let formats = [Format::Netscape];
        for format in formats {
            let (mut text, mut again) = (Vec::new(), Jar::new());
            prop_assert_eq!(jar.write_to(&mut text, format, Scope::All).unwrap(), jar.len());
            let loaded = again.read_from(&text, format, at(0)).unwrap();
            prop_assert_eq!((loaded.kept, loaded.damaged), (jar.len(), vec![]));
            let values = |jar: &Jar| jar.iter().map(|cookie| cookie.to_cookie()).collect::<Vec<_>>();
            prop_assert_eq!(values(&again), values(&jar));
            for host in HOSTS {
                let to = url(host, true, "/a/b");
                prop_assert_eq!(again.header(&to, at(1)), jar.clone().header(&to, at(1)));
            }
        }
    }

    #[test]
    fn a_jar_never_has_more_than_it_may(cookies in vec((select(HOSTS.to_vec()), sent()), 0..80)) {
        let mut jar = Jar::new().with_per_domain(3).with_total(8);
        for (number, (host, cookie)) in cookies.iter().enumerate() {
            let mut headers = Headers::new();
            headers.append("Set-Cookie", &field_of(cookie, &number.to_string())).unwrap();
            let before = jar.len();
            let report = jar.receive(&url(host, true, "/"), &headers, at(0));
            prop_assert_eq!(jar.len(), before + report.added - report.removed - report.evicted);
            prop_assert!(report.evicted == 0 || report.added == 1);
            prop_assert!(jar.len() <= 8 && jar.len() == jar.iter().count());
            for site in ["example.com", "badexample.com", "shop.co.uk"] {
                prop_assert!(jar.iter().filter(|cookie| is_at_or_below(cookie.domain(), site)).count() <= 3);
            }
        }
    }

    #[test]
    fn no_bytes_of_a_response_harm_a_jar(bytes in vec(any::<u8>(), 0..300)) {
        let text: String = match std::str::from_utf8(&bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => bytes.iter().copied().map(char::from).collect(),
        };
        let block = format!("Set-Cookie{text}");
        let field = FieldRange { name_length: 10, value: 10, value_length: text.len() as u32, ..FieldRange::default() };
        let headers = Headers::from_received(block.as_bytes(), &[field], &mut Vec::new()).unwrap();
        let mut jar = Jar::new();
        let report = jar.receive(&url("example.com", true, "/"), &headers, at(0));
        prop_assert!(report.added + report.refused.len() <= 1);
        let header = jar.header(&url("example.com", true, "/"), at(0)).unwrap_or_default();
        prop_assert!(!header.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') && !header.contains(';'));
    }

    #[test]
    fn nothing_that_looks_like_a_cookie_harms_a_jar(text in nearly()) {
        let mut jar = Jar::new();
        let stored = jar.store(&url("www.example.com", true, "/"), &text, at(0));
        prop_assert!(stored.is_ok() || jar.is_empty());
        let _ = jar.insert(Cookie::new(text.clone(), text.clone()), &url("example.com", true, "/"), at(0));
        let _ = jar.set(Cookie::build(("a", "1")).domain(text.clone()).path(text.clone()).build(), at(0));
        for cookie in jar.iter() {
            prop_assert!(cookie.path().starts_with('/') && cookie.name().len() + cookie.value().len() <= 4096);
            prop_assert!(cookie.expires().is_none_or(|ends| ends > at(0) && ends <= at(400 * 86_400)));
        }
    }

    #[test]
    fn each_line_of_a_file_is_accounted_for(bytes in vec(any::<u8>(), 0..300), near in vec(nearly(), 0..20)) {
        for text in [bytes, near.join("\t").into_bytes(), near.join("\n").into_bytes()] {
            let mut jar = Jar::new();
            let loaded = jar.read_from(&text, Format::Netscape, at(0)).unwrap();
            let lines = text.split(|byte| *byte == b'\n').filter(|line| {
                let line = line.strip_suffix(b"\r").unwrap_or(line);
                !line.trim_ascii().is_empty() && (line[0] != b'#' || line.starts_with(b"#HttpOnly_"))
            });
            prop_assert_eq!(loaded.kept + loaded.expired + loaded.damaged.len(), lines.count());
            #[cfg(feature = "json")]
            prop_assert!(jar.read_from(&text, Format::Json, at(0)).is_err());
        }
    }
}
