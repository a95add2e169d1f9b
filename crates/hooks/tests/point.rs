//! What a point does with what its callbacks answer.
#![allow(clippy::unwrap_used)]

use std::cell::Cell;
use std::error::Error;
use std::fmt;
use std::io;
use std::panic;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use sortie_hooks::{Kind, Point, Refuse, Warning};

/// What a callback does in the test of all sequences.
#[derive(Clone, Copy, Debug)]
enum Way {
    Nothing,
    Replace,
    Fail,
    Panic,
    Refuse,
}

const WAYS: [Way; 5] = [Way::Nothing, Way::Replace, Way::Fail, Way::Panic, Way::Refuse];

/// Every sequence of up to four ways.
fn sequences() -> Vec<Vec<Way>> {
    let mut all = vec![Vec::new()];
    let mut begin = 0;
    for _ in 0..4 {
        let end = all.len();
        for at in begin..end {
            let longer: Vec<_> = WAYS.iter().map(|way| [&all[at][..], &[*way]].concat()).collect();
            all.extend(longer);
        }
        begin = end;
    }
    all
}

/// Registers a callback that goes this way; one that replaces appends its number.
fn register(point: &mut Point<Vec<usize>>, way: Way, number: usize) {
    point.register(move |data: &Vec<usize>| -> Result<Option<Vec<usize>>, Box<dyn Error + Send + Sync>> {
        match way {
            Way::Nothing => Ok(None),
            Way::Replace => Ok(Some([&data[..], &[number]].concat())),
            Way::Fail => Err("broken".into()),
            Way::Panic => panic!("boom {number}"),
            Way::Refuse => Err(Refuse::new("quota").into()),
        }
    });
}

fn texts(warnings: &[Warning]) -> Vec<String> {
    warnings.iter().map(Warning::to_string).collect()
}

#[test]
fn rule_6_whatever_callbacks_do_in_any_order_the_data_and_the_warnings_are_right() {
    for ways in sequences() {
        for may_refuse in [false, true] {
            let mut point = if may_refuse { Point::refusing("p") } else { Point::new("p") };
            let (mut data, mut warned, mut refused) = (vec![0], Vec::new(), None);
            for (number, way) in (1..).zip(&ways) {
                register(&mut point, *way, number);
                match way {
                    _ if refused.is_some() => {}
                    Way::Nothing => {}
                    Way::Replace => data.push(number),
                    Way::Fail => warned.push(format!("hook {number} of p failed: broken")),
                    Way::Panic => warned.push(format!("hook {number} of p panicked: boom {number}")),
                    Way::Refuse if may_refuse => refused = Some(format!("hook {number} of p refused: quota")),
                    Way::Refuse => warned.push(format!("hook {number} of p failed: refused: quota")),
                }
            }
            let mut warnings = Vec::new();
            let ended = point.run(vec![0], &mut warnings).map_err(|refusal| refusal.to_string());
            assert_eq!(ended, refused.map_or(Ok(data), Err), "{ways:?}");
            assert_eq!(texts(&warnings), warned, "{ways:?}");
        }
    }
}

#[test]
fn each_form_of_an_answer_is_taken() {
    let mut point: Point<u32> = Point::new("p");
    point.register(|_: &u32| ());
    point.register(|n: &u32| Some(n + 1));
    point.register(|_: &u32| None);
    point.register(|n: &u32| Ok::<_, io::Error>(Some(n + 10)));
    point.register(|_: &u32| Ok::<(), String>(()));
    point.register(|_: &u32| Err::<(), _>("a text"));
    point.register(|_: &u32| Err::<Option<u32>, _>(io::Error::other("an error")));
    fn named(n: &u32) -> Option<u32> {
        Some(n + 100)
    }
    point.register(named);
    let mut warnings = Vec::new();
    assert_eq!(point.run(0, &mut warnings), Ok(111));
    assert_eq!(texts(&warnings), ["hook 6 of p failed: a text", "hook 7 of p failed: an error"]);
}

