//! Input that a bad peer may send, small and ten times as large: it must cost about ten times as much, never a hundred times.
//!
//! Before anything is measured, the quotient of CPU time is printed for each; about 10 is right.

use std::hint::black_box;
use std::time::{Duration, SystemTime};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sortie_benches::Meter;
use sortie_cookie::Jar;
use sortie_http::{Body, Headers, Method, PreparedRequest, StatusCode, Url};
use sortie_policy::{Digest, Netrc, Policy, Seen, Verdict, challenges, judge, retry_after};

/// In bytes: what is measured, and what it is compared with.
const SIZES: [usize; 2] = [100_000, 1_000_000];

/// One kind of bad input.
struct Kind {
    name: &'static str,
    /// Makes the text, of about so many bytes.
    text: fn(usize) -> String,
    /// What has to be done with it.
    take: fn(&str) -> usize,
}

const KINDS: [Kind; 15] = [
    Kind { name: "challenge-quotes", text: |size| format!("Digest a=\"{}", "\\\"".repeat(size / 2)), take: parse },
    Kind { name: "challenge-nested", text: |size| "A b=\"\\\"\", ".repeat(size / 9), take: parse },
    Kind { name: "challenge-schemes", text: |size| "A, ".repeat(size / 3), take: parse },
    Kind { name: "challenge-parameters", text: |size| format!("Digest {}", "a=1, ".repeat(size / 5)), take: parse },
    Kind { name: "challenge-commas", text: |size| ",".repeat(size), take: parse },
    Kind { name: "challenge-answer", text: digests, take: answer },
    Kind { name: "location-path", text: |size| format!("/{}", "a".repeat(size)), take: follow },
    Kind { name: "location-dots", text: |size| format!("/{}", "a/../".repeat(size / 5)), take: follow },
    Kind { name: "location-up", text: |size| "../".repeat(size / 3), take: follow },
    Kind { name: "location-escapes", text: |size| format!("/{}", "\u{e9} ".repeat(size / 3)), take: follow },
    Kind { name: "location-host", text: |size| format!("http://{}/", "\u{fc}.".repeat(size / 3)), take: follow },
    Kind { name: "location-userinfo", text: |size| format!("http://{}@h/", "u:p@".repeat(size / 4)), take: follow },
    Kind {
        name: "set-cookie-attributes",
        text: |size| format!("n=1{}", "; Expires=1".repeat(size / 11)),
        take: receive,
    },
    Kind { name: "set-cookie-value", text: |size| format!("n={}", "\"; =".repeat(size / 4)), take: receive },
    Kind { name: "netrc", text: |size| "machine h login \"u password p\n".repeat(size / 30), take: netrc },
];

fn hostile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("hostile");
    group.sample_size(20).warm_up_time(Duration::from_millis(300)).measurement_time(Duration::from_secs(1));
    for kind in &KINDS {
        let [small, large] = SIZES.map(|size| spent(kind, &(kind.text)(size)));
        println!("{}: {:.1} times as much for ten times as long", kind.name, large / small);
        for size in SIZES {
            let text = (kind.text)(size);
            group.throughput(Throughput::Bytes(text.len() as u64));
            group.bench_function(format!("{}-{size}", kind.name), |bencher| {
                bencher.iter(|| (kind.take)(black_box(&text)));
            });
        }
    }
    // What asks for nothing but a look.
    let mut headers = Headers::new();
    headers.append("Retry-After", &"9".repeat(SIZES[1])).expect("a field");
    group.bench_function("retry-after", |bencher| bencher.iter(|| retry_after(black_box(&headers), now())));
    group.finish();
}

/// Seconds of CPU that a text takes: the least of five.
fn spent(kind: &Kind, text: &str) -> f64 {
    let once = || {
        let meter = Meter::start();
        black_box((kind.take)(black_box(text)));
        meter.stop().map_or(0.0, |spent| spent.cpu.as_secs_f64())
    };
    (0..5).map(|_| once()).fold(f64::MAX, f64::min)
}

fn digests(size: usize) -> String {
    let one = "Digest realm=\"r\", nonce=\"n\", algorithm=SHA-1, qop=\"auth-int,auth-int\", ";
    one.repeat(size / one.len())
}

fn parse(text: &str) -> usize {
    challenges([text]).len()
}

fn answer(text: &str) -> usize {
    let mut headers = Headers::new();
    headers.append("WWW-Authenticate", text.trim_end()).expect("a field");
    usize::from(matches!(Digest::new("u", "p").answer(&get(), &headers, None), sortie_policy::Answer::Again { .. }))
}

fn follow(text: &str) -> usize {
    let mut headers = Headers::new();
    headers.append("Location", text.trim_end()).expect("a field");
    let verdict = judge(&Policy::default(), &Seen::first(&get(), StatusCode::FOUND, &headers));
    usize::from(matches!(verdict, Verdict::Again(_)))
}

fn receive(text: &str) -> usize {
    let mut headers = Headers::new();
    headers.append("Set-Cookie", text.trim_end()).expect("a field");
    Jar::new().receive(get().url(), &headers, now()).refused.len()
}

fn netrc(text: &str) -> usize {
    Netrc::parse(text).1.len()
}

fn get() -> PreparedRequest {
    let url = Url::parse("http://h/a/b?c=d").expect("a URL");
    PreparedRequest::new(Method::GET, url, Headers::new(), Body::none())
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

criterion_group!(benches, hostile);
criterion_main!(benches);
