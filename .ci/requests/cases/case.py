"""A case: steps that are sent one after the other, and how the two differ, where they do."""

from urllib.parse import quote

HERE = "http://127.0.0.1:PORT"
THERE = "http://127.0.0.1:OTHER"
WWW = "http://www.example.test:PORT"

CASES = []


def case(topic, name, *steps, session=None, strict=False, because=None, differs=None):
    """Adds a case.

    `session` has the defaults of the session that sends the steps; without it each is sent alone. `differs` has each
    part that differs, with what Requests and what sortie says of it, and `because` why. `strict` looks at what differs
    everywhere, too.
    """
    assert (because is None) == (differs is None), name
    one = {"topic": topic, "name": name, "steps": steps, "session": session, "strict": strict}
    CASES.append({**one, "because": because, "differs": differs or {}})


def step(method, url, **more):
    """One request; a path alone is asked of the first server."""
    return {"method": method, "url": HERE + url if url.startswith("/") else url, **more}


def get(url, **more):
    return step("GET", url, **more)


def post(url, **more):
    return step("POST", url, **more)


def to(location, status=302, **more):
    """A GET that is redirected."""
    return get(f"/redirect/{status}?to={escaped(location)}", **more)


def sets(*cookies, at="/set"):
    """The path of a response that sets cookies."""
    return fields(*(f"Set-Cookie:{cookie}" for cookie in cookies), at=at)


def fields(*fields, at="/set"):
    """The path of a response with these fields."""
    return at + "?" + "&".join("header=" + escaped(field) for field in fields)


def path_differs(requests, sortie):
    """Two paths where one was asked for."""
    return {"answer url": (HERE + requests, HERE + sortie), "sent line": (f"GET {requests}", f"GET {sortie}")}


def refused(what, line="GET /p", outcome="200 OK"):
    """Requests sends it, sortie does not."""
    return {"answer outcome": (outcome, what), "sent line": (line, None)}


def escaped(text):
    return quote(text.encode() if isinstance(text, str) else text, safe="")