#[test]
fn a_notified_point_shows_all_the_same_and_the_last_value_wins() {
    let mut point: Point<(u32, &str), u32> = Point::refusing("post_request");
    let seen = Arc::new(Mutex::new(Vec::new()));
    for answer in [Some(1), Some(2), None] {
        let seen = Arc::clone(&seen);
        point.register(move |data: &(u32, &str)| {
            seen.lock().unwrap().push(data.0);
            answer
        });
    }
    point.register(|_: &(u32, &str)| Err::<(), _>(Refuse::new("too late")));
    point.register(|data: &(u32, &str)| -> Option<u32> { panic!("{}", data.1) });
    let mut warnings = Vec::new();
    assert_eq!(point.notify(&(7, "x"), &mut warnings), Some(2));
    assert_eq!(*seen.lock().unwrap(), [7, 7, 7]);
    let expected = ["hook 4 of post_request failed: refused: too late", "hook 5 of post_request panicked: x"];
    assert_eq!(texts(&warnings), expected);
}

#[test]
fn an_empty_point_passes_the_data_on() {
    let point: Point<String> = Point::new("p");
    assert!(point.is_empty() && point.chain(&point.clone()).is_empty());
    let mut warnings = Vec::new();
    assert_eq!(point.run("same".into(), &mut warnings).unwrap(), "same");
    assert_eq!(point.notify(&"same".into(), &mut warnings), None);
    assert!(warnings.is_empty());
}

#[test]
fn a_warning_keeps_the_error_and_a_panic_has_none() {
    let mut point: Point<u32> = Point::new("response");
    point.register(|_: &u32| Err::<(), _>(io::Error::from(io::ErrorKind::NotFound)));
    point.register(|_: &u32| -> Option<u32> { panic!("boom") });
    let mut warnings = Vec::new();
    assert_eq!(point.run(1, &mut warnings), Ok(1));
    let [failed, panicked] = &warnings.clone()[..] else { panic!("{warnings:?}") };
    assert!(matches!(failed.kind, Kind::Failed(_)) && matches!(panicked.kind, Kind::Panicked));
    let source = failed.source().unwrap().downcast_ref::<io::Error>().unwrap();
    assert_eq!(source.kind(), io::ErrorKind::NotFound);
    assert!(panicked.source().is_none());
    assert_eq!((panicked.point, panicked.number, panicked.message.as_str()), ("response", 2, "boom"));
}

#[test]
fn a_panic_that_carries_anything_or_panics_again_when_dropped_is_only_a_warning() {
    struct Bomb(u32);
    impl Drop for Bomb {
        fn drop(&mut self) {
            if self.0 > 0 {
                panic::panic_any(Bomb(self.0 - 1));
            }
        }
    }
    let mut point: Point<u32> = Point::new("p");
    point.register(|_: &u32| -> Option<u32> { panic::panic_any(7_u8) });
    point.register(|_: &u32| -> Option<u32> { panic::panic_any(Bomb(3)) });
    point.register(|n: &u32| Some(n + 1));
    let mut warnings = Vec::new();
    assert_eq!(point.run(1, &mut warnings), Ok(2));
    let expected = ["hook 1 of p panicked: without a message", "hook 2 of p panicked: without a message"];
    assert_eq!(texts(&warnings), expected);
}

#[test]
fn an_error_that_panics_when_it_is_shown_is_only_a_warning() {
    #[derive(Debug)]
    struct Mute;
    impl fmt::Display for Mute {
        fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
            panic!("no words")
        }
    }
    impl Error for Mute {}
    let mut point: Point<u32> = Point::new("p");
    point.register(|_: &u32| Err::<(), _>(Mute));
    let mut warnings = Vec::new();
    assert_eq!(point.run(1, &mut warnings), Ok(1));
    assert_eq!(texts(&warnings), ["hook 1 of p failed: no words"]);
}

