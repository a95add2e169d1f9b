//! A request's wishes over its session's defaults.

use std::sync::Arc;

use sortie_http::Origin;
use sortie_policy::{Home, Netrc, Policy, Timeouts};

use crate::arguments::{Hop, Limits, Rest};
use crate::check::unusable_proxy;
use crate::entries::{Entries, Entry, Laid, same_field, same_param};
use crate::{Arguments, Error, ErrorKind, Profile, Setting};

/// The header fields that are asked for: the defaults, the session's, the request's. Host is not among the defaults.
pub(crate) fn headers<'a>(profile: &'a Profile, rest: Option<&'a Rest>) -> Vec<Laid<'a>> {
    let own = rest.map_or(&[][..], |rest| rest.headers.as_slice());
    if rest.is_some_and(|rest| rest.merged) {
        return own.iter().map(Laid::from).collect();
    }
    let mut list = Vec::with_capacity(3 + profile.headers.as_slice().len() + own.len());
    list.extend(profile.user_agent.as_deref().map(|agent| Laid::default("User-Agent", agent)));
    list.push(Laid::default("Accept-Encoding", sortie_content::ACCEPT_ENCODING));
    list.push(Laid::default("Accept", "*/*"));
    match rest.is_some_and(|rest| rest.hop == Hop::Away) {
        true => {
            let is_shown = |entry: &&Entry| !entry.sensitive && !profile.credentials.holds(&entry.name);
            lay(&mut list, profile.headers.as_slice().iter().filter(is_shown), same_field);
        }
        false => lay(&mut list, profile.headers.as_slice(), same_field),
    }
    lay(&mut list, own, same_field);
    list
}

/// The query parameters that are added: the session's, the request's.
pub(crate) fn params<'a>(profile: &'a Profile, rest: Option<&'a Rest>) -> Vec<Laid<'a>> {
    let own = rest.map_or(&[][..], |rest| rest.params.as_slice());
    if rest.is_some_and(|rest| rest.merged) {
        return own.iter().map(Laid::from).collect();
    }
    let mut list = match rest.is_some_and(|rest| rest.hop != Hop::First) {
        true => Vec::new(),
        false => profile.params.as_slice().iter().map(Laid::from).collect(),
    };
    lay(&mut list, own, same_param);
    list
}

/// The arguments with the session's header fields and parameters merged in, for an `args` hook to see.
pub(crate) fn arguments(profile: &Profile, mut arguments: Arguments) -> Arguments {
    let keep = |list: Vec<Laid<'_>>| list.iter().map(Entry::from).collect::<Entries>();
    let headers = keep(headers(profile, arguments.rest()));
    let params = keep(params(profile, arguments.rest()));
    let rest = arguments.change();
    (rest.headers, rest.params, rest.merged) = (headers, params, true);
    arguments
}

/// The policy of a request that says something about it, over the session's.
pub(crate) fn policy(
    profile: &Profile,
    session: &Arc<Policy>,
    rest: &Rest,
    origin: &Arc<Origin>,
) -> Result<Arc<Policy>, Error> {
    let Rest { limits, cookies, proxies, channel, home, upgrade, auth, sending, .. } = rest;
    let has_way = proxies.is_some() || channel.is_some() || home.is_some();
    let is_usual = *limits == Limits::default() && cookies.is_empty() && !has_way && sending.is_usual();
    if is_usual && !upgrade && !matches!(auth, Setting::Removed) {
        return Ok(session.clone());
    }
    let mut policy = Policy::clone(session);
    let timeouts = &mut policy.timeouts;
    timeouts.connect = limits.connect.over(timeouts.connect);
    timeouts.resolve = limits.resolve.over(timeouts.resolve);
    timeouts.proxy = limits.proxy.over(timeouts.proxy);
    timeouts.tls = limits.tls.over(timeouts.tls);
    timeouts.first_byte = limits.first_byte.over(timeouts.first_byte);
    timeouts.between_bytes = limits.between_bytes.over(timeouts.between_bytes);
    timeouts.queue = limits.queue.over(timeouts.queue);
    timeouts.total = limits.total.over(timeouts.total);
    check_timeouts(timeouts)?;
    policy.redirects.follow = limits.redirects.unwrap_or(policy.redirects.follow);
    policy.redirects.limit = limits.redirect_limit.unwrap_or(policy.redirects.limit);
    policy.redirects.decide = limits.decide.clone().over(policy.redirects.decide.take());
    policy.redirects.referer = limits.referer.unwrap_or(policy.redirects.referer);
    if let Some(retries) = &limits.retries {
        policy.retries = retries.clone();
    }
    policy.max_content = limits.max_content.over(policy.max_content);
    policy.resend = limits.resend.unwrap_or(policy.resend);
    policy.upgrade = *upgrade;
    policy.expect = sending.expect()?;
    policy.counted = sending.upload.is_some();
    if has_way {
        let proxies =
            proxies.as_ref().map(Result::as_ref).transpose().map_err(|fault| unusable_proxy(fault.clone()))?;
        let home = home.as_ref().map(|(channel, named)| Home {
            origin: named.as_ref().unwrap_or(origin).clone(),
            channel: channel.clone(),
            direct: proxies.is_none(),
        });
        policy.way = profile.way(proxies, channel.as_ref(), home)?;
    }
    if matches!(auth, Setting::Removed) {
        policy.netrc = Netrc::default();
    }
    if !cookies.is_empty() {
        policy.cookies = Some(cookie_pairs(cookies)?.into());
    }
    Ok(Arc::new(policy))
}

/// Fails where one of them is zero.
pub(crate) fn check_timeouts(timeouts: &Timeouts) -> Result<(), Error> {
    timeouts.check().map_err(|source| {
        Error::new(ErrorKind::InvalidArgument).with_message("a timeout makes no sense").with_source(source)
    })
}

/// Lays `over` on top of `list`.
///
/// The first entry of a name takes the place of the first below it, and the others below it go; entries that repeat a
/// name, and new ones, are put last. What is taken away stays as an entry without a value.
fn lay<'a>(
    list: &mut Vec<Laid<'a>>,
    over: impl IntoIterator<Item = &'a Entry, IntoIter: Clone>,
    same: impl Fn(&str, &str) -> bool,
) {
    let below = list.len();
    let over = over.into_iter();
    for (index, entry) in over.clone().enumerate() {
        let entry_laid = Laid::from(entry);
        let repeats = over.clone().take(index).any(|earlier| same(&earlier.name, &entry.name));
        let mut replaced = false;
        if !repeats {
            for lower in list[..below].iter_mut().filter(|lower| same(lower.name, &entry.name)) {
                *lower = match replaced {
                    false => entry_laid,
                    true => Laid { value: None, ..entry_laid },
                };
                replaced = true;
            }
        }
        if !replaced {
            list.push(entry_laid);
        }
    }
}

/// Cookies as the Cookie field has them (RFC 6265bis, section 4.2.1).
fn cookie_pairs(cookies: &[(Box<str>, Box<str>)]) -> Result<String, Error> {
    let is_fit = |text: &str| !text.contains(|c: char| c == ';' || c.is_control()) && text.trim() == text;
    let mut pairs = String::new();
    for (name, value) in cookies {
        if name.is_empty() || name.contains('=') || !is_fit(name) || !is_fit(value) {
            let name = name.escape_debug().take(100).collect::<String>();
            return Err(Error::new(ErrorKind::InvalidArgument).with_message(format!("invalid cookie `{name}`")));
        }
        if !pairs.is_empty() {
            pairs.push_str("; ");
        }
        pairs.extend([&**name, "=", &**value]);
    }
    Ok(pairs)
}
