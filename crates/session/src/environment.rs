//! What the environment says, read once.

use std::sync::OnceLock;

use sortie_policy::Proxies;

/// What the environment says: it holds where a program says nothing.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Environment {
    /// Which proxies requests go through: see [`Proxies::from_environment`].
    pub proxies: Proxies,
    /// The variables that cannot be used, and why: see [`Proxies::from_environment`].
    pub faults: Vec<sortie_policy::Error>,
}

/// What the environment of this process says, as it was when this was first asked.
///
/// A variable that is changed later changes nothing. A value that is no UTF-8 is read with what is none replaced, and so
/// can hardly be used.
pub fn environment() -> &'static Environment {
    static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();
    ENVIRONMENT.get_or_init(|| Environment::read(variable))
}

impl Environment {
    /// What an environment says whose variables `lookup` knows; it gives `None` for one that is not set.
    ///
    /// ```
    /// use sortie_session::Environment;
    ///
    /// let environment = Environment::read(|name| (name == "all_proxy").then(|| "gopher://proxy.test".into()));
    /// assert_eq!(environment.faults.len(), 1);
    /// assert_eq!(environment.faults[0].to_string(), "cannot use the environment variable all_proxy");
    /// ```
    pub fn read(lookup: impl Fn(&str) -> Option<String>) -> Self {
        let (proxies, faults) = Proxies::from_environment(lookup);
        Environment { proxies, faults }
    }
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
        let environment = Environment::read(|name| match name {
            "https_proxy" => Some("http://proxy.test:3128".into()),
            "http_proxy" => Some("http://proxy.test:port".into()),
            _ => None,
        });
        let through = |url| match environment.proxies.choose(Url::parse(url).unwrap().origin()) {
            Ok(proxy) => Ok(proxy.unwrap().to_string()),
            Err(fault) => Err(fault.to_string()),
        };
        assert_eq!(through("https://a.test/"), Ok("http://proxy.test:3128".into()));
        assert_eq!(through("http://a.test/"), Err("cannot use the environment variable http_proxy".into()));
        let faults: Vec<String> = environment.faults.iter().map(ToString::to_string).collect();
        assert_eq!(faults, ["cannot use the environment variable http_proxy"]);
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
