from urllib.parse import quote

HERE = "http://127.0.0.1:PORT"
THERE = "http://127.0.0.1:OTHER"
CASES = []


def case(rule, name, *steps, session=None, strict=False, because=None, differs=None):
    CASES.append({"rule": rule, "name": name, "steps": list(steps), "session": session, "strict": strict,
                  "reason": because, "differs": differs})


def step(method, url, **more):
    return {"method": method, "url": url if ":" in url.split("/")[0] or not url.startswith("/") else HERE + url, **more}


def get(url, **more):
    return step("GET", url, **more)


def post(url, **more):
    return step("POST", url, **more)


def to(status, location, **more):
    return get(f"/redirect/{status}?to={quote(location, safe='')}", **more)


def sets(*fields):
    return "/set?" + "&".join("header=" + quote(field, safe="") for field in fields)


# 8
EVERY = [["a", "1"], ["b", ["2", "3"]], ["c", None], ["d", "é &"]]
case(8, "params: lists, None, escapes, a query that is there, a fragment", get("/p?x=1#f", params=EVERY))
case(8, "params without a query", get("/p", params=[["a", "1"]]))
case(8, "the same name twice keeps its place", get("/p", params=[["b", "1"], ["a", "2"], ["b", "3"]]))
case(8, "an empty value and an empty name", get("/p", params=[["a", ""], ["", "b"]]))
case(8, "params of reserved characters", get("/p", params=[["a/b?", "c=d;e,f:g@h!$'()*~-._%2F"]]))
case(8, "params of a text with line breaks", get("/p", params=[["a", "1\r\n2\t\u0000"]]))
case(8, "no params, but a `?`", get("/p?"))
case(8, "params of the session and of the request", get("/p", params=[["b", "3"], ["c", "4"]]), session={"params": [["a", "1"], ["b", "2"]]})
case(8, "None takes a param of the session away", get("/p", params=[["a", None], ["b", "2"]]), session={"params": [["a", "1"]]})
case(8, "an empty list of params", get("/p?x=1", params=[["a", []]]))

# 9
case(9, "no path", get(HERE))
case(9, "a host in capitals", get("http://WWW.Example.TEST:PORT/p"))
case(9, "a scheme in capitals", get("HTTP://127.0.0.1:PORT/p"))
case(9, "a blank in the path", get("/a b"))
case(9, "slashes side by side", get("//a//b"))
case(9, "dots in the path", get("/a/../b/./c"))
case(9, "dots that are escaped", get("/a/%2e%2e/b"))
case(9, "a host of other letters", get("http://bücher.test:PORT/p"))
case(9, "escapes stay as they are", get("/a%2Fb%2fc%20d%7E"))
case(9, "a percent sign alone", get("/100%/x"))
case(9, "blanks before the URL", get("  " + HERE + "/p"))
case(9, "other letters in path and query", get("/é?ü=ö"))
case(9, "reserved characters in the path", get("/a;b=c,d:e@f!$&'()*+"))
case(9, "characters that no URL has", get("/a\"<>^`{|}\\b"))
case(9, "the same in a query", get("/p?a\"<>^`{|}\\b[]'"))
case(9, "a path that begins with a query", get("http://127.0.0.1:PORT?a=1"))
case(9, "an address in another form", get("http://127.1:PORT/p"))
case(9, "a dot behind the host", get("http://example.test.:PORT/p"))
case(9, "a fragment with a question mark", get("/p#a?b"))
case(9, "a blank at the end", get(HERE + "/p "))

# 10
for name, url in {
    "no scheme": "127.0.0.1/p", "no scheme, a name": "example.test/p", "an empty host": "http://", "an empty host with a path": "http:///get", "one colon": "http:h/p",
    "a star for a host": "http://*.x", "an unknown scheme": "gopher://h/p", "no URL": "", "a port out of range": "http://127.0.0.1:99999/p",
    "a port of letters": "http://127.0.0.1:abc/p", "a line break in the path": HERE + "/a\r\nX: y", "a line break in the host": "http://127.0.0.1\r\n:PORT/p",
    "a control character": HERE + "/a\x01b", "a blank in the host": "http://exa mple.test:PORT/p", "a tab in the path": HERE + "/a\tb",
    "brackets that nobody closes": "http://[::1/p", "a host that begins with a dot": "http://.example.test:PORT/p", "a label that is too long": f"http://{'a' * 64}.test:PORT/p",
}.items():
    case(10, "a URL with " + name, get(url))

