//! Content on its way to a file.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use sortie_content::ContentRange;
use sortie_hooks::guard;
use sortie_http::{Method, StatusCode};
use sortie_session::{Error, ErrorKind, Response};

use crate::partial::{Partial, Validator};
use crate::{Request, ResponseStream};

/// How much is read and written at once, in bytes.
const PIECE: usize = 256 * 1024;

/// A request whose content is to become a file; made by [`Request::download`]. Nothing happens before
/// [`send`](Self::send).
#[must_use = "nothing is downloaded until it is sent"]
pub struct Downloading {
    request: Request,
    target: PathBuf,
    resume: bool,
    overwrite: bool,
    sha256: Option<String>,
    on_progress: Option<Report>,
}

/// A program's own code that looks at the progress.
type Report = Box<dyn FnMut(u64, Option<u64>) + Send>;

/// A file that is there, whole.
#[derive(Debug)]
#[non_exhaustive]
pub struct Download {
    /// Where it is.
    pub path: PathBuf,
    /// How long it is.
    pub bytes: u64,
    /// How many bytes of that an earlier attempt had left; 0 where it began anew.
    pub resumed_from: u64,
    /// The head of the last response, without content.
    pub response: Response,
}

impl Request {
    /// Downloads the content to a file, with all defaults of [`download`](Self::download).
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// # let folder = std::env::temp_dir().join(format!("sortie-download-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// let done = sortie::get(server.url("/bytes/100000")).download_to(folder.join("data"))?;
    /// assert_eq!((done.bytes, std::fs::metadata(done.path)?.len()), (100_000, 100_000));
    /// # std::fs::remove_dir_all(folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn download_to(self, path: impl AsRef<Path>) -> Result<Download, Error> {
        self.download(path).send()
    }

    /// A download of the content to a file.
    ///
    /// It is written beside the file, to its name with `.part` behind it, and takes the file's place when it is whole and
    /// on the disk. What came before a download stopped is kept there, and the next one goes on from it, where the server
    /// has told by what to know that it is still the same (`.part.meta` remembers that: a strong entity tag, or a date
    /// that is one second older than the answer; RFC 9110, section 8.8), and can send parts. Where it cannot, or something
    /// else has come to stand there, the download begins anew. Links that stand under those two names are not followed.
    ///
    /// No content coding is asked for. A status of 400 or above is an error of the kind
    /// [`ErrorKind::Status`](crate::ErrorKind::Status), and nothing is written. Two downloads to one file must not run at
    /// the same time.
    pub fn download(self, path: impl AsRef<Path>) -> Downloading {
        Downloading {
            request: self,
            target: path.as_ref().to_path_buf(),
            resume: true,
            overwrite: true,
            sha256: None,
            on_progress: None,
        }
    }
}

impl Downloading {
    /// Whether to go on from what an earlier attempt has left. Default: yes.
    pub fn resume(mut self, resume: bool) -> Self {
        self.resume = resume;
        self
    }

    /// Whether a file that is there is replaced; else it is an error of the kind
    /// [`ErrorKind::File`](crate::ErrorKind::File). Default: yes.
    pub fn overwrite(mut self, overwrite: bool) -> Self {
        self.overwrite = overwrite;
        self
    }

    /// The SHA-256 that the file must have, in 64 hexadecimal digits. Where it has another, what was downloaded is removed,
    /// and that is an error of the kind [`ErrorKind::Content`](crate::ErrorKind::Content).
    pub fn sha256(mut self, digest: impl Into<String>) -> Self {
        self.sha256 = Some(digest.into());
        self
    }

    /// Calls a closure as bytes are written: how many of the file there are, and how many there will be, where that is
    /// known. One that panics is not called again.
    pub fn on_progress(mut self, report: impl FnMut(u64, Option<u64>) + Send + 'static) -> Self {
        self.on_progress = Some(Box::new(report));
        self
    }

