//! The choice of a proxy (rule 40), and what the environment says of it.
#![allow(clippy::unwrap_used)]

use std::error::Error as _;

use proptest::prelude::*;
use sortie_http::{Host, Origin, Scheme, Url, UrlFault};
use sortie_policy::{Error, Proxies, Proxy, ProxyFault, ProxyKind};

/// Where a URL's requests go through, `direct` where they go directly.
fn through(proxies: &Proxies, url: &str) -> String {
    let url = Url::parse(url).unwrap();
    match proxies.choose(url.origin()) {
        Ok(proxy) => proxy.map_or("direct".into(), |proxy| proxy.host().to_string()),
        Err(fault) => fault.to_string(),
    }
}

/// What the environment says where these variables are set.
fn environment(variables: &[(&str, &str)]) -> (Proxies, Vec<Error>) {
    Proxies::from_environment(|name| {
        variables.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    })
}

fn is_spared(list: &str, url: &str) -> bool {
    through(&Proxies::new().all("p").unwrap().no_proxy(list).unwrap(), url) == "direct"
}

#[test]
fn a_proxy_is_read_in_all_its_parts() {
    for (text, kind, host, port) in [
        ("http://p.test:3128", ProxyKind::Http, "p.test", 3128),
        ("http://p.test", ProxyKind::Http, "p.test", 80),
        ("http://p.test/", ProxyKind::Http, "p.test", 80),
        ("HTTPS://P.Test", ProxyKind::Https, "p.test", 443),
        ("https://p.test:80", ProxyKind::Https, "p.test", 80),
        ("socks5://10.0.0.1", ProxyKind::Socks5, "10.0.0.1", 1080),
        ("socks5h://[::1]", ProxyKind::Socks5h, "[::1]", 1080),
        ("socks5h://[::1]:80", ProxyKind::Socks5h, "[::1]", 80),
        ("socks5://p.test:443", ProxyKind::Socks5, "p.test", 443),
        ("p.test:3128", ProxyKind::Http, "p.test", 3128),
        (" p.test ", ProxyKind::Http, "p.test", 80),
        ("http://bücher.test", ProxyKind::Http, "xn--bcher-kva.test", 80),
    ] {
        let proxy = Proxy::parse(text).unwrap();
        assert_eq!((proxy.kind(), proxy.host().to_string().as_str(), proxy.port()), (kind, host, port), "{text}");
        assert_eq!((proxy.credentials(), proxy.authorization()), (None, None), "{text}");
    }
}

#[test]
fn credentials_are_decoded_and_never_shown() {
    let proxy: Proxy = "http://ann:p%40s%3As@p.test:3128".parse().unwrap();
    assert_eq!(proxy.credentials(), Some(("ann", "p@s:s")));
    assert_eq!(proxy.authorization(), Some(sortie_policy::basic("ann", "p@s:s")));
    assert_eq!(proxy.to_string(), "http://***@p.test:3128");
    assert_eq!(format!("{proxy:?}"), "Proxy(http://***@p.test:3128)");
    assert_eq!(Proxy::parse("ann@p.test").unwrap().credentials(), Some(("ann", "")));
    assert_eq!(Proxy::parse("ann:a@b@p.test").unwrap().credentials(), Some(("ann", "a@b")));
    let socks = Proxy::parse("socks5://a%3Ab:c@p.test").unwrap();
    assert_eq!((socks.credentials(), socks.authorization()), (Some(("a:b", "c")), None));
}

#[test]
fn proxies_are_equal_by_value() {
    let proxy = |text| Proxy::parse(text).unwrap();
    assert_eq!(proxy("p.test"), proxy("HTTP://P.TEST:80/"));
    for other in ["https://p.test:80", "http://q.test", "http://p.test:81", "http://a@p.test", "http://a:b@p.test"] {
        assert_ne!(proxy("p.test"), proxy(other));
    }
    assert_ne!(proxy("http://a:b@p.test"), proxy("http://a:c@p.test"));
}

