//! How a request's body is sent.

use std::fmt;
use std::io::Read;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sortie_content::{Coding, EncodeReader};
use sortie_http::Body;

use crate::{Arguments, Error, ErrorKind};

/// What a request says of how its body is sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sending {
    pub(crate) expect: Expect,
    /// The name of the coding that is put on the body.
    pub(crate) coding: Option<Box<str>>,
    pub(crate) upload: Option<Upload>,
}

/// Whether a body is held back until the server says that it wants it (`Expect: 100-continue`; RFC 9110, section 10.1.1),
/// and for how long at the most: `true` is a second, `false` not at all.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Expect(Option<Duration>);

/// Whoever wants to know how much of a body was sent. A clone is the same.
#[derive(Clone)]
pub struct Upload(Arc<Mutex<Option<Told>>>);

type Told = Box<dyn FnMut(u64, Option<u64>) + Send>;

impl Arguments {
    /// Whether the body is held back until the server says that it wants it, and for how long at the most. Default: not at
    /// all.
    ///
    /// The body follows when the time is up; a final answer leaves it unsent, and costs the connection. A 417 has the request
    /// go again without. Nothing is asked where there is no body. A time of zero is an error when the request is sent.
    pub fn set_expect_continue(&mut self, expect: impl Into<Expect>) {
        self.change().sending.expect = expect.into();
    }

    /// Puts a content coding on the body, by its name: `gzip`, `deflate`, or `zstd`. Default: none.
    ///
    /// What is in memory is coded at once. What is streamed is coded while it is sent, so that its length is not known.
    pub fn set_compression(&mut self, coding: &str) {
        self.change().sending.coding = Some(coding.into());
    }

    /// Has a closure told, after each write of the body, how many of its bytes are on their way, and how many there are
    /// where that is known. An exchange that goes again begins again at 0.
    pub fn on_upload(&mut self, told: impl FnMut(u64, Option<u64>) + Send + 'static) {
        self.change().sending.upload = Some(Upload::new(told));
    }
}

impl Sending {
    /// Whether nothing of it concerns the policy.
    pub(crate) fn is_usual(&self) -> bool {
        self.expect == Expect::default() && self.upload.is_none()
    }

    /// How long the body is held back.
    pub(crate) fn expect(&self) -> Result<Option<Duration>, Error> {
        match self.expect.0 {
            Some(Duration::ZERO) => {
                Err(Error::new(ErrorKind::InvalidArgument).with_message("the timeout `expect_continue` is zero"))
            }
            limit => Ok(limit),
        }
    }

    /// The body with a coding on it, and the name of that; nothing is put on nothing.
    pub(crate) fn encode(&self, body: Body) -> Result<(Body, Option<&'static str>), Error> {
        let Some(name) = self.coding.as_deref() else { return Ok((body, None)) };
        let unfit = |source| Error::new(ErrorKind::InvalidBody).with_source(source);
        let coding = Coding::named(name).ok_or_else(|| {
            let name: String = name.escape_debug().take(100).collect();
            Error::new(ErrorKind::Unsupported).with_message(format!("there is no content coding `{name}`"))
        })?;
        if body.is_none() || body.length() == Some(0) {
            return Ok((body, None));
        }
        // Whether there is an encoder is known before anything is sent.
        EncodeReader::new(coding, &[][..]).map_err(unfit)?;
        let coded = match body.as_bytes() {
            Some(bytes) => Body::bytes(sortie_content::encode(coding, bytes).map_err(unfit)?),
            None => {
                let again = body.is_replayable();
                let open = move || -> std::io::Result<Box<dyn Read + Send>> {
                    let coded = EncodeReader::new(coding, body.open()?).map_err(std::io::Error::other)?;
                    Ok(Box::new(coded))
                };
                if again { Body::reopen(open, None) } else { Body::once(open, None) }
            }
        };
        Ok((coded, Some(coding.name())))
    }
}

impl Upload {
    fn new(told: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        Upload(Arc::new(Mutex::new(Some(Box::new(told)))))
    }

    /// Tells it. One that panics is told nothing more; one that is being told at this moment, by another loop, misses this.
    pub fn tell(&self, sent: u64, total: Option<u64>) {
        let Ok(mut told) = self.0.try_lock() else { return };
        let failed = told.as_mut().is_some_and(|told| sortie_hooks::guard(|| told(sent, total)).is_err());
        let lost = if failed { told.take() } else { None };
        drop(told);
        // It is dropped where its panics harm nobody either.
        let _ = sortie_hooks::guard(|| drop(lost));
    }
}

impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        write!(f, "Upload({})", if told.is_some() { "told" } else { "over" })
    }
}

/// A second, or not at all.
impl From<bool> for Expect {
    fn from(expect: bool) -> Self {
        Expect(expect.then_some(Duration::from_secs(1)))
    }
}

impl From<Duration> for Expect {
    fn from(limit: Duration) -> Self {
        Expect(Some(limit))
    }
}
