//! Content that is read and not kept.

use flate2::Crc;
use http_body_util::BodyExt;
use hyper::Uri;
use hyper::body::Incoming;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::algorithm::hex;
use crate::answer::{self, Answer};
use crate::broken::Broken;
use crate::request;

/// What is made of the content as it passes.
enum Sum {
    Nothing,
    Crc32(Crc),
    Sha256(Sha256),
}

/// `/sink`: the length of the content, and its `?sum=`, `crc32` or `sha256`; fails only where it did not come.
pub(crate) async fn swallowed(uri: &Uri, mut body: Incoming) -> Result<Answer, Broken> {
    let mut sum = match request::argument(uri, "sum").as_deref() {
        None => Sum::Nothing,
        Some("crc32") => Sum::Crc32(Crc::new()),
        Some("sha256") => Sum::Sha256(Sha256::new()),
        Some(_) => return Ok(answer::bad("the sum is not crc32 or sha256")),
    };
    let mut length: u64 = 0;
    while let Some(frame) = body.frame().await {
        let Ok(piece) = frame?.into_data() else { continue };
        length += piece.len() as u64;
        match &mut sum {
            Sum::Nothing => {}
            Sum::Crc32(crc) => crc.update(&piece),
            Sum::Sha256(hash) => hash.update(&piece),
        }
    }
    let mut document = json!({ "length": length });
    match sum {
        Sum::Nothing => {}
        Sum::Crc32(crc) => document["crc32"] = Value::from(format!("{:08x}", crc.sum())),
        Sum::Sha256(hash) => document["sha256"] = Value::from(hex(&hash.finalize())),
    }
    Ok(answer::json(&document))
}
