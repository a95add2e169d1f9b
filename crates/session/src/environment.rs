//! What the environment says, read once.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use sortie_policy::{Netrc, Proxies};

/// What the environment says: it holds where a program says nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Environment {
    /// Which proxies requests go through: see [`Proxies::from_environment`].
    pub proxies: Proxies,
    /// The variables that cannot be used, and why: see [`Proxies::from_environment`].
    pub faults: Vec<sortie_policy::Error>,
    /// Whose name and password a host is told: the file that `NETRC` names, else `.netrc` or `_netrc` in the home folder.
    pub netrc: Netrc,
    /// What is wrong with that file, one clause each: it cannot be read, others may read it, a line is damaged.
    pub warnings: Vec<Box<str>>,
}

/// A file as it was found.
#[derive(Debug)]
pub struct Found {
    /// What it says.
    pub text: String,
    /// Whether others than its owner may read it.
    pub open_to_others: bool,
}

/// What the environment of this process says, as it was when this was first asked.
///
/// A variable or file that is changed later changes nothing. A value that is no UTF-8 is read with what is none replaced, and so
/// can hardly be used.
pub fn environment() -> &'static Environment {
    static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| Environment::read(variable, file))
}

impl Environment {
    /// What an environment says whose variables `lookup` knows; it gives `None` for one that is not set. `open` reads a file.
    ///
    /// ```
    /// use sortie_session::Environment;
    ///
    /// let environment = Environment::read(
    ///     |name| (name == "all_proxy").then(|| "gopher://proxy.test".into()),
    ///     |_| Err(std::io::ErrorKind::NotFound.into()),
    /// );
    /// assert_eq!(environment.faults.len(), 1);
    /// assert_eq!(environment.faults[0].to_string(), "cannot use the environment variable all_proxy");
    /// ```
    pub fn read(lookup: impl Fn(&str) -> Option<String>, open: impl Fn(&Path) -> io::Result<Found>) -> Self {
        let (proxies, faults) = Proxies::from_environment(&lookup);
        let (netrc, warnings) = netrc(lookup, open);
        Environment { proxies, faults, netrc, warnings }
    }
}

/// The first netrc file that is there, and what is wrong with it.
fn netrc(lookup: impl Fn(&str) -> Option<String>, open: impl Fn(&Path) -> io::Result<Found>) -> (Netrc, Vec<Box<str>>) {
    let named = lookup("NETRC").filter(|name| !name.is_empty());
    let is_named = named.is_some();
    let places = match (named, lookup("HOME").filter(|home| !home.is_empty())) {
        (Some(named), _) => vec![PathBuf::from(named)],
        (None, Some(home)) => [".netrc", "_netrc"].map(|name| Path::new(&home).join(name)).to_vec(),
        (None, None) => Vec::new(),
    };
    for place in places {
        let shown = place.display();
        match open(&place) {
            Ok(found) => {
                let (netrc, faults) = Netrc::parse(&found.text);
                let open = found.open_to_others.then(|| format!("{shown} holds passwords and can be read by others"));
                let damaged = faults.iter().map(|fault| format!("{shown}: {fault}"));
                return (netrc, open.into_iter().chain(damaged).map(Into::into).collect());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_named => {}
            Err(error) => return (Netrc::default(), vec![format!("cannot read {shown}: {error}").into()]),
        }
    }
    (Netrc::default(), Vec::new())
}

fn file(path: &Path) -> io::Result<Found> {
    // A file that is no UTF-8 is read with what is none replaced.
    let text = String::from_utf8_lossy(&fs::read(path)?).into_owned();
    Ok(Found { text, open_to_others: is_open_to_others(path)? })
}

#[cfg(unix)]
fn is_open_to_others(path: &Path) -> io::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(fs::metadata(path)?.mode() & 0o077 != 0)
}

#[cfg(not(unix))]
fn is_open_to_others(_: &Path) -> io::Result<bool> {
    Ok(false)
}

