//! What a server does with an Authorization field, written from RFC 7616 and from nothing else of this crate.

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// What a server knows, and what it asked for.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    pub(crate) user: String,
    pub(crate) password: String,
    pub(crate) realm: String,
    pub(crate) nonce: String,
    /// The nonce and the client nonce that an authentication session began with, if they are others by now.
    pub(crate) began: Option<(String, String)>,
    pub(crate) opaque: Option<String>,
    pub(crate) algorithm: Option<String>,
    pub(crate) qop: Option<String>,
    pub(crate) userhash: bool,
    pub(crate) utf8: bool,
}

impl Server {
    pub(crate) fn new(user: &str, password: &str) -> Self {
        Server {
            user: user.into(),
            password: password.into(),
            realm: "r".into(),
            nonce: "n".into(),
            began: None,
            opaque: None,
            algorithm: None,
            qop: Some("auth".into()),
            userhash: false,
            utf8: false,
        }
    }

    /// The WWW-Authenticate field, everything quoted that may be.
    pub(crate) fn challenge(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace('\\', r"\\").replace('"', "\\\""));
        let mut out = format!("Digest realm={}, nonce={}", quoted(&self.realm), quoted(&self.nonce));
        for (name, value) in [("opaque", &self.opaque), ("qop", &self.qop)] {
            out.extend(value.iter().map(|value| format!(", {name}={}", quoted(value))));
        }
        out.extend(self.algorithm.iter().map(|name| format!(", algorithm={name}")));
        out.push_str(if self.userhash { ", userhash=true" } else { "" });
        out.push_str(if self.utf8 { ", charset=UTF-8" } else { "" });
        out
    }

    /// Checks all of it; gives back how often the nonce was used (0 where that is not said) and the client nonce.
    pub(crate) fn verify(&self, method: &str, target: &str, value: &str) -> Result<(u32, String), String> {
        let fields = parse(value)?;
        let field = |name: &str| fields.iter().find(|field| field.name == name);
        let quoted = |name: &str| match field(name) {
            Some(Field { value, is_quoted: true, .. }) => Ok(value.clone()),
            other => Err(format!("{name} is {other:?}")),
        };
        let plain = |name: &str| match field(name) {
            Some(Field { value, is_quoted: false, .. }) => Ok(Some(value.clone())),
            None => Ok(None),
            other => Err(format!("{name} is {other:?}")),
        };
        let same = |what: &str, left: &str, right: &str| match left == right {
            true => Ok(()),
            false => Err(format!("{what} is {left:?} and should be {right:?}")),
        };

        let algorithm = self.algorithm.clone().unwrap_or("MD5".into()).to_ascii_uppercase();
        let (hash, is_session) = match algorithm.strip_suffix("-SESS") {
            Some(hash) => (hash, true),
            None => (&*algorithm, false),
        };
        let h = |text: String| match hash {
            "MD5" => hex(&Md5::digest(text)),
            "SHA-256" => hex(&Sha256::digest(text)),
            "SHA-512-256" => hex(&Sha512_256::digest(text)),
            other => panic!("{other}"),
        };

        for (name, expected) in [("realm", &self.realm), ("nonce", &self.nonce)] {
            same(name, &quoted(name)?, expected)?;
        }
        same("uri", &quoted("uri")?, target)?;
        match &self.opaque {
            Some(opaque) => same("opaque", &quoted("opaque")?, opaque)?,
            None if field("opaque").is_some() => return Err("an opaque that was not given".into()),
            None => {}
        }
        if plain("algorithm")? != self.algorithm {
            return Err(format!("the algorithm {:?}", plain("algorithm")));
        }
        self.verify_user(&fields, h)?;

        let mut a1 = format!("{}:{}:{}", self.user, self.realm, self.password);
        if is_session {
            let now = || Ok::<_, String>((self.nonce.clone(), quoted("cnonce")?));
            let (nonce, cnonce) = self.began.clone().map_or_else(now, Ok)?;
            a1 = format!("{}:{nonce}:{cnonce}", h(a1));
        }
        let a2 = h(format!("{method}:{target}"));
        if self.qop.is_none() {
            if field("qop").is_some() || field("nc").is_some() || field("cnonce").is_some() != is_session {
                return Err(format!("too much, or too little: {value}"));
            }
            same("response", &quoted("response")?, &h(format!("{}:{}:{a2}", h(a1), self.nonce)))?;
            return Ok((0, quoted("cnonce").unwrap_or_default()));
        }
        let (nc, cnonce) = (plain("nc")?.ok_or("no nc")?, quoted("cnonce")?);
        same("qop", &plain("qop")?.ok_or("no qop")?, "auth")?;
        let expected = h(format!("{}:{}:{nc}:{cnonce}:auth:{a2}", h(a1), self.nonce));
        same("response", &quoted("response")?, &expected)?;
        if nc.len() != 8 || nc.contains(|c: char| c.is_ascii_uppercase()) {
            return Err(format!("nc is {nc}"));
        }
        Ok((u32::from_str_radix(&nc, 16).map_err(|error| error.to_string())?, cnonce))
    }

    fn verify_user(&self, fields: &[Field], h: impl Fn(String) -> String) -> Result<(), String> {
        let named = |name: &str| fields.iter().find(|field| field.name == name);
        let is_hashed = named("userhash").is_some_and(|field| field.value == "true" && !field.is_quoted);
        let user = match (named("username"), named("username*")) {
            (Some(field), None) if field.is_quoted => field.value.clone(),
            (None, Some(field)) if !field.is_quoted => {
                percent_decoded(field.value.strip_prefix("UTF-8''").ok_or("no charset")?)
            }
            other => return Err(format!("{other:?}")),
        };
        let expected = match self.userhash {
            true => h(format!("{}:{}", self.user, self.realm)),
            false => self.user.clone(),
        };
        match user == expected && is_hashed == self.userhash {
            true => Ok(()),
            false => Err(format!("the user is {user:?}")),
        }
    }
}