#[test]
fn a_refusal_says_who_and_why_and_later_callbacks_do_not_run() {
    let mut point: Point<u32> = Point::refusing("args");
    let runs = Arc::new(AtomicUsize::new(0));
    point.register(|n: &u32| Some(n + 1));
    point.register(|_: &u32| Err::<(), _>(Refuse::new("quota")));
    let counted = Arc::clone(&runs);
    point.register(move |_: &u32| {
        counted.fetch_add(1, Ordering::Relaxed);
    });
    let refusal = point.run(1, &mut Vec::new()).unwrap_err();
    assert_eq!((refusal.point, refusal.number, refusal.reason.as_str()), ("args", 2, "quota"));
    assert_eq!(runs.load(Ordering::Relaxed), 0);
}

#[test]
fn chained_points_run_one_after_the_other_and_their_numbers_go_on() {
    let mut session: Point<Vec<usize>> = Point::refusing("args");
    register(&mut session, Way::Replace, 1);
    register(&mut session, Way::Fail, 2);
    let mut request = Point::new("of the request");
    register(&mut request, Way::Replace, 3);
    register(&mut request, Way::Refuse, 4);

    let both = session.chain(&request);
    assert_eq!((both.name(), both.len()), ("args", 4));
    let mut warnings = Vec::new();
    let refusal = both.run(vec![], &mut warnings).unwrap_err();
    assert_eq!(refusal.to_string(), "hook 4 of args refused: quota");
    assert_eq!(texts(&warnings), ["hook 2 of args failed: broken"]);

    let none = Point::new("none");
    assert_eq!(session.chain(&none).run(vec![], &mut warnings), Ok(vec![1]));
    let alone = none.chain(&request);
    assert_eq!((alone.name(), alone.len()), ("none", 2));
    assert_eq!(alone.run(vec![], &mut Vec::new()), Ok(vec![3]));
    assert_eq!((session.len(), request.len()), (2, 2));
}

#[test]
fn a_clone_that_registers_leaves_the_original_alone() {
    let mut point: Point<u32> = Point::new("p");
    point.register(|n: &u32| Some(n + 1));
    let mut clone = point.clone();
    clone.register(|n: &u32| Some(n * 10));
    assert_eq!(point.run(1, &mut Vec::new()), Ok(2));
    assert_eq!(clone.run(1, &mut Vec::new()), Ok(20));
}

#[test]
fn a_callback_may_run_and_change_points_itself() {
    let point: Arc<Mutex<Point<u32>>> = Arc::new(Mutex::new(Point::new("p")));
    let inner = Arc::clone(&point);
    point.lock().unwrap().register(move |n: &u32| {
        let mut shared = inner.lock().unwrap();
        shared.register(|n: &u32| Some(n + 100));
        let copy = shared.clone();
        drop(shared);
        if *n < 3 { copy.run(n + 1, &mut Vec::new()).ok() } else { None }
    });
    let first = point.lock().unwrap().clone();
    assert_eq!(first.run(3, &mut Vec::new()), Ok(3));
    // 2 goes in, 3 goes through all that are registered by then: itself, and two that add 100.
    assert_eq!(first.run(2, &mut Vec::new()), Ok(203));
    assert_eq!(point.lock().unwrap().len(), 4);
}

#[test]
fn a_point_can_be_shared_whatever_passes_it() {
    fn shared<T: Send + Sync>(_: &T) {}
    let mut point: Point<Rc<Cell<u32>>> = Point::new("p");
    point.register(|data: &Rc<Cell<u32>>| data.set(data.get() + 1));
    shared(&point);
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| assert_eq!(point.run(Rc::new(Cell::new(1)), &mut Vec::new()).unwrap().get(), 2));
        }
    });
    assert_eq!(format!("{point:?}"), r#"Point { name: "p", may_refuse: false, callbacks: 1 }"#);
}
