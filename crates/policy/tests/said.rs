//! Proxies told as data, and said anew.
#![allow(clippy::unwrap_used)]

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sortie_http::Url;
use sortie_policy::{Proxies, Proxy, Said};

/// What `said` told, said anew.
fn again(proxies: &Proxies) -> Proxies {
    let lowest = if proxies.is_closed() { Proxies::direct() } else { Proxies::new() };
    let mut layers = proxies.said().unwrap().into_iter().rev();
    let lowest = one(lowest, &layers.next().unwrap());
    layers.fold(lowest, |lower, said| one(Proxies::new(), &said).over(&lower))
}

fn one(start: Proxies, said: &Said<'_>) -> Proxies {
    let proxies = said.entries.iter().fold(start, |proxies, (key, proxy)| match proxy {
        Some(proxy) => proxies.set(key, &proxy.to_url()).unwrap(),
        None => proxies.none_for(key).unwrap(),
    });
    match &said.no_proxy {
        Some(list) => proxies.no_proxy(list).unwrap(),
        None => proxies,
    }
}

fn told(proxies: &Proxies) -> String {
    let closed = if proxies.is_closed() { "closed" } else { "open" };
    let show = |said: &Said<'_>| {
        let url = |proxy: &Option<&Proxy>| proxy.map_or("directly".into(), Proxy::to_url);
        let entries: Vec<_> = said.entries.iter().map(|(key, proxy)| format!("{key} {}", url(proxy))).collect();
        format!("{entries:?} {:?}", said.no_proxy)
    };
    proxies.said().unwrap().iter().map(show).fold(closed.to_owned(), |told, layer| told + "; " + &layer)
}

#[test]
fn a_proxys_url_is_what_parse_reads() {
    for text in [
        "http://p.test:80",
        "https://p.test",
        "socks5://u:@10.0.0.1:9",
        "socks5h://:p@[::1]",
        "http://%C3%A9%40%2F:%25%20%3A@p.test",
        "socks5://a%3Ab:%0A@p.test",
    ] {
        let proxy = Proxy::parse(text).unwrap();
        assert_eq!(Proxy::parse(&proxy.to_url()).as_ref(), Ok(&proxy), "{text}");
        let bare = proxy.without_credentials();
        assert_eq!((bare.credentials(), bare.host(), bare.port()), (None, proxy.host(), proxy.port()));
        assert!(!bare.to_url().contains('@'));
    }
}

#[test]
fn a_proxy_that_cannot_be_used_cannot_be_told() {
    let (proxies, _) = Proxies::from_environment(|name| (name == "all_proxy").then(|| "gopher://5ecret@p".into()));
    let fault = proxies.said().unwrap_err().to_string();
    assert_eq!(fault, "cannot use the environment variable all_proxy");
    assert!(Proxies::new().over(&proxies).said().is_err());
}

#[test]
fn what_is_closed_stays_closed() {
    let lower = Proxies::new().all("http://lower").unwrap();
    for upper in [Proxies::direct(), Proxies::new().over(&Proxies::direct().all("http://p").unwrap())] {
        let said = again(&upper).over(&lower);
        assert_eq!(told(&said), told(&upper));
        assert!(said.is_closed());
    }
}

/// Keys and their proxies, and the hosts that need none.
type Layer = (Vec<(&'static str, Option<&'static str>)>, Option<Vec<&'static str>>);

fn layer() -> impl Strategy<Value = Layer> {
    let key =
        select(vec!["all", "http", "https", "all://a.test", "http://[::1]", "HTTPS://É.test", "https://10.0.0.1"]);
    let proxy =
        select(vec!["p", "http://u:p@q.test:1", "https://r.test", "socks5://10.0.0.1", "socks5h://:%40@[::2]:80"]);
    let host = select(vec![
        "*",
        "a.test",
        ".b.test",
        "*.c.test:8",
        "10.0.0.0/8",
        "1.2.3.4",
        "1.2.3.4:80",
        "10.0.0.0/8:80",
        "::1",
        "[::1]:443",
        "fe80::/10",
        "[fe80::/10]:80",
        "::/0",
        "::ffff:1.2.3.4",
        "::ffff:10.0.0.0/104",
        "*:80",
        "é.test",
    ]);
    (vec((key, option::of(proxy)), 0..4), option::of(vec(host, 0..5)))
}

proptest! {
    #[test]
    fn proxies_said_anew_are_the_same(layers in vec(layer(), 1..4), closed in any::<bool>()) {
        let mut proxies = if closed { Proxies::direct() } else { Proxies::new() };
        for (at, (entries, hosts)) in layers.into_iter().enumerate() {
            let start = if at == 0 { proxies.clone() } else { Proxies::new() };
            let mut layer = entries.into_iter().fold(start, |layer, (key, proxy)| match proxy {
                Some(proxy) => layer.set(key, proxy).unwrap(),
                None => layer.none_for(key).unwrap(),
            });
            if let Some(hosts) = hosts {
                layer = layer.no_proxy(&hosts.join(" ")).unwrap();
            }
            proxies = if at == 0 { layer } else { layer.over(&proxies) };
        }
        let anew = again(&proxies);
        prop_assert_eq!(told(&anew), told(&proxies));
        for url in [
            "http://a.test/", "https://a.test/", "http://x.b.test/", "http://c.test:8/", "http://1.2.3.4/", "http://10.1.1.1/",
            "https://[::1]/", "http://[fe80::1]/", "http://[::ffff:1.2.3.4]/", "https://xn--9ca.test/", "http://z/",
        ] {
            let url = Url::parse(url).unwrap();
            prop_assert_eq!(anew.choose(url.origin()), proxies.choose(url.origin()));
        }
    }
}