#[test]
fn what_is_no_proxy_is_an_error_that_hides_the_password() {
    let long = format!("socks5://{}@p.test", "a".repeat(256));
    for (text, shown, fault) in [
        ("ftp://ann:5ecret@p.test", "ftp://p.test", ProxyFault::Scheme),
        ("socks4://p.test", "socks4://p.test", ProxyFault::Scheme),
        ("", "", ProxyFault::Authority(UrlFault::EmptyHost)),
        ("http://", "http://", ProxyFault::Authority(UrlFault::EmptyHost)),
        ("http://:3128", "http://:3128", ProxyFault::Authority(UrlFault::EmptyHost)),
        ("http://ann:5ecret@", "http://", ProxyFault::Authority(UrlFault::EmptyHost)),
        ("http://p.test:0x50", "http://p.test:0x50", ProxyFault::Authority(UrlFault::Port)),
        ("http://p.test:99999", "http://p.test:99999", ProxyFault::Authority(UrlFault::Port)),
        ("http://p test", "http://p test", ProxyFault::Authority(UrlFault::Host)),
        ("http://p\n.test", "http://p\\n.test", ProxyFault::Authority(UrlFault::Control { at: 8 })),
        ("http://p.test/path", "http://p.test/path", ProxyFault::Path),
        ("http://p.test?token=5ecret", "http://p.test", ProxyFault::Path),
        ("http://p.test#x", "http://p.test", ProxyFault::Path),
        ("http://ann:5e#cret@p.test", "http://p.test", ProxyFault::Authority(UrlFault::Port)),
        ("http://ann:5/ecret@p.test", "http://p.test", ProxyFault::Path),
        ("ann:5e://cret@p.test", "p.test", ProxyFault::Scheme),
        ("http://a%3Ab:5ecret@p.test", "http://p.test", ProxyFault::Credentials),
        ("http://ann:5%0Aecret@p.test", "http://p.test", ProxyFault::Credentials),
        (&long, "socks5://p.test", ProxyFault::Credentials),
    ] {
        let error = Proxy::parse(text).unwrap_err();
        assert_eq!(error, Error::Proxy { proxy: shown.into(), fault }, "{text}");
        assert_eq!(error.to_string(), format!("cannot use the proxy `{shown}`: {fault}"));
    }
}

#[test]
fn rule_40_the_most_precise_key_decides() {
    let mut proxies = Proxies::new();
    assert_eq!(through(&proxies, "http://a.test/"), "direct");
    for (key, http, https, other) in [
        ("all", "all", "all", "all"),
        ("all://a.test", "all-a", "all-a", "all"),
        ("https", "all-a", "https", "all"),
        ("https://a.test", "all-a", "https-a", "all"),
    ] {
        proxies = proxies.set(key, &key.replace("://a.test", "-a")).unwrap();
        assert_eq!(through(&proxies, "http://a.test/"), http, "{key}");
        assert_eq!(through(&proxies, "https://a.test:8443/"), https, "{key}");
        assert_eq!(through(&proxies, "http://b.test/"), other, "{key}");
    }
    assert_eq!(through(&proxies, "https://x.a.test/"), "https", "a key's host is the host alone");
}

#[test]
fn the_order_in_which_keys_are_set_makes_no_difference() {
    let keys = ["all", "all://a.test", "https", "https://a.test"];
    let reversed = keys.iter().rev().fold(Proxies::new(), |proxies, key| {
        proxies.set(&key.to_uppercase(), &key.replace("://a.test", "-a")).unwrap()
    });
    assert_eq!(through(&reversed, "https://a.test/"), "https-a");
    assert_eq!(through(&reversed, "https://b.test/"), "https");
    assert_eq!(through(&reversed, "http://a.test/"), "all-a");
    assert_eq!(through(&reversed, "http://b.test/"), "all");
}

#[test]
fn none_is_a_choice_like_any_proxy() {
    let proxies = Proxies::new().all("p").unwrap().none_for("https").unwrap().none_for("all://[::1]").unwrap();
    assert_eq!(through(&proxies, "https://a.test/"), "direct");
    assert_eq!(through(&proxies, "http://[::1]/"), "direct");
    assert_eq!(through(&proxies, "http://a.test/"), "p");
    let again = proxies.set("https", "q").unwrap();
    assert_eq!(through(&again, "https://a.test/"), "q");
}