# 11
case(11, "what is sent where nothing is asked for", get("/p"), strict=True)
case(11, "what is sent with a form, credentials and a cookie", post("/p", headers=[["X-One", "1"]], body={"form": [["a", "1"]]}, auth={"basic": ["u", "p"]}, cookies=[["c", "1"]]), strict=True)
case(11, "the caller's order and case", get("/p", headers=[["x-b", "1"], ["X-A", "2"], ["x-C", "3"]]))
case(11, "a default that is overridden keeps its place", get("/p", headers=[["x-a", "1"], ["accept", "text/html"], ["User-Agent", "me"]]))
case(11, "headers of the session, then of the request", get("/p", headers=[["x-c", "3"], ["X-A", "4"]]), session={"headers": [["x-a", "1"], ["x-b", "2"]]})
case(11, "None takes a header of the session away, in any case", get("/p", headers=[["X-A", None]]), session={"headers": [["x-a", "1"]]})
case(11, "no Accept", get("/p", headers=[["Accept", None]]))
case(11, "no User-Agent", get("/p", headers=[["User-Agent", None]]))
case(11, "no Accept-Encoding", get("/p", headers=[["Accept-Encoding", None]]))
case(11, "a Host of the caller's", get("/p", headers=[["Host", "other.test"]]))
case(11, "a Content-Type of the caller's", post("/p", headers=[["content-type", "text/x"]], body={"form": [["a", "1"]]}))

# 12
for name, field in {
    "an empty value": ["X-A", ""], "a tab within": ["X-A", "a\tb"], "a blank before": ["X-A", " a"], "a blank behind": ["X-A", "a "],
    "a line break": ["X-A", "a\r\nX-B: c"], "a line break before a blank": ["X-A", "a\r\n b"], "a NUL": ["X-A", "a\x00b"], "a control character": ["X-A", "a\x01b"],
    "a blank in the name": ["X A", "a"], "a colon in the name": ["X:A", "a"], "an empty name": ["", "a"], "other letters in the name": ["X-é", "a"],
    "letters of Latin-1": ["X-A", "é"], "letters beyond Latin-1": ["X-A", "→"], "a line break in the name": ["X\nA", "a"],
}.items():
    case(12, "a header with " + name, get("/p", headers=[field]))
case(12, "a Transfer-Encoding of the caller's", post("/p", headers=[["Transfer-Encoding", "chunked"]], body={"text": "a"}))
case(12, "a Content-Length that is wrong", post("/p", headers=[["Content-Length", "7"]], body={"text": "a"}))
case(12, "a Content-Length that is right", post("/p", headers=[["Content-Length", "1"]], body={"text": "a"}))

# 14
for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]:
    case(14, f"{method} without a body", step(method, HERE + "/p"))
case(14, "a method of its own", step("PURGE", HERE + "/p"))
case(14, "a method in small letters", step("get", HERE + "/p"))
case(14, "GET with a body", get("/p", body={"text": "a"}))
case(14, "DELETE with a body", step("DELETE", HERE + "/p", body={"text": "a"}))

# 15
case(15, "a form", post("/p", body={"form": [["a", "1"], ["a", "2 3"]]}))
case(15, "a form of other letters and signs", post("/p", body={"form": [["é", "→ &=+%~*-._"], ["", ""]]}))
case(15, "an empty form", post("/p", body={"form": []}))
case(15, "a text", post("/p", body={"text": "plain"}))
case(15, "a text of other letters", post("/p", body={"text": "é→"}))
case(15, "an empty text", post("/p", body={"text": ""}))
case(15, "bytes", post("/p", body={"bytes": "\x00\xff\x80"}))

# 16
case(16, "JSON: an object", post("/p", body={"json": {"a": [1, "é"]}}))
for value in [None, 0, False, [], {}, "text", 1.5]:
    case(16, f"JSON: {value!r}", post("/p", body={"json": value}))
case(16, "JSON with a type of the caller's", post("/p", headers=[["Content-Type", "application/problem+json"]], body={"json": 1}))

