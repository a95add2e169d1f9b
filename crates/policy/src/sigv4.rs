//! AWS Signature Version 4, in header fields.
//!
//! ```text
//! method, path, query, fields, hash of the body ──► canonical request ─ hash ┐
//! access key, day, region, service ──► scope ────────────────────────────────┼─► text ─┐
//! secret key ─ HMAC of day, region, service ──► signing key ─────────────────┘         ▼
//!                                                                     HMAC ──► signature ──► Authorization
//! ```

use std::error::Error as StdError;
use std::fmt;
use std::time::SystemTime;

use hmac::digest::InvalidLength;
use hmac::{Hmac, Mac};
use sha2::{Digest, Sha256};
use sortie_http::{Headers, PreparedRequest};

use crate::AuthScheme;
use crate::canonical::{self, Fields, PathForm, hex};

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
const DATE: &str = "X-Amz-Date";
const HASH: &str = "X-Amz-Content-Sha256";
const TOKEN: &str = "X-Amz-Security-Token";
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// What signs with the names of S3 does as S3 does.
const S3: &[&str] = &["s3", "s3-object-lambda", "s3-outposts", "s3express"];

/// Signs requests as Amazon's services and those that follow them ask for (AWS Signature Version 4).
///
/// Signed are the method, the path, the query, the body, and of the header fields Host, Content-Type and all `X-Amz-*`,
/// further ones where [`sign_header`](Self::sign_header) names them. Set are Authorization, X-Amz-Date, with a
/// [token](Self::session_token) X-Amz-Security-Token, and for S3 X-Amz-Content-Sha256. For other services that field is
/// set only where the request has one already, or where the body is [not signed](Self::unsigned_payload).
///
/// A body that is not in memory is not signed for S3: what stands in for its hash is `UNSIGNED-PAYLOAD`. A caller who
/// knows the hash says it, in hexadecimal, in the request's X-Amz-Content-Sha256; this holds for any service, and without
/// it any but S3 gets [`SigV4Fault::Body`].
///
/// A `+` in a query is taken for a blank, as forms have it. S3 is told by its name as a service: `s3`,
/// `s3-object-lambda`, `s3-outposts` or `s3express`.
///
/// `Debug` shows region and service and nothing else.
#[derive(Clone)]
pub struct SigV4 {
    access_key: Box<str>,
    secret_key: Box<str>,
    token: Option<Box<str>>,
    region: Box<str>,
    service: Box<str>,
    payload: Payload,
    path: PathForm,
    /// Further fields that are signed.
    named: Vec<Box<str>>,
}

/// Why a request cannot be signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SigV4Fault {
    /// The body is not in memory, so that its hash is not known.
    Body,
    /// The time is none that a signature can tell: before 1970, or past the year 9999.
    Time,
}

/// What of a body is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Payload {
    Signed,
    Unsigned,
}

impl SigV4 {
    /// Signs with these keys for a service in a region: `s3` in `eu-central-1`.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use sortie_http::{Body, Headers, Method, PreparedRequest, Url};
    /// use sortie_policy::{AuthScheme, SigV4};
    ///
    /// let url = Url::parse("https://example.amazonaws.com/")?;
    /// let request = PreparedRequest::new(Method::GET, url, Headers::new(), Body::none());
    /// let scheme = SigV4::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service");
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    /// let fields = scheme.authorize(&request, now).unwrap();
    /// assert_eq!(fields.get("X-Amz-Date"), Some("20150830T123600Z"));
    /// assert!(fields.get("Authorization").unwrap().ends_with("aae1d763fbf31"));
    /// # Ok::<(), sortie_http::Error>(())
    /// ```
    pub fn new(
        access_key: impl Into<Box<str>>,
        secret_key: impl Into<Box<str>>,
        region: impl Into<Box<str>>,
        service: impl Into<Box<str>>,
    ) -> Self {
        let service = service.into();
        SigV4 {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            token: None,
            region: region.into(),
            path: if S3.contains(&&*service) { PathForm::Once } else { PathForm::Twice },
            service,
            payload: Payload::Signed,
            named: Vec::new(),
        }
    }