    /// Downloads it.
    ///
    /// Where the network fails, or the disk, the error names the partial file, which is kept.
    pub fn send(mut self) -> Result<Download, Error> {
        let digest = self.sha256.as_deref().map(parse_digest).transpose()?;
        if self.request.arguments.headers().any(|(name, _)| name.eq_ignore_ascii_case("range")) {
            let error = Error::new(ErrorKind::InvalidArgument).with_message("a download asks for its own range");
            return Err(self.about(error));
        }
        if !self.overwrite && self.target.symlink_metadata().is_ok() {
            return Err(self.about(exists(&self.target)));
        }
        let partial = Partial::of(&self.target, self.request.arguments()).map_err(|error| self.about(error))?;
        let is_get = *self.request.arguments.method() == Method::GET;
        let mut left = if self.resume && is_get { partial.left() } else { None };
        loop {
            let mut request = self.request.clone().header("Accept-Encoding", "identity");
            if let Some((length, validator)) = &left {
                request = request.range(*length..).header("If-Range", validator.as_str());
            }
            let stream = request.stream()?;
            match (stream.status(), left.take()) {
                (StatusCode::PARTIAL_CONTENT, Some((length, validator))) => {
                    if let Some(range) = continues(&stream, length, &validator, partial.total()) {
                        let file = partial.go_on(length).map_err(|source| partial.fault(source))?;
                        return self.write(stream, &partial, file, length, range.total, digest);
                    }
                }
                (StatusCode::RANGE_NOT_SATISFIABLE, Some((length, validator))) => {
                    // What was left may be all of it.
                    let is_as_long = ContentRange::unsatisfied(stream.headers()) == Some(length);
                    if is_as_long && partial.is_whole_at(length) && validator.agrees(stream.headers()) {
                        let mut file = partial.go_on(length).map_err(|source| partial.fault(source))?;
                        let response = stream.head().clone();
                        drop(stream);
                        let hash = hash_of(&partial, &mut file, digest, length)?;
                        return self.conclude(&partial, file, hash, length, length, response);
                    }
                }
                (status, _) if status.is_success() && status != StatusCode::PARTIAL_CONTENT => {
                    let is_plain = !stream.headers().contains("Content-Encoding");
                    let total = stream.content_length().filter(|_| is_plain);
                    // What another method brought is no part of what a GET brings.
                    let validator = Validator::of(stream.headers()).filter(|_| is_plain && is_get);
                    let file = partial.begin(validator.as_ref(), total).map_err(|source| partial.fault(source))?;
                    return self.write(stream, &partial, file, 0, total, digest);
                }
                _ => {
                    stream.raise_for_status()?;
                    let message = format!("status {} brings nothing to download", stream.status().as_u16());
                    return Err(Error::new(ErrorKind::Status)
                        .with_message(message)
                        .with_request(stream.request().clone())
                        .with_response(stream.head().clone()));
                }
            }
            // What was left is of no use: it begins anew.
        }
    }

    /// Writes the content behind the `start` bytes that are there.
    fn write(
        &mut self,
        mut stream: ResponseStream,
        partial: &Partial,
        mut file: File,
        start: u64,
        total: Option<u64>,
        digest: Option<[u8; 32]>,
    ) -> Result<Download, Error> {
        let mut hash = hash_of(partial, &mut file, digest, start)?;
        let (mut done, mut piece) = (start, vec![0; PIECE]);
        self.report(done, total);
        loop {
            let count = match stream.read_some(&mut piece) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) => return Err(stopped(partial, done, error)),
            };
            file.write_all(&piece[..count]).map_err(|source| {
                partial.fault(source).with_request(stream.request().clone()).with_response(stream.head().clone())
            })?;
            if let Some((hash, _)) = &mut hash {
                hash.update(&piece[..count]);
            }
            done += count as u64;
            self.report(done, total);
        }
        let response = stream.head().clone();
        if total.is_some_and(|total| total != done) {
            let error =
                Error::new(ErrorKind::Truncated).with_request(response.request().clone()).with_response(response);
            return Err(stopped(partial, done, error));
        }
        self.conclude(partial, file, hash, start, done, response)
    }

    /// All has come: if it is what it should be, it takes the file's place.
    fn conclude(
        &mut self,
        partial: &Partial,
        file: File,
        hash: Option<(Sha256, [u8; 32])>,
        resumed_from: u64,
        bytes: u64,
        response: Response,
    ) -> Result<Download, Error> {
        let whole = |error: Error| error.with_request(response.request().clone()).with_response(response.clone());
        if let Some((hash, wanted)) = hash {
            let found: [u8; 32] = hash.finalize().into();
            if found != wanted {
                partial.remove();
                let message = format!("the SHA-256 of what came is {}, not {}", Hex(&found), Hex(&wanted));
                return Err(whole(Error::new(ErrorKind::Content).with_message(message)));
            }
        }
        file.sync_all().map_err(|source| whole(partial.fault(source)))?;
        drop(file);
        match partial.publish(&self.target, self.overwrite) {
            Ok(()) => Ok(Download { path: self.target.clone(), bytes, resumed_from, response }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(whole(exists(&self.target))),
            Err(source) => Err(whole(partial.fault(source))),
        }
    }

    fn report(&mut self, done: u64, total: Option<u64>) {
        if let Some(report) = &mut self.on_progress
            && guard(|| report(done, total)).is_err()
        {
            self.on_progress = None;
        }
    }

    fn about(&self, error: Error) -> Error {
        let arguments = self.request.arguments();
        error.with_asked(arguments.method().clone(), arguments.url()).with_tag(arguments.tag())
    }
}

