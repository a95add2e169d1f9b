//! Documents that are always the same.

use bytes::Bytes;
use serde_json::json;

use crate::answer::{self, Answer};
use crate::content::Content;

const SMALL: &[u8; 100] =
    b"One hundred octets of text, so that a bench measures the way to a server and back, not what it says.";

const UTF8: &str = "<!doctype html>
<meta charset=\"utf-8\">
<title>Letters</title>
<p>Français, Ελληνικά, русский, עברית, العربية, हिन्दी, ไทย, 日本語, 한국어
<p>∀x ∈ ℝ: ⌈x⌉ = −⌊−x⌋ · 1 € · “quoted” · 🕊
";

const HTML: &str = "<!doctype html>
<html lang=\"en\">
<head><meta charset=\"utf-8\"><title>Out and back</title></head>
<body>
<h1>Out and back</h1>
<p>A sortie goes out with a question &amp; comes home with an answer. It is <em>one</em> of many.</p>
<ol><li>ask</li><li>wait</li><li>read</li></ol>
</body>
</html>
";

/// `/small`: 100 octets.
pub(crate) fn small() -> Answer {
    answer::typed("text/plain", Content::Whole(Bytes::from_static(SMALL)))
}

/// `/json`: objects, arrays, each kind of scalar.
pub(crate) fn json() -> Answer {
    answer::json(&json!({
        "slideshow": {
            "title": "How a batch comes home",
            "author": "The sortie authors",
            "pages": 2,
            "ratio": 1.5,
            "draft": false,
            "sponsor": null,
            "slides": [
                { "title": "Out", "items": [] },
                { "title": "Back", "items": ["in <em>order</em>", "none lost"] },
            ],
        },
    }))
}

/// `/html`: a short page.
pub(crate) fn html() -> Answer {
    answer::typed("text/html; charset=utf-8", Content::Whole(Bytes::from_static(HTML.as_bytes())))
}

/// `/encoding/utf8`: a page in several scripts.
pub(crate) fn utf8() -> Answer {
    answer::typed("text/html; charset=utf-8", Content::Whole(Bytes::from_static(UTF8.as_bytes())))
}
