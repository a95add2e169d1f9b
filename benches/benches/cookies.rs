//! A cookie jar: cookies attached from small and large jars, and bad input taken in.
//!
//! Before anything is measured, it is made sure that a look-up that finds nothing allocates nothing.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use criterion::{Criterion, criterion_group, criterion_main};
use sortie_cookie::Jar;
use sortie_http::{Headers, HeadersBuilder, Url};

#[global_allocator]
static COUNTING: Counting = Counting;

static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// The system's allocator, counted.
struct Counting;

// SAFETY: every block comes from the system's allocator and goes back to it, with the layout that the caller gave;
// counting neither allocates nor panics. The other methods rest on these two.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is the system's, since all are.
        unsafe { System.dealloc(block, layout) }
    }
}

fn attach(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cookies");
    for (domains, each) in [(10, 1), (100_000, 1), (10_000, 10), (1_000, 100)] {
        // Of ten cookies, or a hundred, one in ten is for the path that is asked for.
        let (mut jar, now) = (jar(domains, each, 10), now());
        assert_eq!(jar.len(), domains * each);
        let asked: Vec<_> = (0..domains.min(1_000)).map(|at| host(at * (domains / domains.min(1_000)))).collect();
        let nobody = Url::parse("https://www.nobody.example/a/b").expect("a URL");
        let other_path = asked[0].join("/none").expect("a URL");
        for nothing in [&nobody, &other_path] {
            let before = ALLOCATIONS.load(Ordering::Relaxed);
            assert_eq!(jar.header(black_box(nothing), now), None);
            assert_eq!(ALLOCATIONS.load(Ordering::Relaxed), before, "a look-up that finds nothing allocates");
        }
        let mut at = 0;
        group.bench_function(format!("attach-{domains}x{each}"), |bencher| {
            bencher.iter(|| {
                at = (at + 1) % asked.len();
                jar.header(black_box(&asked[at]), now).expect("a cookie")
            });
        });
        group.bench_function(format!("attach-none-{domains}x{each}"), |bencher| {
            bencher.iter(|| jar.header(black_box(&nobody), now).is_none());
        });
    }
    // All hundred are sent, in a field of 2.5 KB.
    let (mut jar, now) = (jar(1_000, 100, 1), now());
    let asked: Vec<_> = (0..1_000).map(host).collect();
    let mut at = 0;
    group.bench_function("attach-all-1000x100", |bencher| {
        bencher.iter(|| {
            at = (at + 1) % asked.len();
            jar.header(black_box(&asked[at]), now).expect("a cookie")
        });
    });
    group.finish();
}

/// Ten times as many fields, or ten times as long ones, must cost about ten times as much.
fn bad_input(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("cookies-bad");
    let url = host(0);
    for count in [1_000, 10_000] {
        let headers = fields((0..count).map(|at| format!("n{at}=1; Path=/; Domain=com; Max-Age=9")));
        group.bench_function(format!("refused-{count}"), |bencher| {
            bencher.iter(|| Jar::new().receive(&url, black_box(&headers), now()).refused.len());
        });
        let headers = fields((0..count).map(|at| format!("n{at}=1; Path=/; Secure")));
        group.bench_function(format!("evicted-{count}"), |bencher| {
            bencher.iter(|| Jar::new().receive(&url, black_box(&headers), now()).evicted);
        });
        // By plain http each is held against the Secure ones, too.
        let plain = Url::parse("http://www.site0.com/a/b/page").expect("a URL");
        let fields: Vec<_> = (0..count).map(|at| format!("n{at}=1; Domain=site0.com")).collect();
        group.bench_function(format!("one-by-one-{count}"), |bencher| {
            bencher.iter(|| {
                let mut jar = Jar::new();
                fields.iter().for_each(|field| drop(jar.store(&plain, black_box(field), now())));
                jar.len()
            });
        });
    }
    for size in [10_000, 100_000] {
        let headers = fields([format!("n={}", "x".repeat(size))]);
        group.bench_function(format!("long-value-{size}"), |bencher| {
            bencher.iter(|| Jar::new().receive(&url, black_box(&headers), now()).refused.len());
        });
        let headers = fields([format!("n=1{}", "; Expires=1".repeat(size / 11))]);
        group.bench_function(format!("many-attributes-{size}"), |bencher| {
            bencher.iter(|| Jar::new().receive(&url, black_box(&headers), now()).added);
        });
    }
    group.finish();
}

/// So many domains with so many cookies each, one in `sent` of which goes to the domain's `www` host below `/a`.
fn jar(domains: usize, each: usize, sent: usize) -> Jar {
    let mut jar = Jar::new().with_total(domains * each);
    for domain in 0..domains {
        for cookie in 0..each {
            let path = if cookie % sent == 0 { "/a" } else { "/other" };
            let field = format!("name{cookie}=0123456789abcdef; Domain=site{domain}.com; Path={path}; Secure");
            jar.store(&host(domain), &field, now()).expect("a cookie");
        }
    }
    jar
}

fn host(domain: usize) -> Url {
    Url::parse(&format!("https://www.site{domain}.com/a/b/page")).expect("a URL")
}

fn fields(values: impl IntoIterator<Item = String>) -> Headers {
    let mut builder = HeadersBuilder::new();
    for value in values {
        builder.append("Set-Cookie", &value).expect("a field");
    }
    builder.build()
}

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

criterion_group!(benches, attach, bad_input);
criterion_main!(benches);
