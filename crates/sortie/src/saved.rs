//! Sessions that are saved to files and restored from them.

use std::fs;
use std::path::Path;

use sortie_cookie::{Access, Loaded, replace_file};
use sortie_log::{Event, What};
use sortie_session::Secrets;

use crate::desk::record;
use crate::driver::wall;
use crate::{Error, ErrorKind, Ignored, Session, SessionBuilder};

/// Defaults with what a saved session has said, and what became of the rest of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use = "the defaults do nothing until they are built"]
pub struct Restored {
    /// The defaults, which may still be changed.
    pub builder: SessionBuilder,
    /// The fields of the file that are not known, in order. They were passed over.
    pub ignored: Vec<Ignored>,
    /// What became of the cookies. One that is damaged was passed over too.
    pub cookies: Loaded,
}

impl Session {
    /// Saves the settings of this session to a file, as JSON, for [`restore`](Self::restore): the format is told in
    /// `docs/session-file.md`. Feature `json`.
    ///
    /// Without [`Secrets::With`] it holds no credentials and no cookies. What is no data is never in it: hooks, sinks, the
    /// closures of a program, and how connections are made (TLS, resolvers, addresses, sockets).
    ///
    /// The file is replaced as a whole or not at all, and is for its owner alone (Unix: mode 0600), whatever was there. Blocks
    /// until the disk has it. Fails with [`ErrorKind::File`] where it cannot be written.
    ///
    /// ```
    /// # let folder = std::env::temp_dir().join(format!("sortie-saved-{}", std::process::id()));
    /// # std::fs::create_dir_all(&folder)?;
    /// # let path = folder.join("session.json");
    /// use sortie::{Secrets, Session};
    ///
    /// let session = Session::builder().user_agent("fleet/1.0").auth(("user", "pass")).build()?;
    /// session.save(&path, Secrets::With)?;
    ///
    /// let restored = Session::builder().restore(&path)?;
    /// assert!(restored.ignored.is_empty());
    /// let session = restored.builder.max_redirects(5).build()?;
    /// assert_eq!(session.profile().user_agent.as_deref(), Some("fleet/1.0"));
    /// # std::fs::remove_dir_all(&folder)?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn save(&self, path: impl AsRef<Path>, secrets: Secrets) -> Result<(), Error> {
        let path = path.as_ref();
        let text = self.profile().to_json(secrets)?;
        replace_file(path, text.as_bytes(), Access::Owner)
            .map_err(|source| error("cannot save a session to", path).with_source(source))
    }

    /// A session as a file tells it, upon the [`settings`](crate::settings()) as they are now. Feature `json`.
    ///
    /// The short way of [`SessionBuilder::restore`], which fails alike; what was passed over is told to the sink, if the
    /// settings have one, by a [`Warning`](crate::What::Warning) each.
    pub fn restore(path: impl AsRef<Path>) -> Result<Self, Error> {
        let Restored { builder, ignored, cookies } = Session::builder().restore(path)?;
        let session = builder.build()?;
        if let Some(sink) = &session.profile().sink {
            let warnings = ignored.iter().map(ToString::to_string);
            for text in warnings.chain(cookies.damaged.iter().map(|damage| format!("of the cookies, {damage}"))) {
                record(&**sink, &Event::new(wall(), 0, What::Warning { text: text.into() }));
            }
        }
        Ok(session)
    }
}

impl SessionBuilder {
    /// Takes over what a saved session has told, in place of what was said before; what its file says nothing of stays. Feature
    /// `json`.
    ///
    /// Its cookies are put into the jar. What is not known, and cookies that are damaged or expired, are passed over and told.
    /// Fails with [`ErrorKind::File`] where the file cannot be read, or what it says cannot be used; the error's source is
    /// then a [`Misfit`](crate::Misfit), which names the line and the field.
    pub fn restore(mut self, path: impl AsRef<Path>) -> Result<Restored, Error> {
        let path = path.as_ref();
        let failed = || error("cannot restore a session from", path);
        let text = fs::read(path).map_err(|source| failed().with_source(source))?;
        let told = self.profile.restore_json(&text, wall()).map_err(|misfit| failed().with_source(misfit))?;
        Ok(Restored { builder: self, ignored: told.ignored, cookies: told.cookies })
    }
}

fn error(what: &str, path: &Path) -> Error {
    Error::new(ErrorKind::File).with_message(format!("{what} {}", path.display()))
}
