//! The heap against a model that forgets nothing.

use std::collections::HashMap;

use fastrand::Rng;
use sortie_timer::Deadlines;

#[test]
fn deadlines_behave_as_a_plain_map() {
    for seed in 0..500 {
        let mut random = Rng::with_seed(seed);
        // Few keys or many, a narrow span of time or a wide one: collisions and long lulls both happen.
        let (keys, span) = (random.u32(1..40), random.u64(2..400));
        let mut deadlines = Deadlines::new();
        let mut model = HashMap::new();
        for step in 0..300 {
            let (key, at) = (random.u32(..keys), random.u64(..span));
            match random.u8(..8) {
                0..4 => {
                    deadlines.set(key, at);
                    model.insert(key, at);
                }
                4 => {
                    deadlines.clear(key);
                    model.remove(&key);
                }
                _ => {
                    let due = model.values().copied().filter(|&due| due <= at).min();
                    let popped = deadlines.pop(at);
                    assert_eq!(popped.and_then(|key| model.remove(&key)), due, "seed {seed}, step {step}");
                    assert_eq!(popped.is_some(), due.is_some(), "seed {seed}, step {step}");
                }
            }
            for key in 0..keys {
                assert_eq!(deadlines.get(key), model.get(&key).copied(), "seed {seed}, step {step}");
            }
            if let Some(&first) = model.values().min() {
                assert!(deadlines.next().is_some_and(|next| next <= first), "late: seed {seed}, step {step}");
            }
        }
    }
}

#[test]
fn a_deadline_is_due_at_its_own_time() {
    let mut deadlines = Deadlines::new();
    deadlines.set(7, 100);
    assert_eq!(deadlines.pop(99), None);
    assert_eq!(deadlines.pop(100), Some(7));
    assert_eq!(deadlines.next(), None);
}

#[test]
fn keys_leave_in_the_order_of_their_deadlines() {
    let mut deadlines = Deadlines::new();
    deadlines.set(0, 5);
    deadlines.set(1, 7);
    deadlines.set(0, 9);
    assert_eq!([deadlines.pop(10), deadlines.pop(10), deadlines.pop(10)], [Some(1), Some(0), None]);
}

#[test]
fn never_is_no_deadline() {
    let mut deadlines = Deadlines::new();
    deadlines.set(0, u64::MAX);
    deadlines.set(1, 5);
    deadlines.set(1, u64::MAX);
    assert_eq!((deadlines.get(0), deadlines.get(1)), (None, None));
    assert_eq!(deadlines.pop(u64::MAX), None);
    assert_eq!(deadlines.next(), None);
}

#[test]
fn clearing_an_unknown_key_changes_nothing() {
    let mut deadlines = Deadlines::new();
    deadlines.clear(1_000);
    assert_eq!(deadlines.next(), None);
}
