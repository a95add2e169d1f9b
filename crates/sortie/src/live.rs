//! The defaults of a session, which may be changed while it lives.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::thread::{self, ThreadId};

use sortie_session::Profile;

use crate::{Error, ErrorKind, Session, SessionBuilder};

/// A profile that is replaced as a whole. Who reads it waits for nobody's code.
pub(crate) struct Live {
    profile: RwLock<Arc<Profile>>,
    /// Held while a change is made, so that each begins with what the last one left.
    turn: Mutex<()>,
    /// Whose turn it is.
    changing: Mutex<Option<ThreadId>>,
}

/// One thread's turn to make a change.
struct Turn<'a> {
    live: &'a Live,
    _held: MutexGuard<'a, ()>,
}

impl Session {
    /// Changes the defaults of this session, of all its clones, and of the requests it has made, from the next one on that is
    /// prepared.
    ///
    /// The closure is given the defaults as they are, and gives back what they shall be; the verbs are those of
    /// [`Session::builder`]. They change all at once. Where one makes no sense, or the closure panics, all stays as it was;
    /// the error is that of [`build`](SessionBuilder::build). Threads that change at the same time do so one after the other.
    /// A change within a change is an error ([`ErrorKind::InvalidArgument`](crate::ErrorKind::InvalidArgument)).
    ///
    /// Calls under way go on as they began, redirects included. Limits of connections hold from the next call or batch that
    /// takes a loop. Cookies stay, unless the closure says otherwise of [`cookies`](SessionBuilder::cookies) or
    /// [`jar`](SessionBuilder::jar).
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::new();
    /// let request = session.get(server.url("/headers"));
    /// session.change(|defaults| defaults.header("X-Token", "new").max_redirects(5))?;
    /// assert!(request.send()?.text().contains("X-Token"));
    ///
    /// assert!(session.change(|defaults| defaults.header("X-Token", "line\nbreak")).is_err());
    /// assert_eq!(session.profile().headers().next(), Some(("X-Token", "new")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn change(&self, make: impl FnOnce(SessionBuilder) -> SessionBuilder) -> Result<(), Error> {
        let (former, latter) = self.live().change(|profile| make(SessionBuilder::new(profile)).profile)?;
        // What the former held, such as a sink, goes with it and not with the next call.
        self.memo().forget();
        let is_told = match (&former.sink, &latter.sink) {
            (Some(former), Some(latter)) => Arc::ptr_eq(former, latter),
            (_, latter) => latter.is_none(),
        };
        if !is_told || !former.trust_env {
            Session::tell_faults(&latter);
        }
        Ok(())
    }
}

impl Live {
    pub(crate) fn new(profile: Profile) -> Self {
        Live { profile: RwLock::new(Arc::new(profile)), turn: Mutex::default(), changing: Mutex::default() }
    }

    /// The profile as it is now.
    pub(crate) fn profile(&self) -> Arc<Profile> {
        self.profile.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts another profile in the place of this one, if it is fit. Gives the former and the latter.
    fn change(&self, make: impl FnOnce(Profile) -> Profile) -> Result<(Arc<Profile>, Arc<Profile>), Error> {
        let _turn = self.begin()?;
        let former = self.profile();
        let latter = make(Profile::clone(&former));
        latter.check()?;
        let latter = Arc::new(latter);
        *self.profile.write().unwrap_or_else(PoisonError::into_inner) = latter.clone();
        Ok((former, latter))
    }

    /// Waits for one's turn.
    fn begin(&self) -> Result<Turn<'_>, Error> {
        let me = thread::current().id();
        if *self.changing() == Some(me) {
            return Err(Error::new(ErrorKind::InvalidArgument)
                .with_message("the defaults of a session cannot be changed within a change of them"));
        }
        let held = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        *self.changing() = Some(me);
        Ok(Turn { live: self, _held: held })
    }

    fn changing(&self) -> MutexGuard<'_, Option<ThreadId>> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.live.changing() = None;
    }
}