# 20
BASIC = {"basic": ["user", "pass"]}
case(20, "basic", get("/basic/user/pass", auth=BASIC))
case(20, "basic, wrong", get("/basic/user/pass", auth={"basic": ["user", "word"]}))
case(20, "basic of letters of Latin-1", get("/p", auth={"basic": ["ü", "é"]}))
case(20, "basic of letters beyond Latin-1", get("/p", auth={"basic": ["→", "p"]}))
case(20, "basic with an empty password", get("/p", auth={"basic": ["user", ""]}))
case(20, "basic with a colon in the password", get("/p", auth={"basic": ["user", "a:b"]}))
for algorithm in ["MD5", "SHA-256", "SHA-512", "MD5-sess", "SHA-256-sess"]:
    case(20, f"digest, {algorithm}", get(f"/digest/{algorithm}/auth/user/pass?a=b", auth={"digest": ["user", "pass"]}))
case(20, "digest without qop", get("/digest/MD5/none/user/pass", auth={"digest": ["user", "pass"]}))
case(20, "digest, auth or auth-int", get("/digest/MD5/auth,auth-int/user/pass", auth={"digest": ["user", "pass"]}))
case(20, "digest, wrong", get("/digest/MD5/auth/user/pass", auth={"digest": ["user", "word"]}))
case(20, "digest of a POST", post("/digest/MD5/auth/user/pass", body={"text": "a"}, auth={"digest": ["user", "pass"]}))
case(20, "digest, twice in a session", get("/digest/MD5/auth/user/pass"), get("/digest/MD5/auth/user/pass"), session={"auth": {"digest": ["user", "pass"]}})
case(20, "digest where nobody asks", get("/p", auth={"digest": ["user", "pass"]}))
case(20, "netrc", get("http://netrc.test:PORT/p"))
case(20, "netrc of a session", get("http://netrc.test:PORT/p"), session={})
case(20, "netrc knows no such host", get("http://other.test:PORT/p"))

# 21
USERINFO = "http://u:p%40ss@127.0.0.1:PORT/p"
case(21, "userinfo", get(USERINFO))
case(21, "userinfo without a password", get("http://u@127.0.0.1:PORT/p"))
case(21, "auth over userinfo", get(USERINFO, auth=BASIC))
case(21, "userinfo over the session's auth", get(USERINFO), session={"auth": BASIC})
case(21, "a header over userinfo", get(USERINFO, headers=[["Authorization", "mine"]]))
case(21, "a header over the session's auth", get("/p", headers=[["Authorization", "mine"]]), session={"auth": BASIC})
case(21, "auth over a header", get("/p", headers=[["Authorization", "mine"]], auth=BASIC))
case(21, "the session's auth over its header", get("/p"), session={"auth": BASIC, "headers": [["Authorization", "mine"]]})
case(21, "userinfo over netrc", get("http://u:p@netrc.test:PORT/p"))
case(21, "a header over netrc", get("http://netrc.test:PORT/p", headers=[["Authorization", "mine"]]))
case(21, "the session's header over netrc", get("http://netrc.test:PORT/p"), session={"headers": [["Authorization", "mine"]]})
case(21, "the session's auth over netrc", get("http://netrc.test:PORT/p"), session={"auth": BASIC})

# 22
WWW = "http://www.example.test:PORT"
for name, cookie in {
    "a path by default": "a=1", "a path": "a=1; Path=/deep", "a path that is not ours": "a=1; Path=/else", "a domain above": "a=1; Domain=example.test",
    "a domain above, with a dot": "a=1; Domain=.example.test", "its own domain": "a=1; Domain=www.example.test", "a domain beside": "a=1; Domain=other.test",
    "a domain below": "a=1; Domain=deep.www.example.test", "a domain of one label": "a=1; Domain=test", "Max-Age": "a=1; Max-Age=100", "Max-Age of none": "a=1; Max-Age=0",
    "Max-Age below none": "a=1; Max-Age=-5", "Expires in the past": "a=1; Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Expires in the future": "a=1; Expires=Fri, 31 Dec 9999 23:59:59 GMT",
    "Expires in an old form": "a=1; Expires=Friday, 31-Dec-99 23:59:59 GMT", "Max-Age over Expires": "a=1; Max-Age=100; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    "Secure": "a=1; Secure", "HttpOnly": "a=1; HttpOnly", "quotes": 'a="1 2"', "an empty value": "a=", "no name": "=1", "no equals sign": "a", "a blank around": " a = 1 ",
    "equals signs in the value": "a=b=c", "a comma": "a=1,b=2", "no domain": "a=1; Domain=", "other letters": "a=é", "a prefix that is not earned": "__Host-a=1; Path=/", "SameSite": "a=1; SameSite=Strict",
}.items():
    case(22, "a cookie with " + name, get(WWW + "/deep" + sets("Set-Cookie:" + cookie).replace("/set", "/../set", 1)), get(WWW + "/deep/p"), get(WWW + "/p"), get("http://example.test:PORT/deep/p"), session={})