    /// The token that belongs to keys which hold for a while only. Default: none.
    pub fn session_token(mut self, token: impl Into<Box<str>>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Whether bodies are left out of the signature, so that whoever stands in between could change them. Default: no.
    ///
    /// S3 takes this over TLS, few other services do at all.
    pub fn unsigned_payload(mut self, unsigned: bool) -> Self {
        self.payload = if unsigned { Payload::Unsigned } else { Payload::Signed };
        self
    }

    /// Signs the fields of that name too, where a request has any. Cookie and Authorization never are.
    ///
    /// Nothing between here and the service may change them then, as proxies do with Connection or User-Agent.
    pub fn sign_header(mut self, name: impl Into<Box<str>>) -> Self {
        self.named.push(name.into());
        self
    }

    fn is_s3(&self) -> bool {
        S3.contains(&&*self.service)
    }

    /// Whether fields of that name are signed as the request has them.
    fn signs(&self, name: &str) -> bool {
        let is = |other: &str| name.eq_ignore_ascii_case(other);
        let is_own = || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"));
        let is_never = || ["host", "authorization", "cookie"].into_iter().any(is);
        is("content-type") || is_own() || (self.named.iter().any(|other| is(other)) && !is_never())
    }

    /// What the signature says of a body; `None` is one that is not in memory, of which a hash may be `given`.
    fn hash(&self, body: Option<&[u8]>, given: Option<&str>) -> Result<String, SigV4Fault> {
        match (self.payload, body, given) {
            (Payload::Unsigned, _, _) => Ok(UNSIGNED.to_owned()),
            (Payload::Signed, Some(bytes), _) => Ok(hex(&Sha256::digest(bytes))),
            (Payload::Signed, None, Some(given)) => Ok(given.to_owned()),
            (Payload::Signed, None, None) if self.is_s3() => Ok(UNSIGNED.to_owned()),
            (Payload::Signed, None, None) => Err(SigV4Fault::Body),
        }
    }

    /// The key for one day, in one region, for one service.
    fn signing_key(&self, day: &str) -> Result<Vec<u8>, InvalidLength> {
        let secret = format!("AWS4{}", self.secret_key).into_bytes();
        [day, &self.region, &self.service, "aws4_request"].into_iter().try_fold(secret, |key, part| hmac(&key, part))
    }
}

impl AuthScheme for SigV4 {
    fn authorize(
        &self,
        request: &PreparedRequest,
        now: SystemTime,
    ) -> Result<Headers, Box<dyn StdError + Send + Sync>> {
        let (day, clock) = moment(now).ok_or(SigV4Fault::Time)?;
        let time = format!("{day}T{clock}Z");
        let body = match request.body() {
            body if body.is_none() => Some(&[][..]),
            body => body.as_bytes().map(|bytes| &bytes[..]),
        };
        let given = request.headers().get(HASH);
        let hash = self.hash(body, given)?;

        let mut own = Headers::new();
        own.append(DATE, &time)?;
        if self.is_s3() || self.payload == Payload::Unsigned || given.is_some() {
            own.append(HASH, &hash)?;
        }
        if let Some(token) = &self.token {
            own.set_sensitive(TOKEN, token)?;
        }

        let host = request.headers().get("Host").unwrap_or(request.url().origin().authority());
        let others = request.headers().iter().filter(|(name, _)| self.signs(name) && !own.contains(name));
        let fields = Fields::new(others.chain(&own).chain([("host", host)]));
        let (method, names) = (request.method(), fields.names());
        let path = canonical::path(request.url().path(), self.path);
        let query = canonical::query(request.url().query().unwrap_or_default());
        let canonical = format!("{method}\n{path}\n{query}\n{}\n{names}\n{hash}", fields.lines());

        let scope = format!("{day}/{}/{}/aws4_request", self.region, self.service);
        let text = format!("{ALGORITHM}\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let signature = self.signing_key(&day).and_then(|key| hmac(&key, &text));
        let signature = hex(&signature.map_err(|fault| fault.to_string())?);
        let access_key = &self.access_key;
        let value =
            format!("{ALGORITHM} Credential={access_key}/{scope}, SignedHeaders={names}, Signature={signature}");
        own.set_sensitive("Authorization", &value)?;
        Ok(own)
    }
}

impl fmt::Debug for SigV4 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("SigV4");
        shown.field("region", &self.region).field("service", &self.service).finish_non_exhaustive()
    }
}

