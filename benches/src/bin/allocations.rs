//! Sends requests as `sender` does, and counts what the sending thread allocates.
//!
//! The server is another process, so that its allocations are not among them; nor are those of other threads.
#![allow(unsafe_code)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::process::ExitCode;

use sortie::Session;
use sortie_benches::{Allocated, DIFFERENT, Error, HeapReport, Job, Program, session};

const PROGRAM: Program = Program { name: "allocations", options: &[DIFFERENT], later: &[] };

#[global_allocator]
static COUNTING: Counting = Counting;

thread_local! {
    // Made at compile time and never dropped, so that looking at it allocates nothing, also as a thread ends.
    static ALLOCATED: Cell<Allocated> = const { Cell::new(Allocated { count: 0, bytes: 0 }) };
}

/// The system's allocator, counted by the thread.
struct Counting;

fn main() -> ExitCode {
    PROGRAM.run(measure)
}

fn measure(job: &Job) -> Result<HeapReport, Error> {
    let (home, urls) = (Session::new(), job.urls());
    let before = ALLOCATED.get();
    let outcomes = session::map(&home, job, &urls);
    let after = ALLOCATED.get();
    let allocated = Allocated { count: after.count - before.count, bytes: after.bytes - before.bytes };
    Ok(HeapReport { requests: job.count, tally: session::tally(&outcomes), allocated })
}

fn count(size: usize) {
    let Allocated { count, bytes } = ALLOCATED.get();
    ALLOCATED.set(Allocated { count: count + 1, bytes: bytes + size as u64 });
}

// SAFETY: every block comes from the system's allocator and goes back to it, with the layout that the caller gave;
// counting neither allocates nor panics.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as in `alloc`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        // SAFETY: as in `alloc`; the block is the system's, since all are.
        unsafe { System.realloc(block, layout, size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: as in `realloc`.
        unsafe { System.dealloc(block, layout) }
    }
}
