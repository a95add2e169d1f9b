//! A place with a name, at which callbacks may step in.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use crate::guard::guard;
use crate::{Answer, Kind, Refusal, Refuse, Warning};

/// A named list of callbacks that are shown a `T` and may replace an `R`.
///
/// Mostly `R` is `T` itself, and the point is [`run`](Self::run). Where only a part of what is shown can be replaced,
/// the two differ, and the point is [`notify`](Self::notify)-ed.
///
/// A clone shares the callbacks until either registers another; it costs one counter, and nothing where there is no
/// callback. A point is `Send` and `Sync` whatever `T` and `R` are, because it holds neither.
pub struct Point<T, R = T> {
    name: &'static str,
    may_refuse: bool,
    /// In the order they run; `None` before the first is registered, so that an empty point owns no memory.
    callbacks: Option<Arc<Vec<Callback<T, R>>>>,
}

/// A callback without its type. It may be shared by several points, hence the second `Arc`.
type Callback<T, R> = Arc<dyn Fn(&T) -> Result<Option<R>, Box<dyn Error + Send + Sync>> + Send + Sync>;

impl<T, R> Point<T, R> {
    /// A point without callbacks, at which a refusal is an error like any other.
    pub const fn new(name: &'static str) -> Self {
        Self { name, may_refuse: false, callbacks: None }
    }

    /// A point without callbacks, at which a callback may end the [`run`](Self::run) by [`Refuse`].
    pub const fn refusing(name: &'static str) -> Self {
        Self { name, may_refuse: true, callbacks: None }
    }

    /// The point's name, as warnings and refusals show it.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Whether nobody registered.
    pub fn is_empty(&self) -> bool {
        self.callbacks().is_empty()
    }

    /// How many callbacks are registered.
    pub fn len(&self) -> usize {
        self.callbacks().len()
    }

    /// Adds a callback behind those that are there; the same one twice runs twice.
    ///
    /// It may run on any thread, and on several at once. What it returns is an [`Answer`]. A closure has to name the
    /// type of its argument, as in `|url: &String| ..`.
    pub fn register<V, F>(&mut self, callback: F)
    where
        F: Fn(&T) -> V + Send + Sync + 'static,
        V: Answer<R>,
    {
        let callbacks = self.callbacks.get_or_insert_default();
        Arc::make_mut(callbacks).push(Arc::new(move |data| callback(data).into_result()));
    }

    /// This point's callbacks, then those of `other`, as one point with this one's name and way with refusals.
    ///
    /// Numbers go on: after two callbacks of this point, the first of `other` is number 3. Costs no more than a clone
    /// where either is empty.
    ///
    /// ```
    /// # use sortie_hooks::Point;
    /// let mut session: Point<u32> = Point::new("response");
    /// session.register(|n: &u32| Some(n + 1));
    /// let mut request = Point::new("response");
    /// request.register(|n: &u32| Some(n * 10));
    /// assert_eq!(session.chain(&request).run(1, &mut Vec::new()).unwrap(), 20);
    /// ```
    #[must_use]
    pub fn chain(&self, other: &Self) -> Self {
        let callbacks = match (&self.callbacks, &other.callbacks) {
            (Some(first), Some(second)) => Some(Arc::new([&first[..], &second[..]].concat())),
            (one, None) | (None, one) => one.clone(),
        };
        Self { callbacks, ..*self }
    }

    /// Shows `data` to each callback in turn, and returns the last value that one of them returned.
    ///
    /// Every callback is shown the same `data`. An error, a refusal or a panic adds to `warnings` and changes nothing.
    pub fn notify(&self, data: &T, warnings: &mut Vec<Warning>) -> Option<R> {
        let mut replacement = None;
        for (index, callback) in self.callbacks().iter().enumerate() {
            match self.ask(index + 1, callback, data) {
                Reply::Value(value) => replacement = Some(value),
                Reply::Nothing => {}
                Reply::Wrong(warning) => warnings.push(warning),
            }
        }
        replacement
    }

    fn callbacks(&self) -> &[Callback<T, R>] {
        self.callbacks.as_deref().map_or(&[], Vec::as_slice)
    }

    /// Runs one callback, and turns whatever comes of it into a reply.
    fn ask(&self, number: usize, callback: &Callback<T, R>, data: &T) -> Reply<R> {
        let (message, kind) = match guard(|| callback(data)) {
            Ok(Ok(Some(value))) => return Reply::Value(value),
            Ok(Ok(None)) => return Reply::Nothing,
            // The error's own words are a user's code too.
            Ok(Err(error)) => (guard(|| error.to_string()).unwrap_or_else(|panic| panic), Kind::Failed(error.into())),
            Err(panic) => (panic, Kind::Panicked),
        };
        Reply::Wrong(Warning::new(self.name, number, message, kind))
    }
}

impl<T> Point<T, T> {
    /// Passes `data` through each callback in turn; a value that one returns is what the next one is shown.
    ///
    /// An error or a panic adds to `warnings`, and the data stay as they were before that callback: as far as they
    /// are not changed behind interior mutability. Fails only at a point made by [`refusing`](Self::refusing), where
    /// the first refusal ends the run: the callbacks behind it are not run, and the data are dropped.
    pub fn run(&self, mut data: T, warnings: &mut Vec<Warning>) -> Result<T, Refusal> {
        for (index, callback) in self.callbacks().iter().enumerate() {
            match self.ask(index + 1, callback, &data) {
                Reply::Value(value) => data = value,
                Reply::Nothing => {}
                Reply::Wrong(warning) => match warning.source().and_then(|error| error.downcast_ref::<Refuse>()) {
                    Some(Refuse(reason)) if self.may_refuse => {
                        return Err(Refusal::new(self.name, index + 1, reason.clone()));
                    }
                    _ => warnings.push(warning),
                },
            }
        }
        Ok(data)
    }
}

/// What came of one callback.
enum Reply<R> {
    /// It returned a value.
    Value(R),
    /// It returned nothing.
    Nothing,
    /// It failed, refused or panicked.
    Wrong(Warning),
}

impl<T, R> Clone for Point<T, R> {
    fn clone(&self) -> Self {
        Self { callbacks: self.callbacks.clone(), ..*self }
    }
}

impl<T, R> fmt::Debug for Point<T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Point")
            .field("name", &self.name)
            .field("may_refuse", &self.may_refuse)
            .field("callbacks", &self.len())
            .finish()
    }
}
