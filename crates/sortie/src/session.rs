use std::error::Error as _;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sortie_cookie::SharedJar;
use sortie_engine::Limits;
use sortie_http::{Method, Scheme};
use sortie_log::{Event, What};
use sortie_session::{
    Arguments, Error, Explanation, Memo, Prepared, Profile, Response, Settings, environment, explain, prepare,
};

use crate::builder::SessionBuilder;
use crate::connecting::{Connecting, Kinds, allow_unix_url};
use crate::desk::record;
use crate::driver::wall;
use crate::garage::Garage;
use crate::kept::keep;
use crate::live::Live;
use crate::roots::roots;
use crate::unix_url::{localhost, unix_socket_of};
use crate::{Batch, Request};

/// What persists between calls: cookies, defaults, hooks, connections.
///
/// A clone is the same session. All methods take `&self`, so threads can share one; none waits for another's I/O. When
/// the last clone is gone, and all requests made by it, its connections are closed.
///
/// Threads that send at the same time have a loop each, with connections of its own. Up to four loops are kept for later
/// calls; each is held to the session's limits by itself.
///
/// ```
/// # let server = sortie_testserver::TestServer::start()?;
/// let session = sortie::Session::new();
/// session.get(server.url("/cookies/set/sessioncookie/123456789")).send()?;
/// let response = session.get(server.url("/cookies")).send()?;
/// assert_eq!(response.json::<serde_json::Value>()?["cookies"]["sessioncookie"], "123456789");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Session(Arc<Inner>);

struct Inner {
    live: Live,
    memo: Memo,
    kinds: Mutex<Kinds>,
    garage: Arc<Garage>,
    /// Each call has cookies of its own.
    alone: bool,
}

impl Session {
    /// A session with the [`settings`](crate::settings()) as they are now.
    pub fn new() -> Self {
        Self::of(crate::process::current().profile())
    }

