//! What a client's handshake agreed upon, told to that client.

use serde_json::{Value, json};

use crate::answer::{self, Answer};
use crate::request::Request;

/// `/tls`: what the handshake agreed upon.
pub(crate) fn tls(request: &Request) -> Answer {
    answer::json(&match &request.visitor().secured {
        None => Value::Null,
        Some(secured) => json!({
            "version": secured.version,
            "cipher": secured.cipher,
            "alpn": secured.alpn,
            "server_name": secured.server_name,
            "resumed": secured.resumed,
            "client_certificates": secured.client_certificates,
        }),
    })
}
