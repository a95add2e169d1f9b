use std::collections::HashMap;
use std::fmt;
use std::net::Ipv4Addr;
use std::time::SystemTime;

use cookie::Cookie;
use sortie_http::{Headers, Scheme, Url};

use crate::admit::Admitted;
use crate::asked::Asked;
use crate::matching::{is_within, root_of};
use crate::parse::Given;
use crate::{Change, Error, Key, Reason, Refusal, Report, Stored, Suffixes, evict};

/// How many cookies a jar keeps for one registrable domain, its hosts together, unless it was
/// [told otherwise](Jar::with_per_domain).
///
/// One more, and a cookie goes: one that is expired, else the least recently used that is not Secure, else of all.
pub const PER_DOMAIN: usize = 180;

/// How many cookies a jar keeps in all, unless it was [told otherwise](Jar::with_total).
///
/// One more, and what is expired goes; if that is not enough, the tenth that was used least recently. Cookies that
/// were last sent together go together.
pub const TOTAL: usize = 3000;

/// Cookies, kept in memory and given to the requests that they are for.
///
/// A look-up costs one search in the suffix list and one in a hash table, however many domains the jar knows, and
/// then looks at the cookies of that registrable domain only. An expired cookie is never sent; it leaves when its
/// domain is looked up next, and until then [`iter`](Self::iter) and [`len`](Self::len) have it.
///
/// `Debug` shows how many there are and nothing else.
#[derive(Clone)]
pub struct Jar {
    /// By registrable domain, or by host where there is none. No list is empty; each has the longest paths first and
    /// then the oldest.
    sites: HashMap<Box<str>, Vec<Stored>>,
    len: usize,
    /// Counts what was done, so that a wall clock that jumps does not change what is older.
    turn: u64,
    suffixes: Suffixes,
    per_domain: usize,
    total: usize,
}

impl Jar {
    /// No cookies, and the public suffixes that were compiled in.
    pub fn new() -> Self {
        Self::default()
    }

    /// No cookies, and a public-suffix list of one's own.
    pub fn with_suffixes(suffixes: Suffixes) -> Self {
        Jar { suffixes, ..Self::default() }
    }

    /// Keeps at most so many cookies for one registrable domain. Default: [`PER_DOMAIN`]. Zero is taken for one.
    ///
    /// A look-up looks at all cookies of its domain, so that its cost grows with this number. Of what is there already
    /// nothing goes before the domain's next cookie comes.
    pub fn with_per_domain(mut self, most: usize) -> Self {
        self.per_domain = most.max(1);
        self
    }

    /// Keeps at most so many cookies in all. Default: [`TOTAL`]. Zero is taken for one.
    ///
    /// A look-up costs the same, whatever it is. Of what is there already nothing goes before the next cookie comes.
    pub fn with_total(mut self, most: usize) -> Self {
        self.total = most.max(1);
        self
    }

    /// Keeps what the value of one Set-Cookie field says, which came from `url` at `now` (RFC 6265bis, section 5.7).
    ///
    /// One of the same name, domain and path is replaced and keeps its age; one that is expired already takes it
    /// away. Fails where the cookie is refused; nothing is changed then.
    pub fn store(&mut self, url: &Url, set_cookie: &str, now: SystemTime) -> Result<Change, Refusal> {
        let (name, given) = Given::parse(set_cookie, now);
        let kept = given.and_then(|given| self.keep(url, given, now));
        kept.map(|kept| kept.change).map_err(|reason| Refusal::new(name, reason))
    }

    /// Keeps what all Set-Cookie fields of a response say; gives back what was refused.
    pub fn absorb(&mut self, url: &Url, headers: &Headers, now: SystemTime) -> Vec<Refusal> {
        self.receive(url, headers, now).refused
    }

    /// The same, with all that it did to the jar. Allocates nothing for the report but what the refusals need.
    pub fn receive(&mut self, url: &Url, headers: &Headers, now: SystemTime) -> Report {
        let mut report = Report::default();
        for text in headers.get_all("set-cookie") {
            let (name, given) = Given::parse(text, now);
            match given.and_then(|given| self.keep(url, given, now)) {
                Ok(Kept { change, evicted }) => report.count(change, evicted),
                Err(reason) => report.refused.push(Refusal::new(name, reason)),
            }
        }
        report
    }

