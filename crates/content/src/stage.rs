//! One content coding, taken off piece by piece.
//!
//! Bytes go in, bytes come out, in any cuts; a stage holds back nothing that it has room to give.

#[cfg(feature = "br")]
mod br;
mod deflate;
mod gzip;
#[cfg(feature = "zstd")]
mod zstd;

#[cfg(feature = "br")]
pub(crate) use br::Br;
#[cfg(feature = "zstd")]
pub(crate) use zstd::{Zstd, promised};

#[cfg(any(feature = "br", feature = "zstd"))]
use crate::inflate::Room;
use crate::moved::Moved;
use crate::{Coding, Damage, Error};

/// A coding that is being taken off.
#[derive(Debug)]
pub(crate) enum Stage {
    Gzip(gzip::Gzip),
    Deflate(deflate::Deflate),
    #[cfg(feature = "br")]
    Br(Br),
    #[cfg(feature = "zstd")]
    Zstd(Zstd),
}

impl Stage {
    /// The start of a coding. Fails where its library cannot be started: there is no memory.
    pub(crate) fn new(coding: Coding) -> Result<Self, Error> {
        Ok(match coding {
            Coding::Gzip => Stage::Gzip(gzip::Gzip::new()),
            Coding::Deflate => Stage::Deflate(deflate::Deflate::new()),
            #[cfg(feature = "br")]
            Coding::Br => Stage::Br(Br::new()),
            #[cfg(feature = "zstd")]
            Coding::Zstd => Stage::Zstd(Zstd::new()?),
        })
    }

    /// Moves something on from `input` into `out`, or nothing: then it wants more input, or room.
    ///
    /// After an error the content is lost.
    pub(crate) fn run(&mut self, input: &[u8], out: &mut [u8]) -> Result<Moved, Damage> {
        match self {
            Stage::Gzip(gzip) => gzip.run(input, out),
            Stage::Deflate(deflate) => deflate.run(input, out),
            #[cfg(feature = "br")]
            Stage::Br(br) => br.run(input, out),
            #[cfg(feature = "zstd")]
            Stage::Zstd(zstd) => zstd.run(input, out),
        }
    }

    /// Fails where the coding may not end after what it was given.
    pub(crate) fn end(&self) -> Result<(), Damage> {
        let is_whole = match self {
            Stage::Gzip(gzip) => gzip.is_whole(),
            Stage::Deflate(deflate) => deflate.is_whole(),
            #[cfg(feature = "br")]
            Stage::Br(br) => br.is_whole(),
            #[cfg(feature = "zstd")]
            Stage::Zstd(zstd) => zstd.is_whole(),
        };
        if is_whole { Ok(()) } else { Err(Damage::Truncated) }
    }

    /// Takes the coding off the whole of `coded`.
    #[cfg(any(feature = "br", feature = "zstd"))]
    pub(crate) fn run_whole(&mut self, coded: &[u8], room: &mut Room) -> Result<(), Error> {
        let mut used = 0;
        loop {
            let moved = room.fill(|out| self.run(&coded[used..], out))?;
            used += moved.used;
            let is_idle = moved == Moved::default();
            if used == coded.len() && self.end().is_ok() {
                return room.check();
            }
            if room.is_full() {
                room.grow()?;
            } else if is_idle {
                return self.end().map_err(|damage| room.damaged(damage));
            }
        }
    }
}
