//! Names whose values are nobody's business.

/// Whether the value of a query parameter or header field of this name is likely a secret.
///
/// Case, punctuation and a number at the end do not matter: `api_key`, `apiKey`, `X-Api-Key`, `token[0]` and
/// `password2` all are. The list errs on the side of silence: it is meant for logs, where hiding a harmless `code=DE`
/// costs little. It holds, among others, `authorization`, `proxy-authorization`, `cookie`, `set-cookie`, `x-api-key`,
/// `api-key`, `x-auth-*`, `*-token`, `*-secret`, `key`, `auth`, `password`, `passwd`, `pwd`, `sig`, `signature`,
/// `code` and `session`.
///
/// ```
/// use sortie_log::is_secret_name;
///
/// assert!(is_secret_name("X-Auth-User") && is_secret_name("access_token") && is_secret_name("Set-Cookie"));
/// assert!(!is_secret_name("Accept") && !is_secret_name("keyword") && !is_secret_name("author"));
/// ```
pub fn is_secret_name(name: &str) -> bool {
    let letters: String = name.chars().filter(|char| char.is_alphanumeric()).collect();
    let name = letters.trim_end_matches(|char: char| char.is_ascii_digit()).to_ascii_lowercase();
    WHOLE.contains(&name.as_str()) || name.starts_with(BEGINNING) || ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Names that are secret as they stand.
const WHOLE: &[&str] = &[
    "auth",
    "bearer",
    "code",
    "codeverifier",
    "jwt",
    "key",
    "oauthverifier",
    "otp",
    "pass",
    "passphrase",
    "pwd",
    "samlrequest",
    "samlresponse",
    "session",
    "sid",
    "sig",
    "ticket",
];

/// `X-Auth-Token`, `X-Auth-User` and their kin.
const BEGINNING: &str = "xauth";

/// How other names of secrets end, whatever stands before.
const ENDINGS: &[&str] = &[
    "accesskey",
    "accesskeyid",
    "apikey",
    "assertion",
    "authkey",
    "authorization",
    "clientkey",
    "cookie",
    "credential",
    "credentials",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "secretkey",
    "sessid",
    "sessionid",
    "sessionkey",
    "signature",
    "subscriptionkey",
    "token",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_names_of_secrets_are_known_in_any_dress() {
        for name in [
            "token",
            "access_token",
            "refreshToken",
            "X-CSRF-Token",
            "api_key",
            "apikey",
            "API-KEY",
            "x-api-key",
            "key",
            "secret",
            "client_secret",
            "x-client-secret",
            "password",
            "user[password]",
            "password2",
            "passwd",
            "pwd",
            "sig",
            "signature",
            "X-Amz-Signature",
            "X-Amz-Credential",
            "AWSAccessKeyId",
            "auth",
            "code",
            "session",
            "session_id",
            "PHPSESSID",
            "jsessionid",
            "Authorization",
            "proxy-authorization",
            "Cookie",
            "set-cookie",
            "X-Auth-Whatever",
            "token[]",
        ] {
            assert!(is_secret_name(name), "{name}");
        }
    }

    #[test]
    fn harmless_names_stay_readable() {
        let harmless =
            ["", "[]", "q", "page", "keyword", "monkey", "author", "encode", "status_code", "accept", "host"];
        for name in harmless {
            assert!(!is_secret_name(name), "{name}");
        }
    }
}
