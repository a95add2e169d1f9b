//! A connection's byte stream, and the request's bytes as they came over it.
//!
//! hyper gives neither the case nor the order of a request's fields across names, so the stream itself remembers.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use memchr::memmem;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};

use crate::fate::Fate;
use crate::interim::Interim;
use crate::shared::Shared;
use crate::socket::Socket;

/// How much of a request is remembered, in octets.
const KEPT: usize = 64 * 1024;

/// Octets that are thrown away at a time.
const PIECE: usize = 8 * 1024;

/// A stream that remembers what it read since it last wrote. When its server was killed, it ends with a reset.
#[derive(Debug)]
pub(crate) struct Wire {
    stream: Box<dyn Socket>,
    /// Something was written since the last read: the next octets begin another request.
    answered: bool,
    heard: Heard,
    fate: Fate,
    interim: Interim,
    shared: Arc<Shared>,
}

/// The first 64 KiB of what came since the last answer; of pipelined requests, all of them.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heard(Arc<Mutex<Vec<u8>>>);

impl Wire {
    /// Wraps a stream; the other half reads what it remembers.
    pub(crate) fn new(stream: Box<dyn Socket>, fate: Fate, interim: Interim, shared: Arc<Shared>) -> (Self, Heard) {
        let heard = Heard::default();
        (Self { stream, answered: false, heard: heard.clone(), fate, interim, shared }, heard)
    }

    /// Throws away what comes, until the client ends.
    pub(crate) async fn discard(&mut self) {
        let mut piece = [0; PIECE];
        while self.stream.read(&mut piece).await.is_ok_and(|count| count > 0) {}
    }

    /// Ends this direction (close_notify under TLS, FIN), then throws away what comes: closed with octets unread, the socket would send a
    /// reset and forget what the client has not taken yet.
    pub(crate) async fn finish(&mut self) {
        // Fails only where the client has gone already.
        let _ = self.stream.shutdown().await;
        self.discard().await;
    }
}

impl Heard {
    /// The field lines of the request that came last, each ended by LF.
    pub(crate) fn field_lines(&self) -> Vec<u8> {
        let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let head = memmem::find(&heard, b"\r\n\r\n").map_or(&heard[..], |end| &heard[..end]);
        let mut lines = Vec::with_capacity(head.len());
        for line in head.split(|byte| *byte == b'\n').skip(1) {
            lines.extend_from_slice(line.strip_suffix(b"\r").unwrap_or(line));
            lines.push(b'\n');
        }
        lines
    }

    fn add(&self, bytes: &[u8], anew: bool) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if anew {
            heard.clear();
        }
        let room = KEPT.saturating_sub(heard.len());
        heard.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(cx, buf);
        let new = &buf.filled()[before..];
        if !new.is_empty() {
            self.heard.add(new, self.answered);
            self.answered = false;
        }
        polled
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        if let Some(kept) = self.interim.kept(buf) {
            return Poll::Ready(Ok(kept));
        }
        self.answered = true;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let polled = Pin::new(&mut self.stream).poll_flush(cx);
        if polled.is_ready() {
            self.fate.flushed();
        }
        polled
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        if let Some(kept) = bufs.first().and_then(|buf| self.interim.kept(buf)) {
            return Poll::Ready(Ok(kept));
        }
        self.answered = true;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        if self.shared.killed() {
            self.stream.set_reset();
        }
    }
}
