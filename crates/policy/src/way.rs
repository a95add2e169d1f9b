use std::any::Any;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sortie_http::Origin;

use crate::{Error, Proxies, Proxy};

/// How the origins of a call are reached: through which proxies, over what kind of connections.
///
/// Connections are shared by calls that reach an origin in the same way: through an equal proxy, by the same
/// [`Channel`].
#[derive(Clone, Debug, Default)]
pub struct Way {
    /// Which proxy each origin is asked through. Default: none.
    pub proxies: Proxies,
    /// How connections are made. Default: as whoever makes them does by default.
    pub channel: Channel,
    /// One origin that is reached in a way of its own. Default: none.
    pub home: Option<Home>,
}

/// How one origin is reached, whatever holds for the others a call is led to: a Unix socket is one origin's, not a site's
/// that its server redirects to.
#[derive(Clone, Debug)]
pub struct Home {
    /// Which origin.
    pub origin: Arc<Origin>,
    /// How connections to it are made.
    pub channel: Channel,
    /// Whether no proxy is asked for it.
    pub direct: bool,
}

impl Way {
    /// How this origin is reached: whom it goes through, and how connections are made.
    ///
    /// # Errors
    /// As [`proxy_for`](Self::proxy_for).
    pub fn to(&self, origin: &Arc<Origin>) -> Result<(Option<Arc<Proxy>>, Channel), &Error> {
        let channel = self.home_of(origin).map_or(&self.channel, |home| &home.channel);
        Ok((self.proxy_for(origin)?.cloned(), channel.clone()))
    }

    /// Whom this origin is reached through, if anybody.
    ///
    /// # Errors
    /// Where its proxy is one that cannot be used: nothing may go around it.
    pub fn proxy_for(&self, origin: &Arc<Origin>) -> Result<Option<&Arc<Proxy>>, &Error> {
        match self.home_of(origin) {
            Some(home) if home.direct => Ok(None),
            _ => self.proxies.choose(origin),
        }
    }

    fn home_of(&self, origin: &Arc<Origin>) -> Option<&Home> {
        self.home.as_ref().filter(|home| Arc::ptr_eq(&home.origin, origin) || home.origin == *origin)
    }
}

/// How connections are made: TLS, sockets, names. It is made and understood only by who opens connections; here it
/// tells those apart that must not be shared.
///
/// Equal to its clones, and to nothing else; the default is equal to the default.
#[derive(Clone, Default)]
pub struct Channel(Option<Arc<dyn Any + Send + Sync>>);

impl Channel {
    /// A channel that holds `value`.
    pub fn new(value: impl Any + Send + Sync) -> Self {
        Channel(Some(Arc::new(value)))
    }

    /// What it holds, if it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_deref()?.downcast_ref()
    }

    fn address(&self) -> usize {
        self.0.as_ref().map_or(0, |value| Arc::as_ptr(value).cast::<()>().addr())
    }
}

impl PartialEq for Channel {
    fn eq(&self, other: &Self) -> bool {
        self.address() == other.address()
    }
}

impl Eq for Channel {}

impl Hash for Channel {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.address().hash(state);
    }
}

impl fmt::Debug for Channel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Channel(..)" } else { "Channel(default)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_channel_is_equal_to_its_clones_alone() {
        let (one, other) = (Channel::new(1_u8), Channel::new(1_u8));
        assert_eq!(one, one.clone());
        assert_ne!(one, other);
        assert_ne!(one, Channel::default());
        assert_eq!(Channel::default(), Channel::default());
        assert_eq!((one.get::<u8>(), one.get::<u16>()), (Some(&1), None));
    }
}