case(22, "an address as its own domain", get(sets("Set-Cookie:a=1; Domain=127.0.0.1")), get("/p"), session={})
case(22, "localhost", get("http://localhost:PORT" + sets("Set-Cookie:a=1")), get("http://localhost:PORT/p"), session={})
case(22, "localhost as its own domain", get("http://localhost:PORT" + sets("Set-Cookie:a=1; Domain=localhost")), get("http://localhost:PORT/p"), session={})
case(22, "the longest path first, then the oldest", get(sets("Set-Cookie:a=1; Path=/", "Set-Cookie:b=2; Path=/p/q", "Set-Cookie:c=3; Path=/p", "Set-Cookie:d=4; Path=/")), get("/p/q/r"), session={})
case(22, "one name with two paths", get(sets("Set-Cookie:a=1; Path=/", "Set-Cookie:a=2; Path=/p")), get("/p/q"), session={})
case(22, "a cookie that is replaced", get(sets("Set-Cookie:a=1; Path=/", "Set-Cookie:b=2; Path=/")), get(sets("Set-Cookie:a=3; Path=/")), get("/p"), session={})
case(22, "a cookie that is taken away", get(sets("Set-Cookie:a=1; Path=/")), get(sets("Set-Cookie:a=; Path=/; Max-Age=0")), get("/p"), session={})
case(22, "a cookie at another port", get(sets("Set-Cookie:a=1; Path=/")), get(THERE + "/p"), session={})

# 23
case(23, "a cookie that a redirect sets", get("/redirect/302?to=/p"), get(sets("Set-Cookie:a=1; Path=/", "Location:/p")), get("/p"), session={})
case(23, "no session: a cookie is forgotten", get(sets("Set-Cookie:a=1; Path=/")), get("/p"))

# 24
case(24, "cookies of a request", get("/p", cookies=[["a", "1"], ["b", "x y"]]))
case(24, "cookies of a request are not kept", get("/p", cookies=[["a", "1"]]), get("/p"), session={})
case(24, "cookies of a request beside the jar's", get(sets("Set-Cookie:b=2; Path=/")), get("/p", cookies=[["a", "1"]]), session={})
case(24, "a cookie of a request over the jar's", get(sets("Set-Cookie:a=2; Path=/")), get("/p", cookies=[["a", "1"]]), session={})
case(24, "a Cookie header over the jar", get(sets("Set-Cookie:a=2; Path=/")), get("/p", headers=[["Cookie", "b=1"]]), session={})
case(24, "cookies of a request on a redirect", to(302, "/p", cookies=[["a", "1"]]))
case(24, "cookies of a request on a redirect to another host", to(302, "http://www.example.test:PORT/p", cookies=[["a", "1"]]))
case(24, "a Cookie header on a redirect", to(302, "/p", headers=[["Cookie", "a=1"]]))
case(24, "a Cookie header on a redirect to another host", to(302, "http://www.example.test:PORT/p", headers=[["Cookie", "a=1"]]))

# 26
for status in [301, 302, 303, 307, 308]:
    for method in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]:
        body = {"body": {"text": "body"}, "headers": [["Content-Type", "text/x"]]} if method in ["POST", "PUT", "PATCH"] else {}
        case(26, f"{status} of a {method}", step(method, f"{HERE}/redirect/{status}?to=/p", redirects=True, **body))
for status in [300, 304, 305, 306]:
    case(26, f"{status} is not followed", to(status, "/p"))
case(26, "no Location", get("/redirect/302"))
case(26, "an empty Location", get("/redirect/302?to="))
case(26, "HEAD is not followed by itself", step("HEAD", HERE + "/redirect/302?to=/p"))