    /// Keeps a cookie that a program made, as if `url` had sent it.
    ///
    /// Without a Domain it is for that host alone, without a Path for the URL's directory. Fails as
    /// [`store`](Self::store) does, and where name or value could not be sent as they are.
    pub fn insert(&mut self, cookie: Cookie<'_>, url: &Url, now: SystemTime) -> Result<Change, Refusal> {
        let kept = Given::made(&cookie, now).and_then(|given| self.keep(url, given, now));
        kept.map(|kept| kept.change).map_err(|reason| Refusal::new(cookie.name(), reason))
    }

    /// Keeps a cookie that a program made, for the host that its Domain names and all hosts below it.
    ///
    /// Without a Path it is for all of them. Under an address or a public suffix it is for that host alone. Fails as
    /// [`insert`](Self::insert) does, and where there is no Domain or it is no host.
    pub fn set(&mut self, cookie: Cookie<'_>, now: SystemTime) -> Result<Change, Refusal> {
        let domain = cookie.domain().unwrap_or_default();
        match root_of(domain) {
            Some(url) => self.insert(cookie, &url, now),
            None => Err(Refusal::new(cookie.name(), Reason::Domain { domain: domain.into() })),
        }
    }

    /// Keeps a cookie that was written down for `domain`, and is checked as if that had sent it by https.
    ///
    /// Says whether it is alive; one that is not changes nothing.
    pub(crate) fn restore(&mut self, domain: &str, given: Given<'_>, now: SystemTime) -> Result<bool, Reason> {
        let given = given.checked()?;
        let url = root_of(domain).ok_or_else(|| Reason::Domain { domain: domain.into() })?;
        if given.is_expired(now) {
            return Ok(false);
        }
        self.keep(&url, given, now).map(|_| true)
    }

    /// What the Cookie field of a request for `url` says: longest path first, then the oldest (RFC 6265bis, section
    /// 5.8.3). `None` where no cookie is for it.
    pub fn header(&mut self, url: &Url, now: SystemTime) -> Option<String> {
        self.header_where(url, now, |_| true)
    }

    /// The same, but only of cookies whose name `wanted` holds for.
    pub fn header_where(&mut self, url: &Url, now: SystemTime, wanted: impl Fn(&str) -> bool) -> Option<String> {
        if self.len == 0 {
            return None;
        }
        let asked = Asked::new(url, &self.suffixes);
        let kept = self.sites.get_mut(asked.site)?;
        self.turn += 1;
        let turn = self.turn;
        let (mut length, mut any_expired) = (0, false);
        for cookie in kept.iter_mut() {
            if cookie.is_expired(now) {
                any_expired = true;
            } else if cookie.is_for(&asked) && wanted(cookie.name()) {
                cookie.used = turn;
                length += cookie.pair_length() + 2;
            }
        }
        let mut out = String::with_capacity(length.saturating_sub(2));
        if length > 0 {
            kept.iter().filter(|cookie| cookie.used == turn).for_each(|cookie| cookie.write_to(&mut out));
        }
        if any_expired {
            self.retain_in(asked.site, |cookie| !cookie.is_expired(now));
        }
        (!out.is_empty()).then_some(out)
    }

