//! The gate of an origin: a server that asks for time is left alone, and only that one.

use sortie_http::{Headers, StatusCode};
use sortie_log::What;

use crate::engine::Engine;
use crate::origin::OriginId;
use crate::table::Name;
use crate::{CallId, Time};

impl Engine {
    /// A response is here: 429 and 503 with Retry-After hold the calls to its origin that were not sent yet
    /// (RFC 9110, section 10.2.3; RFC 6585, section 4).
    pub(crate) fn heed(&mut self, id: CallId, status: StatusCode, headers: &Headers, now: Time) {
        let Some(most) = self.limits.gate else { return };
        if status != StatusCode::TOO_MANY_REQUESTS && status != StatusCode::SERVICE_UNAVAILABLE {
            return;
        }
        let Some(wait) = sortie_policy::retry_after(headers, self.wall(now)) else { return };
        let until = now.after(wait.min(most));
        let Some(call) = self.calls.get(id) else { return };
        let (origin, told) = (call.origin, call.policy.told);
        let Some(route) = self.origins.get_mut(origin) else { return };
        if route.held_until.is_some_and(|held| held >= until) {
            return;
        }
        route.held_until = Some(until);
        self.gate_deadlines.set(origin.slot().index, until.0);
        if told {
            let what = What::Held { origin: route.road.origin.to_string().into(), wait: until.since(now) };
            self.tell(id, what, now);
        }
    }

    /// Whether calls to this origin have to wait.
    pub(crate) fn is_held(&self, origin: OriginId, now: Time) -> bool {
        self.limits.gate.is_some()
            && self.origins.get(origin).and_then(|route| route.held_until).is_some_and(|until| until > now)
    }

    /// Opens the gates whose time has come.
    pub(crate) fn open_gates(&mut self, now: Time) {
        while let Some(index) = self.gate_deadlines.pop(now.0) {
            let Some(origin) = self.origins.name_at(index) else { continue };
            let Some(route) = self.origins.get_mut(origin) else { continue };
            match route.held_until {
                Some(until) if until > now => self.gate_deadlines.set(index, until.0),
                _ => {
                    route.held_until = None;
                    self.dispatch(origin, now);
                    self.origins.forget_unused(origin);
                }
            }
        }
    }
}