/// Whether a 206 goes on behind so many bytes of the same content; if so, which part it is.
///
/// A server may send less than was asked for: without a length of the whole nobody knows where that ends.
fn continues(stream: &ResponseStream, length: u64, validator: &Validator, total: Option<u64>) -> Option<ContentRange> {
    let range = stream.content_range().filter(|range| range.first == length)?;
    let whole = range.total.or(total)?;
    let is_as_long = total.is_none_or(|total| total == whole);
    let is_plain = !stream.headers().contains("Content-Encoding");
    let fits = stream.content_length().is_none_or(|length| length == range.last - range.first + 1);
    (is_as_long && validator.agrees(stream.headers()) && is_plain && fits)
        .then_some(ContentRange { total: Some(whole), ..range })
}

/// A hash of the first so many bytes, if one is wanted, and the wanted one. The file then stands behind them.
fn hash_of(
    partial: &Partial,
    file: &mut File,
    digest: Option<[u8; 32]>,
    length: u64,
) -> Result<Option<(Sha256, [u8; 32])>, Error> {
    let Some(wanted) = digest else { return Ok(None) };
    let mut hash = Sha256::new();
    if length > 0 {
        file.rewind().map_err(|source| partial.fault(source))?;
        let mut file = file.take(length);
        let mut piece = vec![0; PIECE];
        loop {
            match file.read(&mut piece).map_err(|source| partial.fault(source))? {
                0 => break,
                count => hash.update(&piece[..count]),
            }
        }
    }
    Ok(Some((hash, wanted)))
}

fn parse_digest(text: &str) -> Result<[u8; 32], Error> {
    let mut digest = [0; 32];
    let is_hex = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    for (index, byte) in digest.iter_mut().enumerate().take(if is_hex { 32 } else { 0 }) {
        *byte = u8::from_str_radix(&text[2 * index..2 * index + 2], 16).unwrap_or_default();
    }
    match is_hex {
        true => Ok(digest),
        false => Err(Error::new(ErrorKind::InvalidArgument).with_message("a SHA-256 has 64 hexadecimal digits")),
    }
}

/// The network has failed on the way.
fn stopped(partial: &Partial, done: u64, error: Error) -> Error {
    let message = format!("the download stopped after {done} bytes, which are kept in {}", partial.path().display());
    let mut told = Error::new(error.kind()).with_message(message).with_attempts(error.attempts()).with_tag(error.tag());
    if let Some(phase) = error.phase() {
        told = told.with_phase(phase);
    }
    if let Some(request) = error.request() {
        told = told.with_request(request.clone());
    }
    if let Some(response) = error.response() {
        told = told.with_response(response.clone());
    }
    told.with_source(error)
}

fn exists(target: &Path) -> Error {
    Error::new(ErrorKind::File).with_message(format!("{} exists already", target.display()))
}

/// Bytes in hexadecimal digits.
struct Hex<'a>(&'a [u8]);

impl fmt::Display for Hex<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Downloading {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Downloading")
            .field("request", &self.request)
            .field("target", &self.target)
            .field("resume", &self.resume)
            .field("overwrite", &self.overwrite)
            .finish_non_exhaustive()
    }
}
