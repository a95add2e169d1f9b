//! Stacked codings, each of which takes from the one outside it.

use std::io;

use crate::limits::Ceiling;
use crate::moved::Moved;
use crate::stage::Stage;
use crate::{Coding, Error};

/// So much may wait between two codings, in bytes.
const BETWEEN: usize = 16 << 10;

/// One coding, and what it has given that the next one inwards has not taken yet.
#[derive(Debug)]
pub(crate) struct Layer {
    coding: Coding,
    stage: Stage,
    /// How many bytes it has given.
    made: u64,
    /// Empty for the innermost, which gives to the caller.
    waiting: Box<[u8]>,
    start: usize,
    end: usize,
}

impl Layer {
    pub(crate) fn new(coding: Coding, is_innermost: bool) -> Result<Self, Error> {
        let waiting = vec![0; if is_innermost { 0 } else { BETWEEN }].into_boxed_slice();
        Ok(Layer { coding, stage: Stage::new(coding)?, made: 0, waiting, start: 0, end: 0 })
    }

    fn waiting(&self) -> &[u8] {
        &self.waiting[self.start..self.end]
    }

    /// Gives what comes to the caller. Never past the ceiling: the byte that breaks it is not counted.
    fn give(&mut self, input: &[u8], out: &mut [u8], ceiling: Ceiling) -> Result<Moved, Error> {
        step(&mut self.stage, self.coding, &mut self.made, input, out, ceiling)
    }

    /// Keeps what comes for the next one inwards, which has taken all.
    fn keep(&mut self, input: &[u8], ceiling: Ceiling) -> Result<Moved, Error> {
        let moved = step(&mut self.stage, self.coding, &mut self.made, input, &mut self.waiting, ceiling)?;
        (self.start, self.end) = (0, moved.made);
        Ok(moved)
    }
}

/// Moves `input` on through all layers, the outermost of which comes first, until it is used up or `out` is full.
///
/// `sum` counts what was moved, also where it fails.
pub(crate) fn run(
    layers: &mut [Layer],
    input: &[u8],
    out: &mut [u8],
    ceiling: Ceiling,
    sum: &mut Moved,
) -> Result<(), Error> {
    let innermost = layers.len() - 1;
    loop {
        let mut is_idle = true;
        // What waits is given before more of it is made.
        for at in (0..layers.len()).rev() {
            let (outer, inner) = layers.split_at_mut(at);
            let (layer, coded) = match outer.last() {
                Some(outer) => (&mut inner[0], outer.waiting()),
                None => (&mut inner[0], &input[sum.used..]),
            };
            let moved = match at == innermost {
                true if sum.made == out.len() => return Ok(()),
                true => layer.give(coded, &mut out[sum.made..], ceiling)?,
                false if layer.waiting().is_empty() => layer.keep(coded, ceiling)?,
                false => continue,
            };
            is_idle &= moved == Moved::default();
            match outer.last_mut() {
                Some(outer) => outer.start += moved.used,
                None => sum.used += moved.used,
            }
            if at == innermost {
                sum.made += moved.made;
            }
        }
        if is_idle {
            return match sum.used == input.len() {
                true => Ok(()),
                false => Err(stalled(layers[0].coding)),
            };
        }
    }
}

/// Fails where one of them may not end here. One that was given nothing may: it is the coding of no content.
pub(crate) fn end(layers: &[Layer]) -> Result<(), Error> {
    for layer in layers {
        layer.stage.end().map_err(|damage| Error::Damaged { coding: layer.coding, damage })?;
        if layer.made == 0 {
            break;
        }
    }
    Ok(())
}

/// A library took nothing, and gave nothing, though it could do both.
fn stalled(coding: Coding) -> Error {
    Error::Library { coding, source: io::Error::other("no input is taken") }
}

fn step(
    stage: &mut Stage,
    coding: Coding,
    made: &mut u64,
    input: &[u8],
    out: &mut [u8],
    ceiling: Ceiling,
) -> Result<Moved, Error> {
    let left = ceiling.limit().saturating_sub(*made);
    let room = usize::try_from(left.saturating_add(1)).unwrap_or(usize::MAX).min(out.len());
    let moved = stage.run(input, &mut out[..room]).map_err(|damage| Error::Damaged { coding, damage })?;
    *made += moved.made as u64;
    if *made > ceiling.limit() { Err(ceiling.broken_by(coding)) } else { Ok(moved) }
}
