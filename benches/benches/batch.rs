//! Whole batches by a session's `map`, to a server in the same process.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sortie::Session;
use sortie_testserver::TestServer;

/// How many requests run at the same time.
const CONCURRENCY: usize = 64;

fn batch(criterion: &mut Criterion) {
    let server = TestServer::start().expect("the test server starts on loopback");
    let (url, session) = (server.url("/small"), Session::new());
    let mut group = criterion.benchmark_group("batch");
    group.sample_size(10);
    for count in [1_usize, 100, 10_000] {
        group.throughput(Throughput::Elements(count as u64));
        group.bench_function(count.to_string(), |bencher| {
            bencher.iter(|| {
                let requests = (0..count).map(|_| session.get(&url));
                let outcomes = session.batch().concurrency(CONCURRENCY).map(requests);
                assert!(outcomes.iter().all(Result::is_ok) && outcomes.len() == count);
                black_box(outcomes)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, batch);
criterion_main!(benches);