#[derive(Debug)]
struct Field {
    name: String,
    value: String,
    is_quoted: bool,
}

/// `Digest`, and fields with `, ` between each two and nothing else.
fn parse(value: &str) -> Result<Vec<Field>, String> {
    let mut chars = value.strip_prefix("Digest ").ok_or("another scheme")?.chars().peekable();
    let mut fields: Vec<Field> = Vec::new();
    while chars.peek().is_some() {
        if !fields.is_empty() && (chars.next(), chars.next()) != (Some(','), Some(' ')) {
            return Err(format!("no comma and blank before what follows {:?}", fields.last()));
        }
        let name: String = std::iter::from_fn(|| chars.next_if(|c| c.is_ascii_lowercase() || *c == '*')).collect();
        if name.is_empty() || fields.iter().any(|field| field.name == name) || chars.next() != Some('=') {
            return Err(format!("`{name}` is none, or comes again"));
        }
        let is_quoted = chars.next_if_eq(&'"').is_some();
        let mut text = String::new();
        if is_quoted {
            loop {
                match chars.next().ok_or("no closing quote")? {
                    '"' => break,
                    '\\' => text.push(chars.next().ok_or("nothing is escaped")?),
                    c if c.is_ascii_control() && c != '\t' => return Err("a control character".into()),
                    c => text.push(c),
                }
            }
        } else {
            text.extend(std::iter::from_fn(|| chars.next_if(|c| *c != ',')));
            if text.is_empty() || !text.chars().all(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c)) {
                return Err(format!("`{text}` is no token"));
            }
        }
        fields.push(Field { name, value: text, is_quoted });
    }
    Ok(fields)
}

fn percent_decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        bytes.push(u8::from_str_radix(&part[..2], 16).unwrap());
        bytes.extend_from_slice(&part.as_bytes()[2..]);
    }
    String::from_utf8(bytes).unwrap()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
