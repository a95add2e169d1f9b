//! What proxies say, told as they were given.

use std::fmt;
use std::iter;

use crate::proxies::{Choice, Key, Layer};
use crate::{Error, Proxies, Proxy};

/// What was said of proxies at one place: by a request, a session, or the environment.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Said<'a> {
    /// Each key, as [`Proxies::set`] reads it, and the proxy for what it covers; `None` where that goes directly.
    pub entries: Vec<(String, Option<&'a Proxy>)>,
    /// The hosts that need no proxy, as [`Proxies::no_proxy`] reads them; `None` where nothing was said of them.
    pub no_proxy: Option<String>,
}

impl Proxies {
    /// What was said, the topmost first: the first place is these proxies' own, the others are what they were laid
    /// [over](Self::over). Each said anew, and laid over the next, they are these proxies again.
    ///
    /// ```
    /// use sortie_policy::Proxies;
    ///
    /// let proxies = Proxies::new().set("https", "http://user:5ecret@proxy.test:3128")?.no_proxy("localhost 10.0.0.0/8")?;
    /// let said = proxies.said().unwrap();
    /// let (key, proxy) = &said[0].entries[0];
    /// assert_eq!((&**key, proxy.unwrap().to_url()), ("https", "http://user:5ecret@proxy.test:3128".into()));
    /// assert_eq!(said[0].no_proxy.as_deref(), Some("localhost, 10.0.0.0/8"));
    /// # Ok::<(), sortie_policy::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Variable`] where one of the proxies is the environment's and cannot be used: nobody could say that anew.
    pub fn said(&self) -> Result<Vec<Said<'_>>, &Error> {
        iter::once(&self.own).chain(self.below.iter().map(|layer| &**layer)).map(Layer::said).collect()
    }

    /// Whether nothing can be laid below these any more: they begin with [`direct`](Self::direct), or lie over some that do.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Layer {
    fn said(&self) -> Result<Said<'_>, &Error> {
        let mut entries = Vec::with_capacity(self.entries.len());
        for (key, choice) in &self.entries {
            let proxy = match choice {
                Choice::Through(proxy) => Some(&**proxy),
                Choice::Directly => None,
                Choice::Faulty(fault) => return Err(fault),
            };
            entries.push((key.to_string(), proxy));
        }
        Ok(Said { entries, no_proxy: self.no_proxy.as_ref().map(ToString::to_string) })
    }
}

/// As [`Proxies::set`] reads it.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.scheme.map_or("all", |scheme| scheme.as_str()))?;
        match &self.host {
            Some(host) => write!(f, "://{host}"),
            None => Ok(()),
        }
    }
}