    /// The one cookie that is meant; `None` where there is none.
    ///
    /// `key` is a name, or a [`Key`] that gives domain and path too. Fails with [`Error::Ambiguous`] where there are
    /// several, [`get_all`](Self::get_all) has them. Costs a look at every cookie unless a domain is given.
    pub fn get<'a>(&self, key: impl Into<Key<'a>>) -> Result<Option<&Stored>, Error> {
        let key = key.into();
        match self.find(&key)[..] {
            [] => Ok(None),
            [one] => Ok(Some(one)),
            ref several => Err(Error::Ambiguous { name: key.name.into(), count: several.len() }),
        }
    }

    /// Every cookie that may be meant, the oldest first. Costs as much as [`get`](Self::get).
    pub fn get_all<'a>(&self, key: impl Into<Key<'a>>) -> impl Iterator<Item = &Stored> {
        self.find(&key.into()).into_iter()
    }

    /// All cookies, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Stored> {
        let mut all: Vec<_> = self.sites.values().flatten().collect();
        all.sort_unstable_by_key(|cookie| cookie.created);
        all.into_iter()
    }

    /// Removes every cookie that may be meant: with a name alone all of that name. Says how many there were.
    pub fn remove<'a>(&mut self, key: impl Into<Key<'a>>) -> usize {
        let key = key.into();
        match &key.domain {
            Some(domain) => {
                let site = self.site_of(domain).to_owned();
                self.retain_in(&site, |cookie| !key.is_for(cookie))
            }
            None => self.retain(|cookie| !key.is_for(cookie)),
        }
    }

    /// Removes the cookies of that domain and of all domains and hosts below it. Says how many there were.
    ///
    /// Those of its parents stay, which its hosts are sent too. A leading dot and upper case do no harm.
    pub fn remove_domain(&mut self, domain: &str) -> usize {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let is_below = |kept: &str| kept.parse::<Ipv4Addr>().is_err() && is_within(kept, &domain);
        self.retain(|cookie| cookie.domain() != domain && !is_below(cookie.domain()))
    }

    /// Removes the cookies that end with the session, that is, all that have no expiry. Says how many there were.
    pub fn remove_session(&mut self) -> usize {
        self.retain(|cookie| cookie.expires().is_some())
    }

    /// Removes what is expired at `now`. Says how many there were.
    pub fn remove_expired(&mut self, now: SystemTime) -> usize {
        self.retain(|cookie| !cookie.is_expired(now))
    }

    /// Removes all cookies.
    pub fn clear(&mut self) {
        self.sites.clear();
        self.len = 0;
    }

    /// How many cookies there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    fn keep(&mut self, url: &Url, given: Given<'_>, now: SystemTime) -> Result<Kept, Reason> {
        let new = Admitted::new(url, given, &self.suffixes)?;
        let is_expired = new.given.is_expired(now);
        if !self.sites.contains_key(new.site) {
            if is_expired {
                return Ok(Change::Nothing.into());
            }
            self.sites.insert(new.site.into(), Vec::new());
        }
        let Some(kept) = self.sites.get_mut(new.site) else { return Ok(Change::Nothing.into()) };
        let is_plain = !new.given.secure && url.scheme() != Scheme::Https;
        if is_plain && kept.iter().any(|cookie| !cookie.is_expired(now) && cookie.is_hidden_by(&new)) {
            return Err(Reason::Overwrite);
        }
        self.turn += 1;
        let before = self.len;
        match kept.iter().position(|cookie| cookie.is_same(&new)) {
            Some(at) if is_expired || kept[at].is_expired(now) => {
                kept.remove(at);
                self.len -= 1;
            }
            Some(at) => {
                kept[at].replace(&new, self.turn);
                return Ok(Change::Replaced.into());
            }
            None => {}
        }
        if is_expired {
            if kept.is_empty() {
                self.sites.remove(new.site);
            }
            return Ok(if self.len < before { Change::Removed.into() } else { Change::Nothing.into() });
        }
        let place = kept.partition_point(|cookie| cookie.path_length() >= new.path.len());
        kept.insert(place, Stored::new(&new, self.turn));
        self.len += 1;
        let full = self.len;
        self.len -= evict::from_site(kept, self.per_domain, now);
        if self.len > self.total {
            self.evict(now);
        }
        Ok(Kept { change: Change::Added, evicted: full - self.len })
    }

    /// Makes room, at once for many, so that a jar that stays full does not pay for it with each cookie.
    fn evict(&mut self, now: SystemTime) {
        self.remove_expired(now);
        let used = self.sites.values().flatten().map(|cookie| cookie.used).collect();
        if self.len > self.total
            && let Some(turn) = evict::last_to_go(used, self.total - self.total / 10)
        {
            self.retain(|cookie| cookie.used > turn);
        }
    }

    /// What cookies are held against for `url`, and those that may be for it, in their order.
    pub(crate) fn considered<'a>(&self, url: &'a Url) -> (Asked<'a>, &[Stored]) {
        let asked = Asked::new(url, &self.suffixes);
        let kept = self.sites.get(asked.site).map_or(&[][..], Vec::as_slice);
        (asked, kept)
    }

    /// What may be meant, the oldest first.
    fn find(&self, key: &Key<'_>) -> Vec<&Stored> {
        let is_meant = |cookie: &&Stored| key.is_for(cookie);
        let mut found: Vec<_> = match &key.domain {
            Some(domain) => self.sites.get(self.site_of(domain)).into_iter().flatten().filter(is_meant).collect(),
            None => self.sites.values().flatten().filter(is_meant).collect(),
        };
        found.sort_unstable_by_key(|cookie| cookie.created);
        found
    }

    /// What cookies of a domain are sorted by.
    fn site_of<'a>(&self, domain: &'a str) -> &'a str {
        match self.sites.contains_key(domain) {
            true => domain,
            false => self.suffixes.registrable(domain).unwrap_or(domain),
        }
    }

    /// Keeps those for which `keep` holds; says how many went.
    fn retain(&mut self, keep: impl Fn(&Stored) -> bool) -> usize {
        let before = self.len;
        self.sites.retain(|_, kept| {
            kept.retain(&keep);
            !kept.is_empty()
        });
        self.len = self.sites.values().map(Vec::len).sum();
        before - self.len
    }

    /// The same for one site's cookies; the site itself goes if none is left.
    fn retain_in(&mut self, site: &str, keep: impl Fn(&Stored) -> bool) -> usize {
        let Some(kept) = self.sites.get_mut(site) else { return 0 };
        let before = kept.len();
        kept.retain(keep);
        let gone = before - kept.len();
        self.len -= gone;
        if kept.is_empty() {
            self.sites.remove(site);
        }
        gone
    }
}