# 28
for name, location in {
    "a relative path": "p", "a path": "/p", "a query alone": "?a=1", "another host, no scheme": "//www.example.test:PORT/p", "raw UTF-8": "/é", "a blank": "/a b",
    "a fragment of its own": "/p#new", "a fragment alone": "#new", "dots": "../../p", "an escape": "/a%2Fb",
}.items():
    raw = location.encode().decode("latin-1")
    case(28, "a Location with " + name, get(f"/redirect/302?to={quote(location.encode(), safe='')}#old") if True else raw)

# 29
case(29, "as many redirects as are allowed", get("/redirect/302/3", max_redirects=3))
case(29, "more redirects than are allowed", get("/redirect/302/3", max_redirects=2))
case(29, "no redirect is allowed", get("/redirect/302/1", max_redirects=0))
case(29, "redirects are off", get("/redirect/302/1", redirects=False))
case(29, "a history of three", get("/redirect/302/3"))

# 30
CREDENTIALS = [["Authorization", "mine"], ["Cookie", "a=1"], ["X-Api-Key", "k"], ["X-Plain", "1"]]
for name, url in {"the same origin": "/p", "another port": THERE + "/p", "another host": "http://www.example.test:PORT/p"}.items():
    case(30, f"headers on a redirect to {name}", to(302, url, headers=CREDENTIALS))
    case(30, f"auth on a redirect to {name}", to(302, url, auth=BASIC))
    case(30, f"the session's auth on a redirect to {name}", to(302, url), session={"auth": BASIC})
    case(30, f"a Host of the caller's on a redirect to {name}", to(302, url, headers=[["Host", "other.test"]]))
case(30, "what was dropped stays dropped on the way back", to(302, THERE + "/redirect/302?to=" + quote(HERE + "/p", safe=""), headers=CREDENTIALS))
case(30, "netrc on a redirect to its host", to(302, "http://netrc.test:PORT/p"))
case(30, "userinfo in a Location", to(302, "http://u:p@www.example.test:PORT/p"))
case(30, "userinfo on a redirect to the same origin", get("http://u:p@127.0.0.1:PORT/redirect/302?to=/p"))

# 31
for status, reason in [(200, "OK"), (204, "No Content"), (304, "Not Modified"), (400, "Bad Request"), (404, "Not Found"), (418, ""), (499, "Odd"), (500, "Internal Server Error"), (503, "Caf\u00e9"), (599, "")]:
    case(31, f"status {status} {reason}", get(f"/status/{status}/{quote(reason)}".rstrip("/")))
case(31, "raise_for_status of a URL with a query and userinfo", get("http://u:p@127.0.0.1:PORT/status/404/Not%20Found?a=b"))

# 32
for name, kind, content in [
    ("UTF-8 by charset", "text/plain; charset=utf-8", "é"), ("Latin-1 by charset", "text/plain; charset=iso-8859-1", "é".encode("latin-1")),
    ("UTF-8 without a charset", "text/plain", "é"), ("JSON", "application/json", '{"a": "é"}'), ("no type", None, "é"), ("a BOM", "text/plain; charset=iso-8859-1", b"\xef\xbb\xbf" + "é".encode()),
    ("Windows-1252 under another name", "text/plain; charset=iso-8859-1", b"\x80"), ("bytes that are no UTF-8", "text/plain; charset=utf-8", b"a\xffb"),
    ("Shift_JIS", "text/html; charset=Shift_JIS", "日本".encode("shift_jis")), ("an unknown charset", "text/plain; charset=none", "abc"), ("a charset in quotes", 'text/plain; charset="utf-8"', "é"),
    ("UTF-16 by charset", "text/plain; charset=utf-16", "é".encode("utf-16")),
]:
    content = content.encode() if isinstance(content, str) else content
    case(32, "text: " + name, get("/text?hex=" + content.hex() + ("&type=" + quote(kind, safe="") if kind else "")))

# 35
for name, field in {
    "one": '</a>; rel="next"', "two": '</a>; rel=next, </b>; rel="last"; title="x, y"', "a comma in the target": '</a,b>; rel="next"', "no rel": "</a>", "a semicolon in quotes": '</a>; title="x;y"; rel="next"',
    "two relations": '</a>; rel="next last"', "nonsense": "nonsense", "the same twice": '</a>; rel=next, </b>; rel=next',
}.items():
    case(35, "links: " + name, get(sets("Link:" + field)))
