//! What of a download is there before it is whole: the bytes, and by what to know whether they are still good.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;
use rustix::io::Errno;
use sha2::{Digest, Sha256};
use sortie_http::Headers;
use sortie_session::{Arguments, Error, ErrorKind};

/// The first line of what is remembered.
const FORM: &str = "sortie-part 1";

/// The longest that is remembered, in bytes.
const LONGEST: u64 = 16 * 1024;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A partial file and what is remembered of it. Both stand beside the target, maybe in a folder that others may write to:
/// no link that stands under their names is followed.
///
/// ```text
/// sortie-part 1
/// of 9f86d081...                  the SHA-256 of what was asked for, so that no secret of a URL stands there
/// if "v1"                         what If-Range is to say
/// total 1048576
/// ```
#[derive(Debug)]
pub(crate) struct Partial {
    path: PathBuf,
    memory: PathBuf,
    /// What is asked for.
    of: String,
    known: Option<Known>,
}

/// What was remembered.
#[derive(Clone, Debug)]
struct Known {
    validator: Validator,
    total: Option<u64>,
}

/// By what content is known to be the same, byte by byte: what If-Range may say (RFC 9110, section 13.1.5).
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Validator(String);

impl Partial {
    /// What is there of a download to `target` of what these arguments ask for.
    pub(crate) fn of(target: &Path, arguments: &Arguments) -> Result<Self, Error> {
        let Some(name) = target.file_name() else {
            let message = format!("{} names no file", target.display());
            return Err(Error::new(ErrorKind::InvalidArgument).with_message(message));
        };
        let beside = |suffix: &str| {
            let mut name = name.to_owned();
            name.push(suffix);
            target.with_file_name(name)
        };
        let mut hash = Sha256::new();
        hash.update(arguments.url());
        for (name, value) in arguments.params() {
            hash.update(format!("\n{name}\n{value}"));
        }
        let of = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut partial = Partial { path: beside(".part"), memory: beside(".part.meta"), of, known: None };
        partial.known = partial.recall();
        Ok(partial)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// How much was left by an earlier attempt, and what it must still be. `None` where nothing of use is there.
    pub(crate) fn left(&self) -> Option<(u64, Validator)> {
        let known = self.known.as_ref()?;
        let length = fs::symlink_metadata(&self.path).ok().filter(is_ours)?.len();
        let fits = length > 0 && known.total.is_none_or(|total| length <= total);
        fits.then(|| (length, known.validator.clone()))
    }

    /// How long the whole is, as far as that was remembered.
    pub(crate) fn total(&self) -> Option<u64> {
        self.known.as_ref()?.total
    }

    /// Whether so many bytes may be the whole.
    pub(crate) fn is_whole_at(&self, length: u64) -> bool {
        self.total().is_none_or(|total| total == length)
    }

    /// Begins anew: what was there is gone, and what is to be remembered is.
    pub(crate) fn begin(&self, validator: Option<&Validator>, total: Option<u64>) -> io::Result<File> {
        // Neither is written to: it may be a link, or the target's own content, where a download stopped as it was published.
        forget(&self.memory)?;
        forget(&self.path)?;
        let mut new = OpenOptions::new();
        new.write(true).create_new(true);
        let file = new.open(&self.path)?;
        if let Some(validator) = validator {
            let mut text = format!("{FORM}\nof {}\nif {}\n", self.of, validator.as_str());
            if let Some(total) = total {
                text.push_str(&format!("total {total}\n"));
            }
            new.open(&self.memory)?.write_all(text.as_bytes())?;
        }
        Ok(file)
    }

    /// Goes on behind the first so many bytes.
    pub(crate) fn go_on(&self, length: u64) -> io::Result<File> {
        let mut file = open_itself(&self.path, OpenOptions::new().read(true).write(true))?;
        let about = file.metadata()?;
        if !is_ours(&about) || about.len() < length {
            return Err(io::Error::other("something else has come to stand there"));
        }
        file.set_len(length)?;
        file.seek(SeekFrom::Start(length))?;
        Ok(file)
    }

    /// Puts what is whole in the place of `target`, and lets the folder remember that.
    pub(crate) fn publish(&self, target: &Path, overwrite: bool) -> io::Result<()> {
        match overwrite {
            true => fs::rename(&self.path, target)?,
            false => {
                // Unlike a rename this replaces nothing, whoever was quicker.
                fs::hard_link(&self.path, target)?;
                fs::remove_file(&self.path)?;
            }
        }
        forget(&self.memory)?;
        let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        // Not every file system can: the file itself is on the disk.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    }

    /// Removes what is there, because it is not what it should be.
    pub(crate) fn remove(&self) {
        // Where that fails, the next attempt finds it to be wrong again.
        let _ = fs::remove_file(&self.path);
        let _ = forget(&self.memory);
    }

    /// Why the file could not be written or read.
    pub(crate) fn fault(&self, source: io::Error) -> Error {
        let message = format!("cannot write the partial file {}", self.path.display());
        Error::new(ErrorKind::File).with_message(message).with_source(source)
    }

    fn recall(&self) -> Option<Known> {
        let mut text = String::new();
        let memory = open_itself(&self.memory, OpenOptions::new().read(true)).ok()?;
        memory.take(LONGEST).read_to_string(&mut text).ok()?;
        let mut lines = text.lines();
        if lines.next()? != FORM || lines.next()?.strip_prefix("of ")? != self.of {
            return None;
        }
        let validator = Validator(lines.next()?.strip_prefix("if ")?.to_owned());
        let total = match lines.next() {
            Some(line) => Some(line.strip_prefix("total ")?.parse().ok()?),
            None => None,
        };
        // The last line has its end: nothing was cut off.
        (text.ends_with('\n') && validator.is_strong()).then_some(Known { validator, total })
    }
}

impl Validator {
    /// The strong validator of a response, where it has one: its entity tag, or else its date, if that is at least one
    /// second older than the response (RFC 9110, section 8.8.2.2).
    pub(crate) fn of(headers: &Headers) -> Option<Self> {
        if let Some(tag) = headers.get("ETag") {
            return Some(Validator(tag.to_owned())).filter(Validator::is_strong);
        }
        let modified = headers.get("Last-Modified")?;
        let is_older = date(modified)? < date(headers.get("Date")?)?;
        is_older.then(|| Validator(modified.to_owned()))
    }

    /// Whether a response to If-Range says nothing else of its content: any other tag, also a weak one, is of another.
    pub(crate) fn agrees(&self, headers: &Headers) -> bool {
        match headers.get("ETag") {
            Some(tag) => tag == self.0,
            None => Validator::of(headers).is_none_or(|said| said == *self),
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    fn is_strong(&self) -> bool {
        let tag = self.0.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        tag.is_some_and(|tag| !tag.contains('"')) || date(&self.0).is_some()
    }
}

/// A date as HTTP writes it (RFC 9110, section 5.6.7), so that later ones are greater: year, month, day, time.
fn date(text: &str) -> Option<(u16, usize, u8, &str)> {
    let mut parts = text.split_once(", ")?.1.split(' ');
    let (day, month, year, time) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let is_time = time.len() == 8 && time.bytes().all(|byte| byte.is_ascii_digit() || byte == b':');
    let month = MONTHS.iter().position(|known| *known == month)?;
    (is_time && parts.next() == Some("GMT")).then_some((year.parse().ok()?, month, day.parse().ok()?, time))
}

/// Whether it is a file with no other name: one that has another may have been published already, or be somebody's.
fn is_ours(about: &fs::Metadata) -> bool {
    about.is_file() && about.nlink() == 1
}

/// Opens a file that is there, and neither follows a link nor waits for the other end of a pipe.
fn open_itself(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.custom_flags(flags.bits().cast_signed()).open(path).map_err(|error| match error.raw_os_error() {
        Some(code) if code == Errno::LOOP.raw_os_error() => io::Error::other("a symbolic link stands there"),
        _ => error,
    })
}

/// Removes a file that may not be there.
fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn validator(fields: &[(&str, &str)]) -> Option<String> {
        let mut headers = Headers::new();
        for (name, value) in fields {
            headers.append(name, value).unwrap();
        }
        Validator::of(&headers).map(|validator| validator.0)
    }

    #[test]
    fn only_what_is_strong_may_stand_in_if_range() {
        let date = ("Date", "Tue, 15 Nov 1994 12:45:27 GMT");
        let older = ("Last-Modified", "Tue, 15 Nov 1994 12:45:26 GMT");
        assert_eq!(validator(&[("ETag", "\"v1\""), date, older]).as_deref(), Some("\"v1\""));
        assert_eq!(validator(&[date, older]).as_deref(), Some(older.1));
        assert_eq!(validator(&[("ETag", "W/\"v1\""), date, older]), None, "a tag is there, and it is weak");
        assert_eq!(validator(&[older]), None);
        assert_eq!(validator(&[date, ("Last-Modified", date.1)]), None);
        assert_eq!(validator(&[date, ("Last-Modified", "yesterday")]), None);
        for bad in ["v1", "\"v1", "\"", ""] {
            assert_eq!(validator(&[("ETag", bad)]), None, "{bad}");
        }
    }

    #[test]
    fn dates_are_in_order() {
        let dates = ["Sun, 06 Nov 1994 08:49:37 GMT", "Mon, 07 Nov 1994 08:49:36 GMT", "Thu, 01 Dec 1994 00:00:00 GMT"];
        assert!(dates.is_sorted_by(|a, b| date(a).unwrap() < date(b).unwrap()));
        assert!(date("Sunday, 06-Nov-94 08:49:37 GMT").is_none());
    }
}
