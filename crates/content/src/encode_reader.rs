use std::fmt;
use std::io::{self, Read};

use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};

use crate::{Coding, Error};

/// Puts a content coding on what a reader gives, as it is read. At the levels of [`encode`](crate::encode()).
///
/// An error of the reader is given on as it is; what was read of it before may be lost.
///
/// ```
/// use std::io::Read;
/// use sortie_content::{Coding, EncodeReader};
///
/// let mut coded = Vec::new();
/// EncodeReader::new(Coding::Gzip, std::io::repeat(b'x').take(1_000_000))?.read_to_end(&mut coded)?;
/// assert!(coded.len() < 5_000);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct EncodeReader<R: Read>(Encoder<R>);

enum Encoder<R: Read> {
    Gzip(GzEncoder<R>),
    Deflate(ZlibEncoder<R>),
    #[cfg(feature = "zstd")]
    Zstd(zstd::stream::read::Encoder<'static, io::BufReader<R>>),
}

impl<R: Read> EncodeReader<R> {
    /// Reads from `reader` as it is read itself.
    ///
    /// Fails for br with [`Error::NoEncoder`], and with [`Error::Library`] where zstd has no memory.
    pub fn new(coding: Coding, reader: R) -> Result<Self, Error> {
        Ok(EncodeReader(match coding {
            Coding::Gzip => Encoder::Gzip(GzEncoder::new(reader, Compression::default())),
            Coding::Deflate => Encoder::Deflate(ZlibEncoder::new(reader, Compression::default())),
            #[cfg(feature = "br")]
            Coding::Br => return Err(Error::NoEncoder { coding }),
            #[cfg(feature = "zstd")]
            Coding::Zstd => Encoder::Zstd(
                zstd::stream::read::Encoder::new(reader, zstd::DEFAULT_COMPRESSION_LEVEL)
                    .map_err(|source| Error::Library { coding, source })?,
            ),
        }))
    }
}

impl<R: Read> Read for EncodeReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Encoder::Gzip(encoder) => encoder.read(out),
            Encoder::Deflate(encoder) => encoder.read(out),
            #[cfg(feature = "zstd")]
            Encoder::Zstd(encoder) => encoder.read(out),
        }
    }
}

impl<R: Read> fmt::Debug for EncodeReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match &self.0 {
            Encoder::Gzip(_) => "EncodeReader(gzip)",
            Encoder::Deflate(_) => "EncodeReader(deflate)",
            #[cfg(feature = "zstd")]
            Encoder::Zstd(_) => "EncodeReader(zstd)",
        })
    }
}
