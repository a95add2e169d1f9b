//! Header fields: put together, looked up, cloned and changed.

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use sortie_http::{Headers, HeadersBuilder};

const FIELDS: [(&str, &str); 8] = [
    ("Host", "127.0.0.1:8000"),
    ("User-Agent", "sortie/0.1.0"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
    ("Accept", "*/*"),
    ("Accept-Language", "en"),
    ("Cache-Control", "no-cache"),
    ("X-Request-Id", "0123456789abcdef"),
    ("Authorization", "Bearer abcdefghijklmnopqrstuvwxyz"),
];

fn headers(criterion: &mut Criterion) {
    let built = build();
    let mut group = criterion.benchmark_group("headers");
    group.bench_function("build-8", |bencher| bencher.iter(build));
    for (name, field) in [("get-first", "host"), ("get-last", "authorization"), ("get-none", "if-none-match")] {
        group.bench_function(name, |bencher| bencher.iter(|| black_box(&built).get(black_box(field)).is_some()));
    }
    group.bench_function("clone", |bencher| bencher.iter(|| black_box(&built).clone()));
    group.bench_function("clone-append", |bencher| {
        bencher.iter(|| {
            let mut copy = black_box(&built).clone();
            copy.append("Range", black_box("bytes=0-99")).expect("a field");
            copy
        });
    });
    group.finish();
}

fn build() -> Headers {
    let mut builder = HeadersBuilder::new();
    for (name, value) in black_box(FIELDS) {
        builder.append(name, value).expect("a field");
    }
    builder.build()
}

criterion_group!(benches, headers);
criterion_main!(benches);
