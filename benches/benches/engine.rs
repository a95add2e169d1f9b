//! Calls a second through the engine in memory, without a kernel.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use sortie_benches::{DIFFERENT, Program, memory};

/// How many calls one run makes, so that making an engine is a small part of it.
const COUNT: usize = 1000;

fn engine(criterion: &mut Criterion) {
    const PROGRAM: Program = Program { name: "engine", options: &[DIFFERENT], later: &[] };
    let mut group = criterion.benchmark_group("engine");
    group.throughput(Throughput::Elements(COUNT as u64));
    for (name, concurrency, option) in
        [("alike-1", 1, None), ("alike-64", 64, None), ("different-64", 64, Some(DIFFERENT.0))]
    {
        let arguments = ["http://127.0.0.1/small".to_owned(), COUNT.to_string(), concurrency.to_string()];
        let job = PROGRAM.job(arguments.into_iter().chain(option.map(String::from))).expect("a job");
        let urls = job.urls();
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let (tally, outcomes) = memory::run(&job, &urls).expect("every call ends");
                assert_eq!(tally.ok(), COUNT);
                black_box(outcomes)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, engine);
criterion_main!(benches);
