use std::fmt;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::{Buf, Bytes};

/// A [`Body`](crate::Body) that is being sent. Complete: there is no other way to have one.
pub enum Opened {
    /// What is left of bytes in memory.
    Bytes(Bytes),
    /// A file.
    File(FileReader),
    /// Whatever the program gave. A read may take any time, and panic.
    Reader(Box<dyn Read + Send>),
}

/// A part of a file, read without its offset: others may read it at the same time.
///
/// A file that ends before the length that it had is [`UnexpectedEof`](io::ErrorKind::UnexpectedEof).
#[derive(Debug)]
pub struct FileReader {
    file: Arc<File>,
    at: u64,
    left: u64,
}

impl FileReader {
    pub(crate) fn new(file: Arc<File>, at: u64, left: u64) -> Self {
        FileReader { file, at, left }
    }

    /// How many bytes are still to be read.
    pub fn left(&self) -> u64 {
        self.left
    }
}

impl Read for FileReader {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let most = out.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        if most == 0 {
            return Ok(0);
        }
        let count = loop {
            match self.file.read_at(&mut out[..most], self.at) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                other => break other?,
            }
        };
        if count == 0 {
            let missing = format!("the file ends {} bytes before the length that it had", self.left);
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, missing));
        }
        self.at += count as u64;
        self.left -= count as u64;
        Ok(count)
    }
}

impl Read for Opened {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self {
            Opened::Bytes(bytes) => {
                let count = bytes.len().min(out.len());
                bytes.copy_to_slice(&mut out[..count]);
                Ok(count)
            }
            Opened::File(file) => file.read(out),
            Opened::Reader(reader) => reader.read(out),
        }
    }
}

/// What it is; not what it says, which may be a secret.
impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Opened::Bytes(bytes) => write!(f, "Bytes({} left)", bytes.len()),
            Opened::File(file) => write!(f, "File({} left)", file.left),
            Opened::Reader(_) => f.write_str("Reader"),
        }
    }
}
