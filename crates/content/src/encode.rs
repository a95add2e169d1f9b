//! Puts a content coding on.

use std::io::{self, Write};

use flate2::Compression;
use flate2::write::{GzEncoder, ZlibEncoder};

use crate::{Coding, Error};

/// Writes `content` in a coding, as a request names it in Content-Encoding (RFC 9110, section 8.4).
///
/// gzip has no name and no time in its header: the same content is always coded the same. deflate is the zlib format.
/// gzip and deflate are written at level 6, zstd at level 3 and with the content's size. br is not written: it fails with
/// [`Error::NoEncoder`]. Fails with [`Error::Library`] where zstd has no memory.
///
/// Not every server takes a coded request: 415 says that it does not.
///
/// ```
/// use sortie_content::{Coding, encode};
///
/// assert!(encode(Coding::Gzip, &[b'x'; 1000])?.len() < 50);
/// # Ok::<(), sortie_content::Error>(())
/// ```
pub fn encode(coding: Coding, content: &[u8]) -> Result<Vec<u8>, Error> {
    let coded = match coding {
        Coding::Gzip => write(GzEncoder::new(Vec::new(), Compression::default()), content, GzEncoder::finish),
        Coding::Deflate => write(ZlibEncoder::new(Vec::new(), Compression::default()), content, ZlibEncoder::finish),
        #[cfg(feature = "br")]
        Coding::Br => return Err(Error::NoEncoder { coding }),
        #[cfg(feature = "zstd")]
        Coding::Zstd => zstd::bulk::compress(content, zstd::DEFAULT_COMPRESSION_LEVEL),
    };
    coded.map_err(|source| Error::Library { coding, source })
}

fn write<W: Write>(mut to: W, content: &[u8], finish: fn(W) -> io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
    to.write_all(content)?;
    finish(to)
}
