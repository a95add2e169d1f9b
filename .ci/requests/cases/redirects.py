"""Redirects: what is followed, by which method, with what."""

from .case import HERE, THERE, WWW, case, escaped, get, step, to

RFC = "RFC 9110, section 15.4: only POST turns into GET at 301 and 302"


def followed(status, method):
    """Requests turns each 302 into GET, and keeps the method of a 301 without its body."""
    has_body = method in ["POST", "PUT", "PATCH"]
    more = {"body": {"text": "body"}, "headers": [["Content-Type", "text/x"]]} if has_body else {}
    differs, reasons = {}, []
    becomes_get = status == 303 or (status in [301, 302] and method == "POST")
    if method in ["DELETE", "OPTIONS"]:
        reasons.append("no Content-Length: 0")
        differs["sent 1 content-length"] = ("0", None)
        if status in [307, 308]:
            differs["sent 2 content-length"] = ("0", None)
    if status == 302 and method in ["PUT", "PATCH", "DELETE", "OPTIONS"]:
        reasons.append(RFC)
        differs["sent 2 line"] = ("GET /p", f"{method} /p")
    if has_body and not becomes_get and status in [301, 302]:
        reasons.append("a method that is kept keeps its body")
        differs["sent 2 body"] = ("", "body")
        differs["sent 2 content-type"] = (None, "text/x")
        differs["sent 2 content-length"] = ("0" if status == 301 else None, "4")
    asked = step(method, f"/redirect/{status}?to=/p", redirects=True, **more)
    because = "; ".join(reasons) if reasons else None
    case("redirect", f"{status} of {method}", asked, because=because, differs=differs or None)


for status in [301, 302, 303, 307, 308]:
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]:
        followed(status, method)
for status in [300, 304, 305, 306]:
    case("redirect", f"{status} is not followed", to("/p", status))
case("redirect", "no Location", get("/redirect/302"))
case("redirect", "an empty Location", get("/redirect/302?to="))
case("redirect", "HEAD is not followed by itself", step("HEAD", "/redirect/302?to=/p"))
case("redirect", "a history of three", get("/redirect/302/3"))
case("redirect", "as many as are allowed", get("/redirect/302/3", max_redirects=3))
case("redirect", "more than are allowed", get("/redirect/302/3", max_redirects=2))
case("redirect", "none is allowed", get("/redirect/302/1", max_redirects=0))
case("redirect", "they are off", get("/redirect/302/1", redirects=False))

for name, location in {
    "a relative path": "p",
    "a path": "/p",
    "a query alone": "?a=1",
    "another host, no scheme": "//www.example.test:PORT/p",
    "raw UTF-8": "/é?ü",
    "a blank": "/a b",
    "a fragment of its own": "/p#new",
    "dots": "../../p",
    "an escape": "/a%2Fb",
    "a scheme in capitals": "HTTP://127.0.0.1:PORT/p",
}.items():
    case("Location", name, get(f"/redirect/302?to={escaped(location)}#old"))
case(
    "Location",
    "an empty fragment",
    get("/redirect/302?to=/p%23#old"),
    because="an empty fragment is one (RFC 9110, section 10.2.2)",
    differs={"answer url": (HERE + "/p#old", HERE + "/p#")},
)
for name, location in {"an unknown scheme": "gopher://h/p", "a port out of range": "http://127.0.0.1:99999/p"}.items():
    because = "the error says that it was a redirect's"
    case("Location", name, to(location), because=because, differs={"answer outcome": ("invalid URL", "Redirect")})
case(
    "Location",
    "no host",
    to("http:///p"),
    because="a URL without a host leads nowhere (RFC 9110, section 4.2.1)",
    differs={"answer outcome": ("200 OK", "Redirect"), "sent 2 line": ("GET /p", None)},
)

USER = {"basic": ["user", "pass"]}
SECRETS = [["Authorization", "mine"], ["Cookie", "a=1"], ["X-Api-Key", "k"], ["X-Plain", "1"]]
API_KEY = "a header that looks like a credential is one"
HOSTS = "User-Agent, Accept-Encoding, Accept, Host", "Host, User-Agent, Accept-Encoding, Accept"
for topic, url, host in [
    ("to the same origin", "/p", None),
    ("to another port", THERE + "/p", THERE),
    ("to another host", WWW + "/p", WWW),
]:
    dropped = {"sent 2 x-api-key": ("k", None)} if host else {"sent 2 cookie": (None, "a=1")}
    because = API_KEY if host else "they are for the origin that was asked"
    case(topic, "headers with secrets", to(url, headers=SECRETS), because=because, differs=dropped)
    session = {"headers": [field for field in SECRETS if field[0] != "Cookie"]}
    because, dropped = (API_KEY, dropped) if host else (None, None)
    case(topic, "the session's headers with secrets", to(url), session=session, because=because, differs=dropped)
    case(topic, "auth", to(url, auth=USER))
    case(topic, "the session's auth", to(url), session={"auth": USER})
    differs = {"sent 1 order": HOSTS, "sent 2 order": HOSTS}
    because = "Host goes first (RFC 9110, section 7.2)"
    if host:
        differs["sent 2 host"] = ("other.test", host.removeprefix("http://"))
        because += ", and is that of the URL behind a redirect"
    case(topic, "a Host of the caller's", to(url, headers=[["Host", "other.test"]]), because=because, differs=differs)
BACK = THERE + "/redirect/302?to=" + escaped(HERE + "/p")
case(
    "to another port",
    "and back: what was dropped stays dropped",
    to(BACK, headers=SECRETS),
    because=API_KEY,
    differs={"sent 2 x-api-key": ("k", None), "sent 3 x-api-key": ("k", None)},
)
case("to another host", "netrc knows it", to("http://netrc.test:PORT/p"))
UNSHOWN = "userinfo is a secret, and not shown in a URL"
case(
    "to another host",
    "userinfo in the Location",
    to("http://u:p@www.example.test:PORT/p"),
    because=UNSHOWN,
    differs={"answer url": ("http://u:p@www.example.test:PORT/p", WWW + "/p")},
)
FROM = "127.0.0.1:PORT/redirect/302?to=/p"
case(
    "to the same origin",
    "userinfo",
    get("http://u:p@" + FROM),
    because=UNSHOWN,
    differs={
        "answer url": ("http://u:p@127.0.0.1:PORT/p", HERE + "/p"),
        "answer history": (f"[[302, 'http://u:p@{FROM}']]", f"[[302, 'http://{FROM}']]"),
    },
)