#[test]
fn what_is_no_key_is_an_error_that_hides_the_password() {
    for (key, shown) in [
        ("", ""),
        ("ftp", "ftp"),
        ("a.test", "a.test"),
        ("http://", "http://"),
        ("http://a.test:80", "http://a.test:80"),
        ("https://a.test:80", "https://a.test:80"),
        ("all://a.test/path", "all://a.test/path"),
        ("http://ann:5ecret@a.test", "http://a.test"),
    ] {
        let wanted = Error::ProxyKey { key: shown.into() };
        assert_eq!(Proxies::new().set(key, "p").unwrap_err(), wanted);
        assert_eq!(Proxies::new().none_for(key).unwrap_err(), wanted);
    }
    assert!(matches!(Proxies::new().all("ftp://p"), Err(Error::Proxy { .. })));
}

#[test]
fn a_list_of_hosts_says_what_it_says() {
    for (list, url, wanted) in [
        ("*", "http://a.test/", true),
        ("*:8080", "http://a.test:8080/", true),
        ("*:8080", "http://a.test/", false),
        ("", "http://a.test/", false),
        ("example.com", "http://example.com/", true),
        ("example.com", "https://a.b.example.com:8443/", true),
        ("example.com", "http://badexample.com/", false),
        ("example.com", "http://example.com.test/", false),
        ("example.com", "http://com/", false),
        (".example.com", "http://example.com/", true),
        (".example.com", "http://a.example.com/", true),
        (".example.com", "http://badexample.com/", false),
        ("*.example.com", "http://a.example.com/", true),
        ("*.example.com", "http://badexample.com/", false),
        ("EXAMPLE.Com", "http://A.example.COM/", true),
        ("example.com.", "http://a.example.com/", true),
        ("example.com", "http://a.example.com./", true),
        ("bücher.test", "http://xn--bcher-kva.test/", true),
        ("example.com:8080", "http://example.com:8080/", true),
        ("example.com:8080", "http://example.com/", false),
        ("example.com:443", "https://a.example.com/", true),
        ("10.0.0.1", "http://10.0.0.1:8000/", true),
        ("10.0.0.1", "http://10.0.0.10/", false),
        ("10.0.0.1:80", "http://10.0.0.1/", true),
        ("10.0.0.1:80", "http://10.0.0.1:81/", false),
        ("0.0.0.1", "http://10.0.0.0.1.test/", false),
        ("10.0.0.0/8", "http://10.255.0.1/", true),
        ("10.0.0.0/8", "http://11.0.0.1/", false),
        ("10.1.2.3/15", "http://10.0.9.9/", true),
        ("10.1.2.3/15", "http://10.2.0.0/", false),
        ("10.0.0.0/8:81", "http://10.0.0.1:81/", true),
        ("10.0.0.0/8:81", "http://10.0.0.1/", false),
        ("0.0.0.0/0", "http://255.0.0.1/", true),
        ("0.0.0.0/0", "http://[2001:db8::1]/", false),
        ("10.0.0.0/8", "http://[::ffff:10.0.0.1]/", true),
        ("::ffff:10.0.0.0/104", "http://10.0.0.1/", true),
        ("::ffff:10.0.0.0/104", "http://11.0.0.1/", false),
        ("::1", "http://[::1]:81/", true),
        ("[::1]", "http://[::1]/", true),
        ("[::1]:81", "http://[::1]:81/", true),
        ("[::1]:81", "http://[::1]/", false),
        ("::1", "http://[::2]/", false),
        ("fe80::/10", "http://[febf::1]/", true),
        ("fe80::/10", "http://[fec0::1]/", false),
        ("[fe80::]/10", "http://[fe80::1]/", true),
        ("[fe80::/10]:81", "http://[fe80::1]:81/", true),
        ("::/0", "http://[2001:db8::1]/", true),
        ("localhost", "http://127.0.0.1/", false),
        ("127.0.0.1", "http://localhost/", false),
        ("a.test, b.test\tc.test,,d.test\n", "http://d.test/", true),
        ("a.test b.test", "http://b.test/", true),
        ("a.test b.test", "http://c.test/", false),
    ] {
        assert_eq!(is_spared(list, url), wanted, "{list:?} {url}");
    }
    assert_eq!(through(&Proxies::new().all("p").unwrap(), "http://localhost/"), "p", "nothing is implied");
}