    /// A session whose calls have nothing to do with one another but the connections: cookies live as long as each call, as
    /// with [`get`](crate::get()). The [`settings`](crate::settings()) are those of now.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// let session = sortie::Session::alone();
    /// session.get(server.url("/cookies/set/sessioncookie/123456789")).send()?;
    /// assert!(!session.get(server.url("/cookies")).send()?.text().contains("sessioncookie"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn alone() -> Self {
        let session = Self::alone_with(&crate::process::current(), Arc::default());
        Self::tell_faults(&session.profile());
        session
    }

    /// A session whose calls have nothing to do with one another, on connections that others may have too.
    pub(crate) fn alone_with(settings: &Settings, garage: Arc<Garage>) -> Self {
        Self::assemble(settings.profile_alone(), garage, settings.profile().jar.is_some())
    }

    /// A session with defaults of its own, upon the [`settings`](crate::settings()) as they are now.
    ///
    /// ```
    /// # let server = sortie_testserver::TestServer::start()?;
    /// use sortie::{Basic, Session};
    ///
    /// let session = Session::builder().header("x-test", "true").auth(Basic::new("user", "pass")).build()?;
    /// let response = session.get(server.url("/headers")).header("x-test2", "true").send()?;
    /// assert!(response.text().contains("X-Test2"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn builder() -> SessionBuilder {
        SessionBuilder::new(crate::process::current().profile())
    }

    /// A GET request, bound to this session.
    pub fn get(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::GET, url)
    }

    /// A HEAD request. Redirects are not followed unless it is asked for.
    pub fn head(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::HEAD, url)
    }

    /// A POST request.
    pub fn post(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::POST, url)
    }

    /// A PUT request.
    pub fn put(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::PUT, url)
    }

    /// A PATCH request.
    pub fn patch(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::PATCH, url)
    }

    /// A DELETE request.
    pub fn delete(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::DELETE, url)
    }

    /// An OPTIONS request.
    pub fn options(&self, url: impl AsRef<str>) -> Request {
        self.request(Method::OPTIONS, url)
    }

    /// A request of any method.
    pub fn request(&self, method: Method, url: impl AsRef<str>) -> Request {
        Request::new(method, url, Some(self.clone()))
    }

    /// Many calls on one loop. Requests that are bound to no session are sent with this one's defaults.
    ///
    /// Its connections serve the session's next calls, unless a request of another session was among them.
    pub fn batch(&self) -> Batch {
        Batch::new(self.clone())
    }

    /// Sends all requests at once, as far as the limits go, and brings every answer home in order.
    ///
    /// The same as `batch().map(requests)`.
    pub fn map(&self, requests: impl IntoIterator<Item = Request>) -> Vec<Result<Response, Error>> {
        self.batch().map(requests)
    }

    /// The cookies, where the session keeps any: its own jar, shared.
    pub fn cookies(&self) -> Option<SharedJar> {
        self.profile().jar.clone()
    }

    /// What it brings to each request, as it is now: a later [`change`](Self::change) makes another.
    pub fn profile(&self) -> Arc<Profile> {
        self.0.live.profile()
    }

    /// Lets its idle connections go without a word: for the child of a fork, which shares them with its parent.
    ///
    /// Their descriptors are closed, no peer is told, and no hook is dropped: the memory stays taken. Where the parent was about to
    /// park or take a connection as it forked, they stay open. Clones are of no use any more; let batches and streams go by
    /// their own `abandon`.
    pub fn abandon(self) {
        self.garage().abandon();
        keep(self);
    }

    pub(crate) fn of(profile: Profile) -> Self {
        let session = Self::assemble(profile, Arc::default(), false);
        Self::tell_faults(&session.profile());
        session
    }

    /// Tells the sink, if there is one, which variables of the environment cannot be used. It is the program's own code.
    pub(crate) fn tell_faults(profile: &Profile) {
        let Some(sink) = profile.sink.as_ref().filter(|_| profile.trust_env) else { return };
        for fault in &environment().faults {
            let why = fault.source().map_or_else(String::new, |source| format!(": {source}"));
            let what = What::Warning { text: format!("{fault}{why}").into() };
            record(&**sink, &Event::new(wall(), 0, what));
        }
        for text in environment().warnings.iter().cloned() {
            record(&**sink, &Event::new(wall(), 0, What::Warning { text }));
        }
    }

    /// A session with connections that others may have too.
    fn assemble(profile: Profile, garage: Arc<Garage>, alone: bool) -> Self {
        Session(Arc::new(Inner { live: Live::new(profile), memo: Memo::new(), kinds: Mutex::default(), garage, alone }))
    }

    pub(crate) fn live(&self) -> &Live {
        &self.0.live
    }

    pub(crate) fn memo(&self) -> &Memo {
        &self.0.memo
    }

    pub(crate) fn kinds(&self) -> MutexGuard<'_, Kinds> {
        self.0.kinds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn is(&self, other: &Session) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// What a loop of this session is held to, as its defaults are now.
    pub(crate) fn limits(&self) -> Limits {
        let connections = self.profile().connections;
        let mut limits = Limits::default();
        limits.connections = connections.total;
        limits.per_origin = connections.per_origin;
        limits.idle = connections.idle;
        limits
    }

    pub(crate) fn garage(&self) -> &Garage {
        &self.0.garage
    }

    /// Prepares a call with the defaults of a moment, which are this session's.
    pub(crate) fn prepare(
        &self,
        profile: &Arc<Profile>,
        arguments: Arguments,
        connecting: Option<Box<Connecting>>,
    ) -> Result<Prepared, Error> {
        let arguments = self.connect(profile, arguments, connecting)?;
        let mut prepared = prepare(profile, &self.0.memo, arguments)?;
        if self.0.alone {
            // Cookies live as long as the call, so that redirects can set some.
            Arc::make_mut(&mut prepared.policy).jar = Some(SharedJar::new());
        }
        Ok(prepared)
    }

    /// What would be sent, and where it comes from.
    pub(crate) fn explain(
        &self,
        arguments: Arguments,
        connecting: Option<Box<Connecting>>,
    ) -> Result<Explanation, Error> {
        let profile = self.profile();
        let roots = roots(&profile, connecting.as_deref());
        let arguments = self.connect(&profile, arguments, connecting)?;
        let mut explanation = explain(&profile, &self.0.memo, arguments, wall())?;
        explanation.matters.extend(roots.filter(|_| explanation.request.url().scheme() == Scheme::Https));
        Ok(explanation)
    }

    /// Makes out how the connections of a call are made.
    fn connect(
        &self,
        profile: &Arc<Profile>,
        mut arguments: Arguments,
        mut connecting: Option<Box<Connecting>>,
    ) -> Result<Arguments, Error> {
        let mut named = None;
        if let Some((path, url)) = unix_socket_of(arguments.url()) {
            allow_unix_url(profile).map_err(|error| error.with_asked(arguments.method().clone(), arguments.url()))?;
            connecting = Some(Box::new(connecting.unwrap_or_default().with_unix_socket(path)));
            named = Some(localhost());
            arguments.set_url(url);
        }
        if let Some(wish) = connecting {
            match wish.is_local() {
                true => arguments.set_home(self.channel(profile, &wish), named),
                false => arguments.set_channel(self.channel(profile, &wish)),
            }
        }
        Ok(arguments)
    }
}

impl Default for Session {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Session").field(&self.profile()).finish()
    }
}
