//! URLs: parsed once, shared, cut where the wire needs them cut.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use crate::url_check::{check_name, check_raw, plain_target, shown};
use crate::{Error, Host, Origin, Scheme, UrlFault};

/// An absolute `http` or `https` URL, in the form the wire wants it.
///
/// A clone shares the text. `Display` and `Debug` leave userinfo out; [`as_str`](Self::as_str) has it.
#[derive(Clone)]
pub struct Url {
    text: Arc<str>,
    origin: Arc<Origin>,
    userinfo: bool,
    path: u32,
    query: u32,
    fragment: u32,
}

impl Url {
    /// Parses a URL as the URL standard has it, but refuses what that standard mends in silence.
    ///
    /// Blanks at the ends are stripped, a scheme may be in any case, hosts become lower case and punycode,
    /// paths lose `.` and `..` and gain the escapes they need; other escapes stay as they are.
    ///
    /// Fails where the scheme is missing or not HTTP's, `//` does not follow it, the host is empty or neither
    /// a name nor an address, the port is not from 1 to 65535, or a control character stands anywhere.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let text = text.trim_matches([' ', '\t']);
        Self::parse_checked(text).map_err(|fault| Error::Url { url: shown(text), fault })
    }

    /// Parses `text`, faster when it is of the same origin as `like` and needs no escaping.
    ///
    /// The result is what [`parse`](Self::parse) gives; the origin is shared with `like` where it can be, and a text that
    /// is shared already, an `Arc<str>`, is not copied.
    pub fn parse_like(text: impl AsRef<str> + Into<Arc<str>>, like: &Url) -> Result<Self, Error> {
        let (base, given) = (like, text);
        let text = given.as_ref();
        if text == &*base.text {
            return Ok(like.clone());
        }
        if !base.userinfo
            && let Some(rest) = text.strip_prefix(&base.text[..base.path as usize])
            && let Some(query) = plain_target(rest.as_bytes())
            && let Ok(end) = u32::try_from(text.len())
        {
            return Ok(Url {
                text: given.into(),
                origin: base.origin.clone(),
                userinfo: false,
                path: base.path,
                query: base.path + query as u32,
                fragment: end,
            });
        }
        Self::parse(text)
    }

    /// Resolves a reference, as a Location field has it, against this URL (RFC 3986, section 5).
    ///
    /// The reference may be absolute, relative, `?query`, `//host/x` or raw UTF-8. It does not inherit the
    /// fragment. Fails as [`parse`](Self::parse) does.
    pub fn join(&self, reference: &str) -> Result<Self, Error> {
        let reference = reference.trim_matches([' ', '\t']);
        let fail = |fault| Error::Url { url: shown(reference), fault };
        if let Some(at) = reference.bytes().position(|byte| byte.is_ascii_control()) {
            return Err(fail(UrlFault::Control { at }));
        }
        if Self::has_scheme(reference) {
            return Self::parse(reference);
        }
        let base = ::url::Url::parse(&self.text).map_err(|_| fail(UrlFault::Other))?;
        let joined = base.join(reference).map_err(|source| fail(fault_of(source)))?;
        Self::from_parsed(joined).map_err(fail)
    }

    /// Whether a reference begins with a scheme, and so is not relative (RFC 3986, section 4.2).
    ///
    /// `localhost:8000/x` does begin with one, as far as its form goes.
    pub fn has_scheme(reference: &str) -> bool {
        let reference = reference.trim_matches([' ', '\t']);
        let end = reference.find([':', '/', '?', '#']);
        end.is_some_and(|at| reference.as_bytes()[at] == b':' && is_scheme(&reference[..at]))
    }

    /// The whole text, userinfo and fragment included.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// Whether both go to the same scheme, host and port.
    pub fn same_origin(&self, other: &Url) -> bool {
        Arc::ptr_eq(&self.origin, &other.origin) || self.origin == other.origin
    }

    /// The scheme.
    pub fn scheme(&self) -> Scheme {
        self.origin.scheme()
    }

    /// The host.
    pub fn host(&self) -> &Host {
        self.origin.host()
    }

    /// The port, the scheme's default where the text has none.
    pub fn port(&self) -> u16 {
        self.origin.port()
    }

    /// What a request line asks for: path and query (RFC 9112, section 3.2.1).
    pub fn target(&self) -> &str {
        &self.text[self.path as usize..self.fragment as usize]
    }

    /// The path; it begins with `/`.
    pub fn path(&self) -> &str {
        &self.text[self.path as usize..self.query as usize]
    }

    /// The query, without its `?`.
    pub fn query(&self) -> Option<&str> {
        self.text[self.query as usize..self.fragment as usize].strip_prefix('?')
    }

    /// The fragment, without its `#`. It is never sent.
    pub fn fragment(&self) -> Option<&str> {
        self.text[self.fragment as usize..].strip_prefix('#')
    }

    /// User and password, percent-decoded; `None` where the text has no userinfo.
    pub fn userinfo(&self) -> Option<(String, String)> {
        if !self.userinfo {
            return None;
        }
        let start = self.origin.scheme().as_str().len() + 3;
        let authority = &self.text[start..self.path as usize];
        let (userinfo, _) = authority.rsplit_once('@')?;
        let (user, password) = userinfo.split_once(':').unwrap_or((userinfo, ""));
        let decode = |part: &str| percent_decode_str(part).decode_utf8_lossy().into_owned();
        Some((decode(user), decode(password)))
    }

    /// The same URL without userinfo.
    #[must_use]
    pub fn without_userinfo(&self) -> Self {
        if !self.userinfo {
            return self.clone();
        }
        let prefix = self.origin.to_string();
        self.rebuilt(&prefix, self.target(), self.fragment())
    }

    /// The same URL with another fragment, or none. The fragment is taken as it is.
    #[must_use]
    pub fn with_fragment(&self, fragment: Option<&str>) -> Self {
        self.rebuilt(&self.text[..self.path as usize], self.target(), fragment)
    }

    /// The same URL with pairs added to its query, form-encoded (a blank becomes `+`), behind what is there.
    #[must_use]
    pub fn with_params<'a>(&self, pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut pairs = pairs.into_iter().peekable();
        if pairs.peek().is_none() {
            return self.clone();
        }
        let mut target = self.target().to_owned();
        match self.query() {
            None => target.push('?'),
            Some("") => {}
            Some(_) => target.push('&'),
        }
        let start = target.len();
        target = form_urlencoded::Serializer::for_suffix(target, start).extend_pairs(pairs).finish();
        self.rebuilt(&self.text[..self.path as usize], &target, self.fragment())
    }

    fn parse_checked(text: &str) -> Result<Self, UrlFault> {
        check_raw(text)?;
        Self::from_parsed(::url::Url::parse(text).map_err(fault_of)?)
    }

    fn from_parsed(parsed: ::url::Url) -> Result<Self, UrlFault> {
        let scheme = match parsed.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(UrlFault::UnknownScheme),
        };
        let host = match parsed.host() {
            Some(::url::Host::Domain(name)) => {
                check_name(name)?;
                Host::Name(name.into())
            }
            Some(::url::Host::Ipv4(address)) => Host::Ip(IpAddr::V4(address)),
            Some(::url::Host::Ipv6(address)) => Host::Ip(IpAddr::V6(address)),
            None => return Err(UrlFault::EmptyHost),
        };
        let port = parsed.port_or_known_default().filter(|port| *port != 0).ok_or(UrlFault::Port)?;
        let userinfo = !parsed.username().is_empty() || parsed.password().is_some();
        let path = parsed[..::url::Position::BeforePath].len();
        let query = parsed[..::url::Position::AfterPath].len();
        let fragment = parsed[..::url::Position::AfterQuery].len();
        let text: Arc<str> = String::from(parsed).into();
        u32::try_from(text.len()).map_err(|_| UrlFault::Other)?;
        Ok(Url {
            text,
            origin: Arc::new(Origin::new(scheme, host, port)),
            userinfo,
            path: path as u32,
            query: query as u32,
            fragment: fragment as u32,
        })
    }

    /// Puts parts that are in the wire's form together again.
    fn rebuilt(&self, prefix: &str, target: &str, fragment: Option<&str>) -> Self {
        let mut text = String::with_capacity(prefix.len() + target.len() + fragment.map_or(0, |it| it.len() + 1));
        text.push_str(prefix);
        text.push_str(target);
        let query = prefix.len() + target.find('?').unwrap_or(target.len());
        let end = text.len();
        if let Some(fragment) = fragment {
            text.push('#');
            text.push_str(fragment);
        }
        Url {
            userinfo: self.userinfo && prefix.contains('@'),
            origin: self.origin.clone(),
            path: prefix.len() as u32,
            query: query as u32,
            fragment: end as u32,
            text: text.into(),
        }
    }
}

impl std::str::FromStr for Url {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.userinfo {
            false => f.write_str(&self.text),
            true => write!(f, "{}{}", self.origin, &self.text[self.path as usize..]),
        }
    }
}

impl fmt::Debug for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Url({self})")
    }
}

impl PartialEq for Url {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.text, &other.text) || self.text == other.text
    }
}

impl Eq for Url {}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

fn fault_of(error: ::url::ParseError) -> UrlFault {
    match error {
        ::url::ParseError::EmptyHost => UrlFault::EmptyHost,
        ::url::ParseError::InvalidPort => UrlFault::Port,
        ::url::ParseError::RelativeUrlWithoutBase => UrlFault::NoScheme,
        ::url::ParseError::IdnaError
        | ::url::ParseError::InvalidIpv4Address
        | ::url::ParseError::InvalidIpv6Address
        | ::url::ParseError::InvalidDomainCharacter => UrlFault::Host,
        _ => UrlFault::Other,
    }
}
