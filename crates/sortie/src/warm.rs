//! Connections that are opened before they are needed.

use std::time::Duration;

use sortie_engine::Overflow;
use sortie_http::Url;
use sortie_policy::Home;
use sortie_session::{Error, ErrorKind};

use crate::Session;
use crate::connecting::Connecting;
use crate::desk::Desk;
use crate::ended::failed;
use crate::options::Options;
use crate::unix_url::unix_socket_of;

/// How long one may take to open where the session has no connect timeout.
const PATIENCE: Duration = Duration::from_secs(60);

impl Session {
    /// Opens up to `count` connections to the origin of this URL, TLS and proxy included, and keeps them for the session's
    /// next calls. Waits until they stand; says how many do.
    ///
    /// No more are opened than the session's limits allow, 16 an origin by default. They are kept for the idle timeout, on
    /// the loop that the next call on any thread takes. Nothing is sent, and no hook runs. Each has the connect timeout.
    /// Fails where the URL is none, or where not one connection could be opened, with the reason of the last.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// assert_eq!(session.warm(server.url("/"), 4)?, 4);
    /// assert!(session.get(server.url("/get")).send()?.ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn warm(&self, url: impl AsRef<str>, count: usize) -> Result<usize, Error> {
        let unix = unix_socket_of(url.as_ref());
        let text = unix.as_ref().map_or(url.as_ref(), |(_, url)| url);
        let url = Url::parse(text).map_err(|source| Error::new(ErrorKind::InvalidUrl).with_source(source))?;
        self.profile().check()?;
        let mut home = None;
        if let Some((path, _)) = unix {
            self.allow_unix_url()?;
            // As for a call: to a Unix socket it goes directly.
            let channel = self.channel(&Connecting::default().with_unix_socket(path));
            home = Some(Home { origin: url.origin().clone(), channel, direct: true });
        }
        let way = self.profile().way(None, None, home);
        let patience = self.profile().timeouts.connect.unwrap_or(PATIENCE);

        let limits = Options::default().limits(self.limits(), Overflow::Fail);
        let mut driver = self.garage().take(&limits).map_err(system)?;
        let mut desk = Desk::default();
        let now = driver.now();
        let begun = driver.engine.warm(url.origin(), way.as_ref(), count, patience, now);
        while desk.warmed.len() < begun {
            driver.turn(None, &mut desk).map_err(system)?;
        }
        self.garage().park(driver);
        let mut reason = None;
        let mut open = 0;
        for result in desk.warmed {
            match result {
                Ok(()) => open += 1,
                Err(error) => reason = Some(error),
            }
        }
        match reason {
            Some(error) if open == 0 => Err(failed(error)),
            _ => Ok(open),
        }
    }
}

fn system(source: std::io::Error) -> Error {
    Error::new(ErrorKind::System).with_message("the event loop failed").with_source(source)
}
