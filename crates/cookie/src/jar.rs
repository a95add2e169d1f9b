use std::collections::HashMap;
use std::fmt;
use std::time::SystemTime;

use cookie::Cookie;
use sortie_http::{Headers, Scheme, Url};

use crate::admit::Admitted;
use crate::matching::host_of;
use crate::parse::Given;
use crate::{Reason, Refusal, Stored, Suffixes, evict};

/// How many cookies a jar keeps for one registrable domain, its hosts together.
///
/// One more, and a cookie goes: one that is expired, else the least recently used that is not Secure, else of all.
pub const PER_DOMAIN: usize = 180;

/// How many cookies a jar keeps in all.
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
#[derive(Clone, Default)]
pub struct Jar {
    /// By registrable domain, or by host where there is none. No list is empty; each has the longest paths first and
    /// then the oldest.
    sites: HashMap<Box<str>, Vec<Stored>>,
    len: usize,
    /// Counts what was done, so that a wall clock that jumps does not change what is older.
    turn: u64,
    suffixes: Suffixes,
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

    /// Keeps what the value of one Set-Cookie field says, which came from `url` at `now` (RFC 6265bis, section 5.7).
    ///
    /// One of the same name, domain and path is replaced and keeps its age; one that is expired already takes it
    /// away. Fails where the cookie is refused; nothing is changed then.
    pub fn store(&mut self, url: &Url, set_cookie: &str, now: SystemTime) -> Result<(), Refusal> {
        let (name, given) = Given::parse(set_cookie, now);
        given.and_then(|given| self.keep(url, given, now)).map_err(|reason| Refusal::new(name, reason))
    }

    /// Keeps what all Set-Cookie fields of a response say; gives back what was refused.
    pub fn absorb(&mut self, url: &Url, headers: &Headers, now: SystemTime) -> Vec<Refusal> {
        headers.get_all("set-cookie").filter_map(|text| self.store(url, text, now).err()).collect()
    }

    /// Keeps a cookie that a program made, as if `url` had sent it.
    ///
    /// Without a Domain it is for that host alone, without a Path for the URL's directory. Fails as
    /// [`store`](Self::store) does, and where name or value could not be sent as they are.
    pub fn insert(&mut self, cookie: Cookie<'_>, url: &Url, now: SystemTime) -> Result<(), Refusal> {
        Given::made(&cookie, now)
            .and_then(|given| self.keep(url, given, now))
            .map_err(|reason| Refusal::new(cookie.name(), reason))
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
        let host = host_of(url);
        let site = self.suffixes.site(url.host(), host);
        let kept = self.sites.get_mut(site)?;
        self.turn += 1;
        let mut out = String::new();
        let mut any_expired = false;
        for cookie in kept {
            if cookie.is_expired(now) {
                any_expired = true;
            } else if cookie.is_for(url, host, site) && wanted(cookie.name()) {
                cookie.used = self.turn;
                cookie.write_to(&mut out);
            }
        }
        if any_expired {
            self.retain_in(site, |cookie| !cookie.is_expired(now));
        }
        (!out.is_empty()).then_some(out)
    }

    /// The oldest cookie of that name, of whatever domain and path.
    pub fn get(&self, name: &str) -> Option<&Stored> {
        self.sites.values().flatten().filter(|cookie| cookie.name() == name).min_by_key(|cookie| cookie.created)
    }