#[expect(clippy::disallowed_methods, reason = "the one place where the environment is read")]
fn variable(name: &str) -> Option<String> {
    std::env::var_os(name).map(|value| value.to_string_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use std::ptr;

    use sortie_http::Url;

    use super::*;

    #[test]
    fn proxies_and_faults_are_read() {
        let variables = |name: &str| match name {
            "https_proxy" => Some("http://proxy.test:3128".into()),
            "http_proxy" => Some("http://proxy.test:port".into()),
            _ => None,
        };
        let environment = Environment::read(variables, |_| Err(io::ErrorKind::NotFound.into()));
        let through = |url| match environment.proxies.choose(Url::parse(url).unwrap().origin()) {
            Ok(proxy) => Ok(proxy.unwrap().to_string()),
            Err(fault) => Err(fault.to_string()),
        };
        assert_eq!(through("https://a.test/"), Ok("http://proxy.test:3128".into()));
        assert_eq!(through("http://a.test/"), Err("cannot use the environment variable http_proxy".into()));
        let faults: Vec<String> = environment.faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["cannot use the environment variable http_proxy"]);
    }

    /// What is read of files, where these variables are set.
    fn of_files(variables: &[(&str, &str)], files: &[(&str, &str)], open_to_others: bool) -> Environment {
        let lookup = |name: &str| variables.iter().find(|(it, _)| *it == name).map(|(_, value)| (*value).to_owned());
        Environment::read(lookup, |path| {
            let found = files.iter().find(|(it, _)| Path::new(it) == path);
            let (_, text) = found.ok_or(io::ErrorKind::NotFound)?;
            Ok(Found { text: (*text).to_owned(), open_to_others })
        })
    }

    fn login(environment: &Environment) -> Option<(&str, &str)> {
        environment.netrc.lookup(Url::parse("http://h.test/").unwrap().host())
    }

    #[test]
    fn netrc_is_read_at_home_or_where_the_variable_says() {
        let entry = |user: &str| format!("machine h.test login {user} password p");
        let (home, other) = (entry("home"), entry("other"));
        let files = [("/u/.netrc", &*home), ("/elsewhere", &*other)];
        assert_eq!(login(&of_files(&[("HOME", "/u")], &files, false)), Some(("home", "p")));
        assert_eq!(login(&of_files(&[("HOME", "/u"), ("NETRC", "/elsewhere")], &files, false)), Some(("other", "p")));
        assert_eq!(login(&of_files(&[("HOME", "/v")], &[("/v/_netrc", &*home)], false)), Some(("home", "p")));
        assert_eq!(login(&of_files(&[], &files, false)), None);
    }

    #[test]
    fn what_is_wrong_with_a_netrc_file_is_told_without_its_secrets() {
        let files = [("/u/.netrc", "machine h.test login u password 5ecret\nnonsense\n")];
        let environment = of_files(&[("HOME", "/u")], &files, true);
        assert_eq!(login(&environment), Some(("u", "5ecret")));
        let warnings = environment.warnings.join("; ");
        assert!(warnings.starts_with("/u/.netrc holds passwords and can be read by others; /u/.netrc: "), "{warnings}");
        assert!(!warnings.contains("5ecret") && !format!("{environment:?}").contains("5ecret"));
        let gone = of_files(&[("NETRC", "/gone")], &[], false);
        assert_eq!(gone.warnings.len(), 1, "a file that was named is missed");
        assert!(of_files(&[("HOME", "/u")], &[], false).warnings.is_empty());
    }

    #[test]
    fn the_environment_is_read_once() {
        assert!(ptr::eq(environment(), environment()));
    }

    #[test]
    fn a_variable_is_read_and_one_that_is_not_set_is_none() {
        assert!(variable("PATH").is_some_and(|path| !path.is_empty()));
        assert_eq!(variable("SORTIE_NO_SUCH_VARIABLE"), None);
    }
}
