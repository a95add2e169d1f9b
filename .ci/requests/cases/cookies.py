"""Cookies: which are kept, and which are sent where."""

from .case import HERE, THERE, WWW, case, get, sets, to


NAMELESS = "a cookie may have no name (RFC 6265bis, section 5.6)"
OWN_ORIGIN = "they are for the origin that was asked"


def kept(name, cookie, because=None, differs=None):
    """Sets a cookie below /deep, and asks there, beside it, on a host above and on another one."""
    there = [WWW + "/deep/p", WWW + "/p", "http://example.test:PORT/deep/p", HERE + "/deep/p"]
    steps = [get(url) for url in [sets(cookie, at=WWW + "/deep/set"), *there]]
    case("cookie", name, *steps, session={}, because=because, differs=differs)


kept("a path by default", "a=1")
kept("a path", "a=1; Path=/")
kept("a path that is not ours", "a=1; Path=/else")
kept("a domain above", "a=1; Domain=example.test; Path=/")
kept("a domain above, with a dot", "a=1; Domain=.example.test")
kept("its own domain", "a=1; Domain=www.example.test")
kept("a domain in capitals", "a=1; Domain=Example.TEST")
kept("a domain beside", "a=1; Domain=other.test")
kept("a domain below", "a=1; Domain=deep.www.example.test")
kept("a domain of one label", "a=1; Domain=test")
kept("Max-Age", "a=1; Max-Age=100")
kept("Max-Age of none", "a=1; Max-Age=0")
kept("Max-Age below none", "a=1; Max-Age=-5")
kept("Max-Age, then Expires", "a=1; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
kept("Expires in the past", "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
kept("Expires in the future", "a=1; Expires=Fri, 31 Dec 2099 23:59:59 GMT")
kept("Expires in an old form", "a=1; Expires=Friday, 31-Dec-99 23:59:59 GMT")
kept("HttpOnly", "a=1; HttpOnly")
kept("SameSite", "a=1; SameSite=Strict")
kept("quotes", 'a="1 2"')
kept("an empty value", "a=")
kept("a blank around", " a = 1 ")
kept("equals signs in the value", "a=b=c")
kept("a comma", "a=1,b=2")
kept(
    "a path without a slash",
    "a=1; Path=deep",
    "then the path is that of the URL (RFC 6265bis, section 5.6.4)",
    {"jar": ("[['a', '1', 'deep']]", "[['a', '1', '/deep']]"), "sent 2 cookie": (None, "a=1")},
)
kept(
    "Secure",
    "a=1; Secure",
    "plain http sets no secure cookies (RFC 6265bis, section 5.7)",
    {"answer 1 cookies": ("['a']", "[]"), "jar": ("[['a', '1', '/deep']]", None)},
)
kept(
    "a prefix that is not earned",
    "__Host-a=1; Path=/",
    "RFC 6265bis, section 4.1.3",
    {
        "answer 1 cookies": ("['__Host-a']", "[]"),
        "jar": ("[['__Host-a', '1', '/']]", None),
        "sent 2 cookie": ("__Host-a=1", None),
        "sent 3 cookie": ("__Host-a=1", None),
    },
)
kept(
    "no name",
    "=1",
    NAMELESS,
    {"answer 1 cookies": ("[]", "['']"), "jar": (None, "[['', '1', '/deep']]"), "sent 2 cookie": (None, "1")},
)
kept(
    "no equals sign",
    "a",
    NAMELESS,
    {"answer 1 cookies": ("['a']", "['']"), "jar": ("[['a', None, '/deep']]", "[['', 'a', '/deep']]")},
)
kept(
    "an empty domain",
    "a=1; Domain=",
    "it is as if there were none (RFC 6265bis, section 5.6.3)",
    {"answer 1 cookies": ("[]", "['a']"), "jar": (None, "[['a', '1', '/deep']]"), "sent 2 cookie": (None, "a=1")},
)
kept(
    "other letters",
    "a=é",
    "text is UTF-8; what is sent is the same",
    {"jar": ("[['a', 'Ã©', '/deep']]", "[['a', 'é', '/deep']]")},
)

case("cookie", "an address as its own domain", get(sets("a=1; Domain=127.0.0.1")), get("/p"), session={})
LOCAL = "http://localhost:PORT"
case("cookie", "localhost", get(sets("a=1", at=LOCAL + "/set")), get(LOCAL + "/p"), session={})
case(
    "cookie",
    "localhost as its own domain",
    get(sets("a=1; Domain=localhost", at=LOCAL + "/set")),
    get(LOCAL + "/p"),
    session={},
    because="a host may name itself",
    differs={"sent 2 cookie": (None, "a=1")},
)
MANY = sets("a=1; Path=/", "b=2; Path=/p/q", "c=3; Path=/p", "d=4; Path=/")
case("cookie", "the longest path first, then the oldest", get(MANY), get("/p/q/r"), session={})
case("cookie", "one name with two paths", get(sets("a=1; Path=/", "a=2; Path=/p")), get("/p/q"), session={})
ONE = get(sets("a=1; Path=/", "b=2; Path=/"))
case("cookie", "replaced", ONE, get(sets("a=3; Path=/")), get("/p"), session={})
case("cookie", "taken away", ONE, get(sets("a=; Path=/; Max-Age=0")), get("/p"), session={})
case("cookie", "another port is the same host", ONE, get(THERE + "/p"), session={})
case("cookie", "without a session it is forgotten", ONE, get("/p"))
HOP = "/redirect/302?to=/p&set=a%3D1%3B%20Path%3D/"
case("cookie", "set by a redirect", get(HOP), get("/p"), session={})
case("cookie", "set by a redirect, without a session", get(HOP))

OWN = [["a", "1"]]
case("cookies=", "two", get("/p", cookies=[["a", "1"], ["b", "x y"]]))
case("cookies=", "are not kept", get("/p", cookies=OWN), get("/p"), session={})
case("cookies=", "beside the jar's", get(sets("b=2; Path=/")), get("/p", cookies=OWN), session={})
case(
    "cookies=",
    "over the jar's",
    get(sets("a=2; Path=/")),
    get("/p", cookies=OWN),
    session={},
    because="one name is sent once: the request's",
    differs={"sent 2 cookie": ("a=2; a=1", "a=1")},
)
case("cookies=", "on a redirect", to("/p", cookies=OWN))
for name, url in {"another port": THERE + "/p", "another host": WWW + "/p"}.items():
    differs = {"sent 2 cookie": ("a=1", None)}
    case("cookies=", "on a redirect to " + name, to(url, cookies=OWN), because=OWN_ORIGIN, differs=differs)
FIELD = [["Cookie", "b=1"]]
case("Cookie field", "over the jar", get(sets("a=2; Path=/")), get("/p", headers=FIELD), session={})
case("Cookie field", "over cookies=", get("/p", headers=FIELD, cookies=OWN))
case(
    "Cookie field",
    "on a redirect",
    to("/p", headers=FIELD),
    because=OWN_ORIGIN,
    differs={"sent 2 cookie": (None, "b=1")},
)
case("Cookie field", "on a redirect to another host", to(WWW + "/p", headers=FIELD))