impl fmt::Display for SigV4Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SigV4Fault::Body => "cannot sign a body that is not in memory, say its hash in X-Amz-Content-Sha256",
            SigV4Fault::Time => "cannot sign at a time before 1970 or past the year 9999",
        })
    }
}

impl StdError for SigV4Fault {}

fn hmac(key: &[u8], text: &str) -> Result<Vec<u8>, InvalidLength> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key)?;
    mac.update(text.as_bytes());
    Ok(mac.finalize().into_bytes().to_vec())
}

/// Day and time of day in UTC, as eight and six digits.
fn moment(time: SystemTime) -> Option<(String, String)> {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let (mut year, mut day) = (1970, seconds / 86_400);
    while day >= days_of(year).iter().sum() {
        day -= days_of(year).iter().sum::<u64>();
        year += 1;
        if year > 9999 {
            return None;
        }
    }
    let mut month = 1;
    for days in days_of(year) {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    let (hours, minutes, seconds) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    Some((format!("{year}{month:02}{:02}", day + 1), format!("{hours:02}{minutes:02}{seconds:02}")))
}

/// How many days each month of a year has.
fn days_of(year: u64) -> [u64; 12] {
    let leaps = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    [31, if leaps { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use sortie_http::{Body, Method, Url};

    use super::*;

    /// The suite's paths are raw, and encoded once: S3 does that too, but signs one field more.
    #[test]
    fn the_published_paths_that_are_encoded_once_are_signed_as_published() {
        let cases = [
            ("/ሴ", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"),
            ("/example space/", "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741"),
            ("//example//", "87cca117541a147f6df867677d98a7d80dff226d2bfca9e4ffa899665623c7e5"),
        ];
        let scheme = SigV4 {
            path: PathForm::Once,
            ..SigV4::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1", "service")
        };
        for (path, signature) in cases {
            let url = Url::parse(&format!("https://example.amazonaws.com{path}")).unwrap();
            let request = PreparedRequest::new(Method::GET, url, Headers::new(), Body::none());
            let fields = scheme.authorize(&request, SystemTime::UNIX_EPOCH + Duration::from_secs(1_440_938_160));
            let value = fields.unwrap().get("Authorization").unwrap().to_owned();
            assert_eq!(value.rsplit('=').next(), Some(signature), "{path}");
        }
    }

    #[test]
    fn a_body_that_is_not_in_memory_is_signed_where_its_hash_is_known() {
        let scheme = |service: &str| SigV4::new("key", "secret", "us-east-1", service);
        assert_eq!(scheme("iam").hash(None, None), Err(SigV4Fault::Body));
        assert_eq!(scheme("iam").hash(None, Some("44ce")).as_deref(), Ok("44ce"));
        assert_eq!(scheme("s3").hash(None, Some("44ce")).as_deref(), Ok("44ce"));
        assert_eq!(scheme("s3").hash(None, None).as_deref(), Ok("UNSIGNED-PAYLOAD"));
        assert_eq!(scheme("iam").unsigned_payload(true).hash(None, None).as_deref(), Ok("UNSIGNED-PAYLOAD"));
    }

    #[test]
    fn days_are_counted_as_the_calendar_has_them() {
        let cases = [
            (0, "19700101T000000"),
            (68_169_599, "19720228T235959"),
            (68_169_600, "19720229T000000"),
            (68_256_000, "19720301T000000"),
            (951_782_400, "20000229T000000"),
            (1_704_067_199, "20231231T235959"),
            (1_735_603_199, "20241230T235959"),
            (1_735_689_599, "20241231T235959"),
            (4_107_542_399, "21000228T235959"),
            (4_107_542_400, "21000301T000000"),
            (253_402_300_799, "99991231T235959"),
        ];
        for (seconds, told) in cases {
            let (day, clock) = moment(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)).unwrap();
            assert_eq!(format!("{day}T{clock}"), told);
        }
        for seconds in [253_402_300_800, 1 << 40] {
            assert_eq!(moment(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds)), None);
        }
        assert_eq!(moment(SystemTime::UNIX_EPOCH - Duration::from_secs(1)), None);
    }
}
