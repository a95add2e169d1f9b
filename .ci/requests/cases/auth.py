"""Who asks, and what comes first where several say so."""

from base64 import b64encode

from .case import case, get, post

USER = {"basic": ["user", "pass"]}
DIGEST = {"digest": ["user", "pass"]}


def basic(text, charset="utf-8"):
    return "Basic " + b64encode(text.encode(charset)).decode()


case("basic", "right", get("/basic/user/pass", auth=USER))
case("basic", "wrong", get("/basic/user/pass", auth={"basic": ["user", "word"]}))
case("basic", "an empty password", get("/p", auth={"basic": ["user", ""]}))
case("basic", "a colon in the password", get("/p", auth={"basic": ["user", "a:b"]}))
case(
    "basic",
    "letters of Latin-1",
    get("/p", auth={"basic": ["ü", "é"]}),
    because="UTF-8 (RFC 7617, section 2.1)",
    differs={"sent authorization": (basic("ü:é", "latin-1"), basic("ü:é"))},
)
case(
    "basic",
    "letters beyond Latin-1",
    get("/p", auth={"basic": ["→", "p"]}),
    because="UTF-8 (RFC 7617, section 2.1)",
    differs={"answer outcome": ("UnicodeEncodeError", "200 OK"), "sent line": (None, "GET /p")},
)

for algorithm in ["MD5", "SHA-256", "MD5-sess"]:
    case("digest", algorithm, get(f"/digest/{algorithm}/auth/user/pass?a=b", auth=DIGEST))
case("digest", "no qop", get("/digest/MD5/none/user/pass", auth=DIGEST))
case("digest", "auth or auth-int", get("/digest/MD5/auth,auth-int/user/pass", auth=DIGEST))
case("digest", "wrong", get("/digest/MD5/auth/user/pass", auth={"digest": ["user", "word"]}))
case("digest", "of a POST", post("/digest/MD5/auth/user/pass", body={"text": "a"}, auth=DIGEST))
AGAIN = get("/digest/MD5/auth/user/pass")
case("digest", "a session knows the challenge", AGAIN, AGAIN, session={"auth": DIGEST})
case("digest", "nobody asks", get("/p", auth=DIGEST))
URL = "/digest/SHA-512/auth/user/pass"
case(
    "digest",
    "SHA-512",
    get(URL, auth=DIGEST),
    because="RFC 7616 has SHA-512-256, which sortie knows, and not SHA-512",
    differs={
        "answer outcome": ("200 OK", "401 Unauthorized"),
        "answer ok": ("True", "False"),
        "answer history": (f"[[401, 'http://127.0.0.1:PORT{URL}']]", "[]"),
        "answer text": ("welcome", "who is there?"),
        "answer raised": (None, f"401 Client Error: Unauthorized for url: http://127.0.0.1:PORT{URL}"),
        "sent 2 line": (f"GET {URL}", None),
    },
)
URL = "/digest/SHA-256-sess/auth/user/pass"
case(
    "digest",
    "SHA-256-sess",
    get(URL, auth=DIGEST),
    because="RFC 7616 has it; Requests fails to answer",
    differs={
        "answer outcome": ("401 Unauthorized", "200 OK"),
        "answer ok": ("False", "True"),
        "answer text": ("who is there?", "welcome"),
        "answer raised": (f"401 Client Error: Unauthorized for url: http://127.0.0.1:PORT{URL}", None),
        "sent 2 authorization": (
            None,
            "Digest algorithm=SHA-256-sess, nc=00000001, nonce=n0nce, opaque=0paque, qop=auth, realm=compare, "
            f"uri={URL}, username=user",
        ),
    },
)

NETRC = "http://netrc.test:PORT"
case("netrc", "of a request alone", get(NETRC + "/p"))
case("netrc", "of a session", get(NETRC + "/p"), session={})
case("netrc", "no such host", get("http://other.test:PORT/p"))
case("netrc", "the session's auth comes first", get(NETRC + "/p"), session={"auth": USER})

MINE = [["Authorization", "mine"]]
FIRST = "credentials of code come before those of files, nearer ones before farther ones"
case("credentials", "auth, then a header", get("/p", headers=MINE, auth=USER))
case("credentials", "the session's auth, then its header", get("/p"), session={"auth": USER, "headers": MINE})
for name, url, more, session, theirs, ours in [
    ("a header, then the session's auth", "/p", {"headers": MINE}, {"auth": USER}, basic("user:pass"), "mine"),
    ("a header, then netrc", NETRC + "/p", {"headers": MINE}, None, basic("someone:s3cret"), "mine"),
    ("the session's header, then netrc", NETRC + "/p", {}, {"headers": MINE}, basic("someone:s3cret"), "mine"),
]:
    differs = {"sent authorization": (theirs, ours)}
    case("credentials", name, get(url, **more), session=session, because=FIRST, differs=differs)

UNSHOWN = "userinfo is a secret, and not shown in a URL"
for name, userinfo, host, more, session, theirs, ours in [
    ("userinfo", "u:p%40ss", "127.0.0.1", {}, None, basic("u:p@ss"), basic("u:p@ss")),
    ("userinfo without a password", "u", "127.0.0.1", {}, None, None, basic("u:")),
    ("auth, then userinfo", "u:p", "127.0.0.1", {"auth": USER}, None, basic("user:pass"), basic("user:pass")),
    ("a header, then userinfo", "u:p", "127.0.0.1", {"headers": MINE}, None, basic("u:p"), "mine"),
    ("userinfo, then the session's auth", "u:p", "127.0.0.1", {}, {"auth": USER}, basic("user:pass"), basic("u:p")),
    ("userinfo, then netrc", "u:p", "netrc.test", {}, None, basic("someone:s3cret"), basic("u:p")),
]:
    differs = {"answer url": (f"http://{userinfo}@{host}:PORT/p", f"http://{host}:PORT/p")}
    because = UNSHOWN
    if theirs != ours:
        differs["sent authorization"] = (theirs, ours)
        because = f"{UNSHOWN}; {FIRST if theirs else 'it is sent with an empty password'}"
    url = f"http://{userinfo}@{host}:PORT/p"
    case("credentials", name, get(url, **more), session=session, because=because, differs=differs)
