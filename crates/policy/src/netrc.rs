//! A netrc file: whose name and password a host is told.
//!
//! ```text
//! machine NAME ─┬─► login VALUE ──┐
//! default ──────┤   password VALUE│ in any order, over any number of lines
//!               └◄─ account VALUE ┘
//! macdef NAME … an empty line           # to the end of the line
//! ```

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::error::Error as StdError;
use std::fmt;
use std::mem;
use std::net::IpAddr;
use std::sync::Arc;

use sortie_http::{Host, Url};

/// Users and passwords by host, as a netrc file has them. A clone shares them.
///
/// The file is read as Python's `netrc` module does it, and so Requests. Where curl differs: a backslash takes the next
/// character as it is, outside of quotes too, and `\n` within them is an `n`. What that module refuses a whole file for
/// is a [`NetrcFault`] here.
///
/// `Debug` shows the names of the hosts and nothing else.
#[derive(Clone, Default)]
pub struct Netrc(Arc<Machines>);

#[derive(Default)]
struct Machines {
    /// By host, as [`key`] writes it.
    named: BTreeMap<Box<str>, Login>,
    default: Option<Login>,
}

/// What a host is told; two empty texts where it is told nothing.
#[derive(Default)]
struct Login {
    user: Box<str>,
    password: Box<str>,
}

/// A line of a netrc file that cannot be used.
///
/// It says nothing of what stands there, which may be a password.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct NetrcFault {
    /// Counted from 1.
    pub line: usize,
    /// What is wrong with it.
    pub what: NetrcFlaw,
}

/// What is wrong with a line of a netrc file.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NetrcFlaw {
    /// A word that means nothing where it stands.
    Word,
    /// No value follows the last word.
    Value,
    /// A quoted value does not end on its line.
    Quote,
    /// A value has a control character, which no credentials can have (RFC 7617, section 2).
    Control,
    /// No empty line ends a macro that begins here.
    Macro,
}

impl Netrc {
    /// Reads the text of a netrc file. It costs time in proportion to the text.
    ///
    /// Known are `machine`, `default`, `login` or `user`, `password`, `account` and `macdef`, in any case; what a macro
    /// does is skipped, up to the next empty line. Values may stand in double quotes. A `#` in the place of a word makes the
    /// rest of the line a comment; in a value it is a part of it.
    ///
    /// A line that cannot be used is reported, and the rest is kept. If it began an entry or had a part of it, that entry
    /// has no user and no password, since what is left of them could be wrong.
    ///
    /// ```
    /// use sortie_http::Url;
    /// use sortie_policy::Netrc;
    ///
    /// let (netrc, faults) = Netrc::parse("machine api.test login ann password \"open sesame\"");
    /// assert_eq!(netrc.lookup(Url::parse("https://api.test/v1")?.host()), Some(("ann", "open sesame")));
    /// assert_eq!(netrc.lookup(Url::parse("https://other.test/")?.host()), None);
    /// assert!(faults.is_empty());
    /// # Ok::<(), sortie_http::Error>(())
    /// ```
    pub fn parse(text: &str) -> (Netrc, Vec<NetrcFault>) {
        let mut reader = Reader {
            words: Words { text: text.strip_prefix('\u{feff}').unwrap_or(text), at: 0, line: 1 },
            machines: Machines::default(),
            entry: Draft::default(),
            faults: Vec::new(),
        };
        reader.read();
        (Netrc(Arc::new(reader.machines)), reader.faults)
    }

    /// User and password for a host.
    ///
    /// The first machine of that name counts, in any case, an IPv6 address with or without brackets; without one, the last
    /// `default`. As Requests has it, the account stands in for a login that is missing, either may be empty, and a
    /// machine for which nothing is said gets nothing, not what the default says.
    ///
    /// Neither has a control character. A user with a colon is the caller's to refuse: see [`basic`](crate::basic).
    pub fn lookup(&self, host: &Host) -> Option<(&str, &str)> {
        let login = self.0.named.get(&key(&host.to_string())).or(self.0.default.as_ref())?;
        let is_empty = login.user.is_empty() && login.password.is_empty();
        (!is_empty).then_some((&login.user, &login.password))
    }

    /// Whether it has no entry at all.
    pub fn is_empty(&self) -> bool {
        self.0.named.is_empty() && self.0.default.is_none()
    }
}

