"""Header fields: their order, the defaults, what may stand in them."""

from .case import case, get, post, refused, step

case(
    "headers",
    "where nothing is asked for",
    get("/p"),
    strict=True,
    because="connections persist by themselves (RFC 9112, section 9.3)",
    differs={"sent connection": ("keep-alive", None)},
)
case(
    "headers",
    "with a form, credentials and a cookie",
    post("/p", headers=[["X-One", "1"]], body={"form": [["a", "1"]]}, auth={"basic": ["u", "p"]}, cookies=[["c", "1"]]),
    strict=True,
    because="what the client adds behind the caller's has another order; nobody may rely on it (RFC 9110, section 5.3)",
    differs={
        "sent connection": ("keep-alive", None),
        "sent order": (
            "Host, User-Agent, Accept-Encoding, Accept, X-One, Cookie, Content-Length, Content-Type, Authorization",
            "Host, User-Agent, Accept-Encoding, Accept, X-One, Content-Type, Content-Length, Authorization, Cookie",
        ),
    },
)
case("headers", "the caller's order and case", get("/p", headers=[["x-b", "1"], ["X-A", "2"], ["x-C", "3"]]))
OVER = [["x-a", "1"], ["accept", "text/html"], ["User-Agent", "me"]]
case("headers", "a default that is overridden keeps its place", get("/p", headers=OVER))
SESSION = {"headers": [["x-a", "1"], ["x-b", "2"]]}
case("headers", "the session's, then the request's", get("/p", headers=[["x-c", "3"], ["X-A", "4"]]), session=SESSION)
case("headers", "None takes the session's away, in any case", get("/p", headers=[["X-A", None]]), session=SESSION)
case("headers", "a default of the session's", get("/p"), session={"headers": [["User-Agent", "me"]]})
case("headers", "no Accept", get("/p", headers=[["Accept", None]]))
for name, field, value in [
    ("no User-Agent", "User-Agent", "python-urllib3/DEFAULT"),
    ("no Accept-Encoding", "Accept-Encoding", "identity"),
]:
    because = "unset is not sent at all, also not by a lower floor"
    differs = {f"sent {field.lower()}": (value, None)}
    case("headers", name, get("/p", headers=[[field, None]]), because=because, differs=differs)
case(
    "headers",
    "a Host of the caller's",
    get("/p", headers=[["Host", "other.test"]]),
    because="Host goes first (RFC 9110, section 7.2)",
    differs={
        "sent order": ("User-Agent, Accept-Encoding, Accept, Host", "Host, User-Agent, Accept-Encoding, Accept"),
    },
)
TYPE = [["content-type", "text/x"]]
case("headers", "a Content-Type of the caller's", post("/p", headers=TYPE, body={"form": [["a", "1"]]}))
case("headers", "a Content-Length that is right", post("/p", headers=[["Content-Length", "1"]], body={"text": "a"}))

for name, field in {
    "an empty value": ["X-A", ""],
    "a tab within": ["X-A", "a\tb"],
    "a blank before": ["X-A", " a"],
    "a line break": ["X-A", "a\r\nX-B: c"],
    "a line break before a blank": ["X-A", "a\r\n b"],
    "a colon in the name": ["X:A", "a"],
    "an empty name": ["", "a"],
    "a line break in the name": ["X\nA", "a"],
}.items():
    case("headers", name, get("/p", headers=[field]))
for name, field in {
    "a blank behind": ["X-A", "a "],
    "NUL": ["X-A", "a\x00b"],
    "a control character": ["X-A", "a\x01b"],
    "a blank in the name": ["X A", "a"],
}.items():
    because = "no field is like that (RFC 9110, section 5)"
    case("headers", name, get("/p", headers=[field]), because=because, differs=refused("invalid header"))
case(
    "headers",
    "other letters in the name",
    get("/p", headers=[["X-é", "a"]]),
    because="it is an invalid header like any other",
    differs={"answer outcome": ("UnicodeEncodeError", "invalid header")},
)
case(
    "headers",
    "letters of Latin-1",
    get("/p", headers=[["X-A", "é"]]),
    because="text is UTF-8",
    differs={"sent x-a": ("é", "é".encode().decode("latin-1"))},
)
case(
    "headers",
    "letters beyond Latin-1",
    get("/p", headers=[["X-A", "→"]]),
    because="text is UTF-8",
    differs={"answer outcome": ("UnicodeEncodeError", "200 OK"), "sent line": (None, "GET /p")},
)
for name, field, outcome in [
    ("a Content-Length that is wrong", ["Content-Length", "7"], "200 OK"),
    ("a Transfer-Encoding of the caller's", ["Transfer-Encoding", "chunked"], "400 Ambiguous"),
]:
    because = "it would say something else than what is sent: requests are smuggled like that"
    differs = refused("invalid header", "POST /p", outcome)
    case("headers", name, post("/p", headers=[field], body={"text": "a"}), because=because, differs=differs)

for method in ["GET", "HEAD", "POST", "PUT", "PATCH"]:
    case("no body", method, step(method, "/p"))
for method in ["DELETE", "OPTIONS", "PURGE"]:
    because = "where a body means nothing, none is announced (RFC 9110, section 8.6)"
    case("no body", method, step(method, "/p"), because=because, differs={"sent content-length": ("0", None)})
case(
    "no body",
    "a method in small letters",
    step("get", "/p"),
    because="methods are case-sensitive (RFC 9110, section 9.1)",
    differs={"sent line": ("GET /p", "get /p")},
)