#[test]
fn an_entry_that_is_none_is_an_error() {
    for entry in [
        "10.0.0.0/33",
        "10.0.0.0/",
        "10.0.0/8",
        "fe80::/129",
        "a.test/8",
        "10.0.0.0/+8",
        "a.test:",
        "a.test:http",
        "a.test:99999",
        ":80",
        ".",
        "*a.test",
        "http://a.test",
        "[::1",
        "fe80::1%eth0",
        "a..test",
        "a?b",
    ] {
        let error = Proxies::new().no_proxy(&format!("ok.test,{entry}")).unwrap_err();
        let Error::NoProxy { entry: shown } = error else { panic!("{entry}: {error:?}") };
        assert!(entry.starts_with(&*shown), "{entry} {shown}");
    }
    let error = Proxies::new().no_proxy("ann:5ecret@a.test").unwrap_err();
    assert_eq!(error.to_string(), "`a.test` names no host that needs no proxy");
}

#[test]
fn the_environment_names_proxies_by_scheme() {
    let (proxies, faults) = environment(&[
        ("http_proxy", "http://h.test:3128"),
        ("HTTPS_PROXY", "s.test"),
        ("ALL_PROXY", "socks5h://a.test"),
        ("no_proxy", "spared.test"),
    ]);
    assert_eq!(faults, []);
    assert_eq!(through(&proxies, "http://x.test/"), "h.test");
    assert_eq!(through(&proxies, "https://x.test/"), "s.test");
    assert_eq!(through(&proxies, "https://spared.test/"), "direct");
    let (proxies, _) = environment(&[("all_proxy", "a.test")]);
    assert_eq!(through(&proxies, "http://x.test/"), "a.test");
    let (proxies, faults) = environment(&[]);
    assert_eq!((through(&proxies, "http://x.test/").as_str(), faults), ("direct", vec![]));
}

#[test]
fn rule_40_lower_case_wins_over_upper_case_and_empty_is_unset() {
    for (lower, upper) in [("http_proxy", "HTTP_PROXY"), ("https_proxy", "HTTPS_PROXY"), ("all_proxy", "ALL_PROXY")] {
        let url = if lower == "https_proxy" { "https://x.test/" } else { "http://x.test/" };
        for (variables, wanted) in [
            (&[(lower, "l"), (upper, "u")][..], "l"),
            (&[(upper, "u")], "u"),
            (&[(lower, ""), (upper, "u")], "u"),
            (&[(lower, " ")], "direct"),
        ] {
            assert_eq!(through(&environment(variables).0, url), wanted, "{variables:?}");
        }
    }
    let both = [("all_proxy", "p"), ("no_proxy", "x.test"), ("NO_PROXY", "y.test")];
    let (proxies, _) = environment(&both);
    assert_eq!([through(&proxies, "http://x.test/"), through(&proxies, "http://y.test/")], ["direct", "p"]);
}

#[test]
fn rule_40_http_proxy_in_upper_case_is_not_read_in_a_cgi_program() {
    for method in ["GET", ""] {
        let cgi = ("REQUEST_METHOD", method);
        assert_eq!(through(&environment(&[cgi, ("HTTP_PROXY", "evil")]).0, "http://x.test/"), "direct");
        assert_eq!(through(&environment(&[cgi, ("http_proxy", "p")]).0, "http://x.test/"), "p");
        assert_eq!(through(&environment(&[cgi, ("HTTPS_PROXY", "p")]).0, "https://x.test/"), "p");
        assert_eq!(through(&environment(&[cgi, ("ALL_PROXY", "p")]).0, "http://x.test/"), "p");
    }
}