/// Reads the words one by one.
struct Reader<'a> {
    words: Words<'a>,
    machines: Machines,
    entry: Draft,
    faults: Vec<NetrcFault>,
}

/// An entry, as far as it was read.
#[derive(Default)]
struct Draft {
    place: Place,
    login: String,
    account: String,
    password: String,
    /// The last line that has a part of it.
    line: usize,
    damaged: bool,
}

/// Whom an entry is for.
#[derive(Default)]
enum Place {
    /// Nobody: no entry has begun.
    #[default]
    Outside,
    /// Nobody: its name cannot be used.
    Nameless,
    /// The host of that [`key`].
    Machine(Box<str>),
    /// All others.
    Default,
}

/// What a word means.
#[derive(Clone, Copy)]
enum Keyword {
    Machine,
    Default,
    Login,
    Account,
    Password,
    Macro,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(line) = self.words.seek() {
            let word = match self.words.next() {
                Ok(word) => word,
                Err(what) => {
                    self.damage(line, what);
                    continue;
                }
            };
            match (word.keyword(), &self.entry.place) {
                _ if word.is_comment() => self.words.skip_line(),
                (Some(Keyword::Machine), _) => self.begin_machine(line),
                (Some(Keyword::Default), _) => self.begin(Place::Default, line),
                (Some(Keyword::Macro), _) => {
                    self.end();
                    if !self.words.skip_macro() {
                        self.faults.push(NetrcFault { line, what: NetrcFlaw::Macro });
                    }
                }
                (None, _) | (Some(_), Place::Outside) => self.damage(line, NetrcFlaw::Word),
                (Some(keyword), _) => {
                    self.entry.line = line;
                    if let Some(value) = self.value(line) {
                        match keyword {
                            Keyword::Account => self.entry.account = value,
                            Keyword::Password => self.entry.password = value,
                            _ => self.entry.login = value,
                        }
                    }
                }
            }
        }
        self.end();
    }

    fn begin_machine(&mut self, line: usize) {
        self.begin(Place::Nameless, line);
        match self.value(line) {
            Some(name) if name.is_empty() => self.damage(line, NetrcFlaw::Value),
            Some(name) => self.entry.place = Place::Machine(key(&name)),
            None => {}
        }
    }

    fn begin(&mut self, place: Place, line: usize) {
        self.end();
        self.entry = Draft { place, line, ..Draft::default() };
    }

    /// Keeps the entry that has begun, if one has.
    fn end(&mut self) {
        let entry = mem::take(&mut self.entry);
        let login = match entry.damaged {
            true => Login::default(),
            false => {
                let user = if entry.login.is_empty() { entry.account } else { entry.login };
                Login { user: user.into(), password: entry.password.into() }
            }
        };
        match entry.place {
            Place::Outside | Place::Nameless => {}
            Place::Machine(name) => {
                self.machines.named.entry(name).or_insert(login);
            }
            Place::Default => self.machines.default = Some(login),
        }
    }

    /// The value of the word that stands on `line`, a part of the entry. Where there is none, the entry is damaged.
    fn value(&mut self, line: usize) -> Option<String> {
        let before = self.words;
        let Some(found) = self.words.seek() else {
            self.damage(line, NetrcFlaw::Value);
            return None;
        };
        self.entry.line = found;
        match self.words.next() {
            // A keyword is a value too, but not on a line of its own: there it is more likely what it says.
            Ok(word) if found != line && word.keyword().is_some() => {
                self.words = before;
                self.entry.line = line;
                self.damage(line, NetrcFlaw::Value);
            }
            Ok(word) if word.text.contains(|char: char| char.is_control()) => self.damage(found, NetrcFlaw::Control),
            Ok(word) => return Some(word.text.into_owned()),
            Err(what) => self.damage(found, what),
        }
        None
    }

    /// Reports the line, and leaves the rest of it out.
    fn damage(&mut self, line: usize, what: NetrcFlaw) {
        self.faults.push(NetrcFault { line, what });
        self.entry.damaged |= self.entry.line == line;
        self.words.skip_line();
    }
}

/// Where in the text the next word begins, or the blanks before it.
#[derive(Clone, Copy)]
struct Words<'a> {
    text: &'a str,
    at: usize,
    line: usize,
}