    /// All cookies, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Stored> {
        let mut all: Vec<_> = self.sites.values().flatten().collect();
        all.sort_unstable_by_key(|cookie| cookie.created);
        all.into_iter()
    }

    /// Removes the cookies of that domain, path and name; says whether there was one.
    ///
    /// `domain` is what [`Stored::domain`] gives; a leading dot and upper case do no harm.
    pub fn remove(&mut self, domain: &str, path: &str, name: &str) -> bool {
        let domain = domain.strip_prefix('.').unwrap_or(domain).to_ascii_lowercase();
        let is_it =
            |cookie: &Stored| cookie.name() == name && cookie.path() == path && cookie.domain() == domain.as_str();
        let found = self.sites.iter().find(|(_, kept)| kept.iter().any(is_it)).map(|(site, _)| site.clone());
        if let Some(site) = &found {
            self.retain_in(site, |cookie| !is_it(cookie));
        }
        found.is_some()
    }

    /// Removes what is expired at `now`.
    pub fn remove_expired(&mut self, now: SystemTime) {
        self.retain(|cookie| !cookie.is_expired(now));
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

    fn keep(&mut self, url: &Url, given: Given<'_>, now: SystemTime) -> Result<(), Reason> {
        let new = Admitted::new(url, given, &self.suffixes)?;
        let is_expired = new.given.expires.is_some_and(|at| at <= now);
        if !self.sites.contains_key(new.site) {
            if is_expired {
                return Ok(());
            }
            self.sites.insert(new.site.into(), Vec::new());
        }
        let Some(kept) = self.sites.get_mut(new.site) else { return Ok(()) };
        let is_plain = !new.given.secure && url.scheme() != Scheme::Https;
        if is_plain && kept.iter().any(|cookie| !cookie.is_expired(now) && cookie.is_hidden_by(&new)) {
            return Err(Reason::Overwrite);
        }
        self.turn += 1;
        match kept.iter().position(|cookie| cookie.is_same(&new)) {
            Some(at) if is_expired || kept[at].is_expired(now) => {
                kept.remove(at);
                self.len -= 1;
            }
            Some(at) => {
                kept[at].replace(&new, self.turn);
                return Ok(());
            }
            None => {}
        }
        if is_expired {
            if kept.is_empty() {
                self.sites.remove(new.site);
            }
            return Ok(());
        }
        let place = kept.partition_point(|cookie| cookie.path().len() >= new.path.len());
        kept.insert(place, Stored::new(&new, self.turn));
        self.len += 1;
        self.len -= evict::from_site(kept, PER_DOMAIN, now);
        if self.len > TOTAL {
            self.evict(now);
        }
        Ok(())
    }

    /// Makes room, at once for many, so that a jar that stays full does not pay for it with each cookie.
    fn evict(&mut self, now: SystemTime) {
        self.remove_expired(now);
        let used = self.sites.values().flatten().map(|cookie| cookie.used).collect();
        if self.len > TOTAL
            && let Some(turn) = evict::last_to_go(used, TOTAL - TOTAL / 10)
        {
            self.retain(|cookie| cookie.used > turn);
        }
    }

    fn retain(&mut self, keep: impl Fn(&Stored) -> bool) {
        self.sites.retain(|_, kept| {
            kept.retain(&keep);
            !kept.is_empty()
        });
        self.len = self.sites.values().map(Vec::len).sum();
    }

    /// Keeps of one site's cookies those for which `keep` holds, and the site itself if any is left.
    fn retain_in(&mut self, site: &str, keep: impl Fn(&Stored) -> bool) {
        let Some(kept) = self.sites.get_mut(site) else { return };
        let before = kept.len();
        kept.retain(keep);
        self.len -= before - kept.len();
        if kept.is_empty() {
            self.sites.remove(site);
        }
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
            |jar, url, now| jar.store(url, "a=; Max-Age=0", now).unwrap(),
            |jar, url, now| assert_eq!(jar.header(url, now + Duration::from_secs(9)), None),
            |jar, _, _| assert!(jar.remove("h.example", "/", "a")),
            |jar, _, now| jar.remove_expired(now + Duration::from_secs(9)),
        ];
        for remove in removals {
            let mut jar = Jar::new();
            jar.store(&url, "a=1; Max-Age=9", now).unwrap();
            remove(&mut jar, &url, now);
            assert!(jar.sites.is_empty() && jar.is_empty());
        }
    }
}