#[test]
fn a_variable_that_cannot_be_used_is_told_by_its_name() {
    let (proxies, faults) = environment(&[
        ("http_proxy", "ftp://ann:5ecret@p.test"),
        ("HTTP_PROXY", "h"),
        ("HTTPS_PROXY", "s"),
        ("NO_PROXY", "10.0.0.0/99 a.test a.test:x"),
    ]);
    let unusable = "cannot use the environment variable http_proxy";
    assert_eq!(through(&proxies, "http://x.test/"), unusable, "the upper case is not asked");
    assert_eq!(through(&proxies, "http://a.test/"), "direct");
    assert_eq!(through(&proxies, "https://x.test/"), "s");
    assert_eq!(through(&proxies, "https://a.test/"), "direct");
    let told: Vec<(String, String)> =
        faults.iter().map(|fault| (fault.to_string(), fault.source().unwrap().to_string())).collect();
    let told: Vec<(&str, &str)> = told.iter().map(|(fault, source)| (&**fault, &**source)).collect();
    let [http, list] = ["http_proxy", "NO_PROXY"].map(|name| format!("cannot use the environment variable {name}"));
    let scheme = "cannot use the proxy `ftp://p.test`: the scheme is none of http, https, socks5 and socks5h";
    let (net, port) =
        ("`10.0.0.0/99` names no host that needs no proxy", "`a.test:x` names no host that needs no proxy");
    assert_eq!(told, [(&*http, scheme), (&*list, net), (&*list, port)]);
    assert!(!format!("{faults:?}").contains("5ecret"));
}

#[test]
fn a_proxy_that_cannot_be_used_is_a_fault_of_what_it_is_for_alone() {
    let (environment, faults) =
        environment(&[("all_proxy", "socks://s"), ("https_proxy", "p"), ("no_proxy", "a.test")]);
    let unusable = "cannot use the environment variable all_proxy";
    assert!(faults.len() == 1 && !environment.is_empty());
    let cases = [
        (Proxies::new(), ["direct", unusable, "direct", "p"]),
        (Proxies::new().set("http", "r").unwrap(), ["r", "r", "direct", "p"]),
        (Proxies::new().set("all://b.test", "r").unwrap(), ["direct", "r", "direct", "p"]),
        (Proxies::new().none_for("http").unwrap(), ["direct", "direct", "direct", "p"]),
        (Proxies::new().no_proxy("").unwrap(), [unusable, unusable, "p", "p"]),
        (Proxies::direct(), ["direct"; 4]),
        (Proxies::direct().all("r").unwrap(), ["r"; 4]),
    ];
    let urls = ["http://a.test/", "http://b.test/", "https://a.test/", "https://b.test/"];
    for (request, expected) in cases {
        assert_eq!(urls.map(|url| through(&request.over(&environment), url)), expected, "{request:?}");
    }
}

#[test]
fn what_is_above_holds_entry_by_entry() {
    let lower = Proxies::new().set("http", "lower-http").unwrap().set("https", "lower-https").unwrap();
    let upper = Proxies::new().set("http", "upper-http").unwrap().all("upper-all").unwrap();
    let merged = upper.over(&lower);
    assert_eq!(through(&merged, "http://a.test/"), "upper-http");
    assert_eq!(through(&merged, "https://a.test/"), "lower-https", "more precise than `all`");
    let none = Proxies::new().none_for("https").unwrap().over(&merged);
    assert_eq!([through(&none, "https://a.test/"), through(&none, "http://a.test/")], ["direct", "upper-http"]);
    assert_eq!(through(&Proxies::new().over(&lower), "http://a.test/"), "lower-http");
}

#[test]
fn direct_beats_all_that_is_below() {
    let lower = Proxies::new().set("https", "lower").unwrap();
    assert_eq!(through(&Proxies::direct().over(&lower), "https://a.test/"), "direct");
    let only = Proxies::direct().all("only").unwrap().over(&lower);
    assert_eq!(through(&only, "https://a.test/"), "only");
    let request = Proxies::new().set("http", "request").unwrap();
    let merged = request.over(&Proxies::direct()).over(&lower);
    assert_eq!([through(&merged, "http://a.test/"), through(&merged, "https://a.test/")], ["request", "direct"]);
}