struct Word<'a> {
    text: Cow<'a, str>,
    quoted: bool,
}

impl<'a> Words<'a> {
    /// Goes to where the next word begins, and says on which line that is.
    fn seek(&mut self) -> Option<usize> {
        let rest = &self.text.as_bytes()[self.at..];
        let blanks = rest.iter().position(|byte| !is_blank(*byte)).unwrap_or(rest.len());
        self.line += rest[..blanks].iter().filter(|byte| **byte == b'\n').count();
        self.at += blanks;
        (blanks < rest.len()).then_some(self.line)
    }

    /// The word that begins here. It ends on this line.
    fn next(&mut self) -> Result<Word<'a>, NetrcFlaw> {
        let rest = &self.text[self.at..];
        let (quoted, rest) = rest.strip_prefix('"').map_or((false, rest), |rest| (true, rest));
        self.at += usize::from(quoted);
        let bytes = rest.as_bytes();
        let (mut text, mut copied, mut at) = (Cow::Borrowed(""), 0, 0);
        loop {
            match bytes.get(at) {
                None | Some(b'\n') if quoted => {
                    self.at += at;
                    return Err(NetrcFlaw::Quote);
                }
                Some(b'"') if quoted => break,
                None => break,
                Some(byte) if !quoted && is_blank(*byte) => break,
                Some(b'\\') if bytes.get(at + 1).is_some_and(|next| !matches!(next, b'\r' | b'\n')) => {
                    text += &rest[copied..at];
                    copied = at + 1;
                    // The next character is not looked at; if it is of several bytes, the others are nothing special.
                    at += 2;
                }
                Some(_) => at += 1,
            }
        }
        text += &rest[copied..at];
        self.at += at + usize::from(quoted);
        Ok(Word { text, quoted })
    }

    /// Goes to the end of the line.
    fn skip_line(&mut self) {
        let rest = &self.text[self.at..];
        self.at += rest.find('\n').unwrap_or(rest.len());
    }

    /// Goes to the end of the next line that is empty; says whether there is one.
    fn skip_macro(&mut self) -> bool {
        self.skip_line();
        while self.at < self.text.len() {
            self.at += 1;
            self.line += 1;
            let start = self.at;
            self.skip_line();
            let line = &self.text[start..self.at];
            if line.bytes().all(is_blank) && self.at < self.text.len() {
                return true;
            }
        }
        false
    }
}

impl Word<'_> {
    fn is_comment(&self) -> bool {
        !self.quoted && self.text.starts_with('#')
    }

    fn keyword(&self) -> Option<Keyword> {
        let all = [
            ("machine", Keyword::Machine),
            ("default", Keyword::Default),
            ("login", Keyword::Login),
            ("user", Keyword::Login),
            ("account", Keyword::Account),
            ("password", Keyword::Password),
            ("macdef", Keyword::Macro),
        ];
        let found = all.into_iter().find(|(name, _)| !self.quoted && self.text.eq_ignore_ascii_case(name));
        found.map(|(_, keyword)| keyword)
    }
}

impl fmt::Debug for Netrc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.0.named.keys().collect();
        f.debug_struct("Netrc").field("machines", &names).field("default", &self.0.default.is_some()).finish()
    }
}

impl fmt::Display for NetrcFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.what)
    }
}

impl StdError for NetrcFault {}

impl fmt::Display for NetrcFlaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NetrcFlaw::Word => "a word means nothing where it stands",
            NetrcFlaw::Value => "a value is missing",
            NetrcFlaw::Quote => "a quoted value does not end on its line",
            NetrcFlaw::Control => "a value has a control character",
            NetrcFlaw::Macro => "no empty line ends the macro",
        })
    }
}

/// A host's name or address, as all ways to write it are written here: lower case, punycode, no brackets.
fn key(name: &str) -> Box<str> {
    let bare = name.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    if let Ok(address) = bare.parse::<IpAddr>() {
        return address.to_string().into();
    }
    if !name.is_ascii()
        && !name.contains(['/', '\\', '?', '#', '@', ':', '%'])
        && let Ok(url) = Url::parse(&format!("http://{name}/"))
    {
        return url.host().to_string().into();
    }
    name.to_ascii_lowercase().into()
}

fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}
