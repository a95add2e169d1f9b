"""URLs and parameters."""

from .case import HERE, case, get, path_differs, refused

EVERY = [["a", "1"], ["b", ["2", "3"]], ["c", None], ["d", "é &"]]

case("params", "lists, None, escapes, a query that is there, a fragment", get("/p?x=1#f", params=EVERY))
case("params", "no query before", get("/p", params=[["a", "1"]]))
case("params", "the same name twice keeps its place", get("/p", params=[["b", "1"], ["a", "2"], ["b", "3"]]))
case("params", "an empty value, an empty name", get("/p", params=[["a", ""], ["", "b"]]))
case("params", "reserved characters", get("/p", params=[["a/b?", "c=d;e,f:g@h!$'()._-%2F"]]))
case(
    "params",
    "an asterisk and a tilde",
    get("/p", params=[["a", "*~"]]),
    because="escaped as the URL standard has it for forms; both read the same",
    differs=path_differs("/p?a=%2A~", "/p?a=*%7E"),
)
case("params", "line breaks and NUL are escaped", get("/p", params=[["a", "1\r\n2\t\u0000"]]))
case(
    "params",
    "a question mark alone",
    get("/p?"),
    because="an empty query is not the same as none (RFC 3986, section 6.2.3)",
    differs=path_differs("/p", "/p?"),
)
case("params", "an empty list", get("/p?x=1", params=[["a", []]]))
SESSION = {"params": [["a", "1"], ["b", "2"]]}
case("params", "of session and request", get("/p", params=[["b", "3"], ["c", "4"]]), session=SESSION)
case("params", "None takes the session's away", get("/p", params=[["a", None], ["c", "2"]]), session=SESSION)

case("URL", "no path", get(HERE))
case("URL", "a query and no path", get("http://127.0.0.1:PORT?a=1"))
case("URL", "a host in capitals", get("http://WWW.Example.TEST:PORT/p"))
case("URL", "a scheme in capitals", get("HTTP://127.0.0.1:PORT/p"))
case("URL", "a blank in the path", get("/a b"))
case("URL", "blanks before it", get("  " + HERE + "/p"))
case("URL", "slashes side by side", get("//a//b"))
case("URL", "dots in the path", get("/a/../b/./c"))
case("URL", "a host of other letters", get("http://bücher.test:PORT/p"))
case(
    "URL",
    "a dot behind the host",
    get("http://example.test.:PORT/p"),
    because="Host is the host of the URL",
    differs={"sent host": ("example.test:PORT", "example.test.:PORT")},
)
case("URL", "other letters in path and query", get("/é?ü=ö"))
case("URL", "reserved characters in the path", get("/a;b=c,d:e@f!$&'()*+"))
case("URL", "a fragment with a question mark", get("/p#a?b"))
case("URL", "escapes of reserved characters", get("/a%2Fb%3Fc%20d"))
case(
    "URL",
    "escapes in small letters, escapes that need not be",
    get("/a%2fb%7Ec"),
    because="escapes are left alone",
    differs=path_differs("/a%2Fb~c", "/a%2fb%7Ec"),
)
case(
    "URL",
    "dots that are escaped",
    get("/a/%2e%2e/b"),
    because="they are dots (URL standard), and servers read them so",
    differs=path_differs("/a/../b", "/b"),
)
case(
    "URL",
    "a percent sign alone",
    get("/100%/x"),
    because="escapes are left alone",
    differs=path_differs("/100%25/x", "/100%/x"),
)
case(
    "URL",
    "characters that no path has",
    get('/a"<>^`{|}b'),
    because="the URL standard leaves ^ and | as they are",
    differs=path_differs("/a%22%3C%3E%5E%60%7B%7C%7Db", "/a%22%3C%3E^%60%7B|%7Db"),
)
case(
    "URL",
    "a backslash in the path",
    get("/a\\b"),
    because="it is a slash (URL standard)",
    differs=path_differs("/a%5Cb", "/a/b"),
)
case(
    "URL",
    "characters that no query has",
    get("/p?a\"<>^`{|}\\b[]'"),
    because="the URL standard escapes others",
    differs=path_differs("/p?a%22%3C%3E%5E%60%7B%7C%7D%5Cb%5B%5D'", "/p?a%22%3C%3E^`{|}\\b[]%27"),
)
case(
    "URL",
    "an address in a short form",
    get("http://127.1:PORT/p"),
    because="one address has one name (URL standard)",
    differs={"answer url": ("http://127.1:PORT/p", HERE + "/p"), "sent host": ("127.1:PORT", "127.0.0.1:PORT")},
)
case(
    "URL",
    "a blank behind it",
    get(HERE + "/p "),
    because="blanks at both ends are stripped (URL standard)",
    differs=path_differs("/p%20", "/p"),
)

for name, url in {
    "no scheme": "127.0.0.1/p",
    "no scheme, a name": "example.test/p",
    "no scheme, a name and a port": "example.test:PORT/p",
    "nothing at all": "",
    "an empty host": "http://",
    "an empty host and a path": "http:///get",
    "one colon": "http:h/p",
    "an asterisk for a host": "http://*.x",
    "a dot before the host": "http://.example.test:PORT/p",
    "an unknown scheme": "gopher://h/p",
    "a port out of range": "http://127.0.0.1:99999/p",
    "a port of letters": "http://127.0.0.1:abc/p",
    "a blank in the host": "http://exa mple.test:PORT/p",
    "a line break in the host": "http://127.0.0.1\r\n:PORT/p",
}.items():
    case("bad URL", name, get(url))
for name, url, error in [
    ("a bracket that is not closed", "http://[::1/p", "ValueError"),
    ("a label that is too long", f"http://{'a' * 64}.test:PORT/p", "LocationParseError"),
]:
    because = "it is an invalid URL like any other"
    case("bad URL", name, get(url), because=because, differs={"answer outcome": (error, "invalid URL")})
for name, character, sent in [
    ("a line break in the path", "\r\n", "%0D%0A"),
    ("a control character", "\x01", "%01"),
    ("a tab", "\t", "%09"),
]:
    because = "nobody means it, and requests are smuggled like that"
    differs = refused("invalid URL", f"GET /a{sent}b")
    case("bad URL", name, get(f"/a{character}b"), because=because, differs=differs)