impl Default for Jar {
    fn default() -> Self {
        Jar {
            sites: HashMap::new(),
            len: 0,
            turn: 0,
            suffixes: Suffixes::default(),
            per_domain: PER_DOMAIN,
            total: TOTAL,
        }
    }
}

/// What became of a cookie, and how many others went to make room.
struct Kept {
    change: Change,
    evicted: usize,
}

impl From<Change> for Kept {
    fn from(change: Change) -> Self {
        Kept { change, evicted: 0 }
    }
}

impl fmt::Debug for Jar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jar").field("len", &self.len).finish_non_exhaustive()
    }
}

/// The cookies that a response sets, in the order in which it names them; what is refused or expired is left out.
///
/// Domain is set on those that are for more than one host. Costs nothing where there is no Set-Cookie field.
pub fn parse_all(url: &Url, headers: &Headers, now: SystemTime) -> Vec<Cookie<'static>> {
    if !headers.contains("set-cookie") {
        return Vec::new();
    }
    let mut jar = Jar::new();
    jar.absorb(url, headers, now);
    jar.iter().map(Stored::to_cookie).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_site_without_cookies_costs_no_memory() {
        let url = Url::parse("http://h.example/").unwrap();
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1);
        let removals: [fn(&mut Jar, &Url, SystemTime); 4] = [
            |jar, url, now| assert_eq!(jar.store(url, "a=; Max-Age=0", now), Ok(Change::Removed)),
            |jar, url, now| assert_eq!(jar.header(url, now + Duration::from_secs(9)), None),
            |jar, _, _| assert_eq!(jar.remove(Key::new("a").domain("h.example")), 1),
            |jar, _, now| assert_eq!(jar.remove_expired(now + Duration::from_secs(9)), 1),
        ];
        for remove in removals {
            let mut jar = Jar::new();
            jar.store(&url, "a=1; Max-Age=9", now).unwrap();
            remove(&mut jar, &url, now);
            assert!(jar.sites.is_empty() && jar.is_empty());
        }
    }
}