#[test]
fn hosts_without_a_proxy_are_spared_the_proxies_of_their_layer_and_of_those_below() {
    let (environment, _) = environment(&[("https_proxy", "e"), ("http_proxy", "e"), ("no_proxy", "a.test")]);
    let session = Proxies::new().set("http", "s").unwrap();
    let merged = session.over(&environment);
    assert_eq!(through(&merged, "http://a.test/"), "s", "the session has said it");
    assert_eq!(through(&merged, "https://a.test/"), "direct");

    let session = session.no_proxy("b.test").unwrap();
    let merged = session.over(&environment);
    assert_eq!([through(&merged, "https://a.test/"), through(&merged, "https://b.test/")], ["e", "direct"]);
    assert_eq!([through(&merged, "http://a.test/"), through(&merged, "http://b.test/")], ["s", "direct"]);

    let request = Proxies::new().no_proxy("").unwrap();
    assert_eq!(through(&request.over(&merged), "https://b.test/"), "e");
}

#[test]
fn laying_over_may_be_done_in_either_order() {
    let (environment, _) = environment(&[("all_proxy", "e"), ("no_proxy", "a.test,b.test")]);
    let session = Proxies::new().set("https", "s").unwrap().no_proxy("b.test").unwrap();
    let request = Proxies::new().set("http://a.test", "r").unwrap().none_for("all://c.test").unwrap();
    let left = request.over(&session).over(&environment);
    let right = request.over(&session.over(&environment));
    for scheme in ["http", "https"] {
        for host in ["a.test", "b.test", "c.test", "d.test"] {
            let url = format!("{scheme}://{host}/");
            assert_eq!(through(&left, &url), through(&right, &url), "{url}");
        }
    }
    assert_eq!([through(&left, "http://a.test/"), through(&left, "http://b.test/")], ["r", "direct"]);
}

fn origin(host: &str) -> Origin {
    Origin::new(Scheme::Http, Host::Name(host.into()), 80)
}

proptest! {
    #[test]
    fn a_name_is_matched_at_the_boundaries_of_labels_only(
        before in "[a-c-]{0,3}(\\.[a-c]{1,2}){0,2}\\.?",
        domain in "[a-c]{1,3}(\\.[a-c]{1,3}){0,2}",
        other in "[a-c]{1,3}(\\.[a-c]{1,3}){0,3}",
        written in "\\.?",
    ) {
        let proxies = Proxies::new().all("p").unwrap().no_proxy(&format!("{written}{domain}")).unwrap();
        let labels = |name: &str| name.split('.').map(str::to_owned).collect::<Vec<_>>();
        for name in [format!("{before}{domain}"), other, domain.clone()] {
            let is_spared = proxies.choose(&origin(&name)).unwrap().is_none();
            prop_assert_eq!(is_spared, labels(&name).ends_with(&labels(&domain)), "{} {}", name, domain);
        }
    }

    #[test]
    fn any_address_is_in_the_nets_that_its_bits_say(ip: u32, net: u32, prefix in 0_u32..=32) {
        let (ip, net) = (std::net::Ipv4Addr::from(ip), std::net::Ipv4Addr::from(net));
        let proxies = Proxies::new().all("p").unwrap().no_proxy(&format!("{net}/{prefix}")).unwrap();
        let is_spared = proxies.choose(&Origin::new(Scheme::Http, Host::Ip(ip.into()), 80)).unwrap().is_none();
        let cut = |address: std::net::Ipv4Addr| u64::from(address.to_bits()) >> (32 - prefix);
        prop_assert_eq!(is_spared, cut(ip) == cut(net));
    }

    #[test]
    fn whatever_is_said_is_read_without_a_panic_and_told_without_a_password(
        text in "\\PC{0,20}",
        user in "[a-z:/@#?%\\[\\]]{0,6}",
    ) {
        let _ = Proxies::new().no_proxy(&text);
        let _ = Proxies::new().set(&text, &text);
        let shown = |text: &str| match Proxy::parse(text) {
            Ok(proxy) => format!("{proxy} {proxy:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        shown(&text);
        let shown = shown(&format!("http://{user}XYZZY{user}@p.test:3128"));
        prop_assert!(!shown.contains("XYZZY"), "{}", shown);
    }
}
