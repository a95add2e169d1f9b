"""What is made of a response."""

from .case import case, escaped, fields, get

for status, reason in [
    (200, "OK"),
    (204, "No Content"),
    (304, "Not Modified"),
    (399, "Odd"),
    (400, "Bad Request"),
    (404, "Not Found"),
    (418, ""),
    (499, "Odd"),
    (500, "Internal Server Error"),
    (503, "Café"),
    (599, ""),
]:
    case("status", f"{status} {reason}".strip(), get(f"/status/{status}/{escaped(reason)}".rstrip("/")))
case(
    "status",
    "600 Odd",
    get("/status/600/Odd"),
    because="a status that is none is a server's fault (RFC 9110, section 15)",
    differs={
        "answer ok": ("True", "False"),
        "answer raised": (None, "600 Server Error: Odd for url: http://127.0.0.1:PORT/status/600/Odd"),
    },
)
URL = "127.0.0.1:PORT/status/404/Not%20Found?a=b"
case(
    "status",
    "a URL with userinfo",
    get("http://u:p@" + URL),
    because="userinfo is a secret, and not shown in a URL",
    differs={
        "answer url": ("http://u:p@" + URL, "http://" + URL),
        "answer raised": tuple(f"404 Client Error: Not Found for url: http://{it}{URL}" for it in ["u:p@", ""]),
    },
)
case(
    "fields",
    "one that is repeated",
    get(fields("X-Many:1", "X-Many:2")),
    because="`get` gives the first; `joined` is the list, `get_all` each",
    differs={"answer many": ("1, 2", "1")},
)


def text(name, kind, content, because=None, differs=None):
    content = content.encode() if isinstance(content, str) else content
    url = f"/text?hex={content.hex()}" + (f"&type={escaped(kind)}" if kind else "")
    case("text", name, get(url), because=because, differs={"answer text": differs} if differs else None)


text("UTF-8", "text/plain; charset=utf-8", "é")
text("Latin-1", "text/plain; charset=iso-8859-1", "é".encode("latin-1"))
text("Shift_JIS", "text/html; charset=Shift_JIS", "日本".encode("shift_jis"))
text("UTF-16", "text/plain; charset=utf-16", "é".encode("utf-16"))
text("a charset in quotes", 'text/plain; charset="utf-8"', "é")
text("an unknown charset", "text/plain; charset=none", "abc")
text("no type", None, "é")
text("JSON", "application/json", '{"a": "é"}')
text("bytes that are no UTF-8", "text/plain; charset=utf-8", b"a\xffb")
text("text without a charset", "text/plain", "é", "UTF-8 is what is meant today", ("Ã©", "é"))
text(
    "a byte order mark",
    "text/plain; charset=iso-8859-1",
    b"\xef\xbb\xbf\xc3\xa9",
    "the mark comes first (Encoding standard)",
    ("ï»¿Ã©", "é"),
)
text(
    "Windows-1252 by another name",
    "text/plain; charset=iso-8859-1",
    b"\x80",
    "names mean what the Encoding standard says",
    ("\x80", "€"),
)

for name, field in {
    "one": '</a>; rel="next"',
    "two": '</a>; rel=next, </b>; rel="last"; title="x, y"',
    "a comma in the target": '</a,b>; rel="next"',
    "no rel": "</a>",
    "two relations": '</a>; rel="next last"',
    "the same twice": "</a>; rel=next, </b>; rel=next",
}.items():
    case("links", name, get(fields("Link:" + field)))
case(
    "links",
    "a semicolon in quotes",
    get(fields('Link:</a>; title="x;y"; rel="next"')),
    because="RFC 8288, section 3",
    differs={"answer links": ("{'/a': '/a'}", "{'next': '/a'}")},
)
case(
    "links",
    "nonsense",
    get(fields("Link:nonsense")),
    because="it is no link (RFC 8288, section 3)",
    differs={"answer links": ("{'nonsense': 'nonsense'}", "{}")},
)
