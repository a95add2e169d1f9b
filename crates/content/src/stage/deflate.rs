//! The `deflate` coding, piece by piece: zlib, or a bare stream.
//!
//! ```text
//! Start ──► Likely ──► Zlib ──► Rest
//!   └─────────┴─► Bare ──► Padding
//! ```

use flate2::Decompress;

use crate::Damage;
use crate::deflate::begins_as_zlib;
use crate::moved::{Moved, inflate};

/// So many bytes are kept for a second try, at most. A real zlib stream has content before.
const DOUBT: usize = 1024;

/// deflate that is being taken off.
#[derive(Debug)]
pub(crate) struct Deflate {
    state: Decompress,
    part: Part,
}

/// What the next byte is.
#[derive(Debug)]
enum Part {
    /// Of the two that tell zlib from a bare stream. `head` is what came of them.
    Start { head: Vec<u8> },
    /// Of what begins as zlib and has no content yet. `head` is all that came.
    Likely { head: Vec<u8> },
    /// Of zlib.
    Zlib,
    /// Of a bare stream. `head` came before it was known to be one; `at` of it were taken.
    Bare { head: Vec<u8>, at: usize },
    /// Behind zlib: ignored.
    Rest,
    /// Behind a bare stream: only zeros may be there.
    Padding,
}

impl Deflate {
    pub(crate) fn new() -> Self {
        Deflate { state: Decompress::new(true), part: Part::Start { head: Vec::new() } }
    }

    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Damage> {
        match &mut self.part {
            Part::Start { head } => {
                let used = input.len().min(2 - head.len());
                head.extend_from_slice(&input[..used]);
                if head.len() == 2 {
                    let head = std::mem::take(head);
                    match begins_as_zlib(&head) {
                        true => {
                            // Two bytes hold no content, and no error but those that were looked for.
                            inflate(&mut self.state, &head, out)?;
                            self.part = Part::Likely { head };
                        }
                        false => self.start_bare(head),
                    }
                }
                Ok(Moved { used, made: 0 })
            }
            Part::Likely { head } => match inflate(&mut self.state, input, out) {
                Ok((moved, true)) => {
                    self.part = Part::Rest;
                    Ok(moved)
                }
                Ok((moved, false)) => {
                    head.extend_from_slice(&input[..moved.used]);
                    if moved.made > 0 || head.len() > DOUBT {
                        self.part = Part::Zlib;
                    }
                    Ok(moved)
                }
                Err(_) => {
                    let head = std::mem::take(head);
                    self.start_bare(head);
                    self.run(input, out)
                }
            },
            Part::Zlib => {
                let (moved, is_end) = inflate(&mut self.state, input, out)?;
                if is_end {
                    self.part = Part::Rest;
                }
                Ok(moved)
            }
            Part::Bare { head, at } if *at < head.len() => {
                let (moved, is_end) = inflate(&mut self.state, &head[*at..], out)?;
                *at += moved.used;
                let is_taken = is_end || *at == head.len();
                if is_end {
                    pass_zeros(&head[*at..])?;
                    self.part = Part::Padding;
                }
                // What was taken came earlier: nothing of the input was.
                if moved.made == 0 && is_taken { self.run(input, out) } else { Ok(Moved { used: 0, ..moved }) }
            }
            Part::Bare { .. } => {
                let (moved, is_end) = inflate(&mut self.state, input, out)?;
                if is_end {
                    self.part = Part::Padding;
                }
                Ok(moved)
            }
            Part::Rest => Ok(Moved { used: input.len(), made: 0 }),
            Part::Padding => pass_zeros(input),
        }
    }

    pub(crate) fn is_whole(&self) -> bool {
        matches!(self.part, Part::Rest | Part::Padding)
    }

    fn start_bare(&mut self, head: Vec<u8>) {
        self.state.reset(false);
        self.part = Part::Bare { head, at: 0 };
    }
}

/// Behind what has no checksum only zeros are let pass.
pub(crate) fn pass_zeros(input: &[u8]) -> Result<Moved, Damage> {
    match input.iter().all(|byte| *byte == 0) {
        true => Ok(Moved { used: input.len(), made: 0 }),
        false => Err(Damage::Surplus),
    }
}
