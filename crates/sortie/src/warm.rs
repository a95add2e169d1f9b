//! Connections that are opened before they are needed.

use std::time::Duration;

use sortie_engine::Overflow;
use sortie_http::Url;
use sortie_policy::Home;
use sortie_session::{Error, ErrorKind, Profile};

use crate::Session;
use crate::connecting::{Connecting, allow_unix_url};
use crate::desk::Desk;
use crate::ended::failed;
use crate::options::Options;
use crate::unix_url::unix_socket_of;

/// How long one may take to open where the session has no connect timeout.
const PATIENCE: Duration = Duration::from_secs(60);

/// How many are being opened at the same time.
const GROUP: usize = 64;

impl Session {
    /// Sees to it that up to `count` connections to the origin of this URL stand, TLS and proxy included, for the session's
    /// next calls. Those that are there already and idle count; the others are opened. Waits for them; says how many stand,
    /// `count` at the most.
    ///
    /// No more are opened than the session's limits allow, 16 an origin by default; idle ones of other origins make room.
    /// 64 are opened at a time, and none after those of which one has failed. They are kept for the idle timeout, on the loop that the next call on any thread takes. Nothing is sent, and no hook
    /// runs. Each has the session's timeouts for connecting; where that for all of it was lifted, 60 s. Fails where the URL is
    /// none that the session may ask, and where not one stands, with the phase and the reason of the last; the error names
    /// the URL.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// assert_eq!(session.warm(server.url("/"), 4)?, 4);
    /// assert!(session.get(server.url("/get")).send()?.ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warm(&self, url: impl AsRef<str>, count: usize) -> Result<usize, Error> {
        let url = url.as_ref();
        let profile = self.profile();
        let led = profile.absolute(url).map_err(|error| error.with_url(url))?;
        let url = led.as_deref().unwrap_or(url);
        self.warm_up(&profile, url, count).map_err(|error| error.with_url(url))
    }

    fn warm_up(&self, profile: &Profile, url: &str, count: usize) -> Result<usize, Error> {
        let unix = unix_socket_of(url);
        let text = unix.as_ref().map_or(url, |(_, url)| url);
        let url = Url::parse(text).map_err(|source| Error::new(ErrorKind::InvalidUrl).with_source(source))?;
        let mut home = None;
        if let Some((path, _)) = unix {
            allow_unix_url(profile)?;
            // As for a call: to a Unix socket it goes directly.
            let channel = self.channel(profile, &Connecting::default().with_unix_socket(path));
            home = Some(Home { origin: url.origin().clone(), channel, direct: true });
        }
        let way = profile.way_to(&url, home)?;
        let mut timeouts = profile.timeouts.clone();
        timeouts.connect.get_or_insert(PATIENCE);

        let limits = Options::default().limits(&self.limits(), Overflow::Fail);
        let mut driver = self.garage().take(&limits).map_err(system)?;
        let mut desk = Desk::default();
        // What has closed or run out meanwhile does not count.
        driver.turn(Some(Duration::ZERO), &mut desk).map_err(system)?;
        let mut standing = driver.engine.standing(url.origin(), way.as_ref());
        let mut failure = None;
        while standing < count && failure.is_none() {
            let (wanted, now) = (count.min(standing.saturating_add(GROUP)), driver.now());
            let begun = driver.engine.warm(url.origin(), way.as_ref(), wanted, &timeouts, now);
            while desk.warmed.len() < begun {
                driver.turn(None, &mut desk).map_err(system)?;
            }
            failure = desk.warmed.drain(..).filter_map(Result::err).next_back();
            let former = standing;
            standing = driver.engine.standing(url.origin(), way.as_ref());
            // The limits allow no more, or the server closes as many as are opened.
            if standing <= former {
                break;
            }
        }
        self.garage().park(driver);
        match failure {
            Some(error) if standing == 0 => Err(failed(error)),
            _ => Ok(standing.min(count)),
        }
    }
}

fn system(source: std::io::Error) -> Error {
    Error::new(ErrorKind::System).with_message("the event loop failed").with_source(source)
}
