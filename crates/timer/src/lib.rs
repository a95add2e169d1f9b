//! Deadlines in a heap that is re-armed lazily; knows no clock.
//!
//! An event loop has one timer a connection, and moves most of them later at every turn without any of them ever
//! firing. [`Deadlines`] is made for that: moving a deadline later is a compare and a store, and the heap learns of it
//! only when the old entry surfaces.
//!
//! - A **key** is a small dense number that the owner gives, such as the index of a slab. It has one deadline or none.
//! - A **time** is nanoseconds since whatever moment the owner chose. Nothing here reads a clock.
//!
//! ```text
//! set ──► slot.due ◄─── the truth, one a key
//!   │
//!   └ earlier than the entry? ──► heap ──► surfaces ──► due? ── yes ──► pop gives the key
//!                                  ▲                     │
//!                                  └──── moved later ────┘
//! ```
//!
//! ```
//! use sortie_timer::Deadlines;
//!
//! let mut deadlines = Deadlines::new();
//! deadlines.set(0, 1_000);
//! deadlines.set(1, 2_000);
//! deadlines.set(0, 3_000); // later: one store
//!
//! assert_eq!(deadlines.next(), Some(1_000)); // early, never late
//! assert_eq!(deadlines.pop(1_000), None);
//! assert_eq!(deadlines.next(), Some(2_000));
//! assert_eq!(deadlines.pop(5_000), Some(1));
//! assert_eq!(deadlines.pop(5_000), Some(0));
//! assert_eq!(deadlines.pop(5_000), None);
//! ```

mod deadlines;

pub use deadlines::Deadlines;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
