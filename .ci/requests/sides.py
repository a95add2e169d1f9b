"""The two that are compared: each sends the steps of a case and says what came back, in the same words."""

import json
import socket
import subprocess

import requests
from requests.auth import HTTPDigestAuth


class Requests:
    """Requests, in this process. Names that end in `.test` are this machine."""

    name = "requests"

    def __init__(self):
        look_up = socket.getaddrinfo

        def getaddrinfo(host, *rest, **more):
            text = host.decode() if isinstance(host, bytes) else host
            return look_up("127.0.0.1" if text.rstrip(".").endswith(".test") else host, *rest, **more)

        socket.getaddrinfo = getaddrinfo

    def run(self, case):
        session = None if case["session"] is None else self.session(case["session"])
        results = [self.step(step, session) for step in case["steps"]]
        if session is None:
            return {"steps": results, "jar": None}
        return {"steps": results, "jar": sorted([it.name, it.value, it.path] for it in session.cookies)}

    def session(self, defaults):
        session = requests.Session()
        session.headers.update(dict(defaults.get("headers", [])))
        # A dictionary: pairs of session and request do not merge.
        session.params = dict(defaults.get("params", []))
        session.auth = auth(defaults.get("auth"))
        return session

    def step(self, step, session):
        arguments = {"allow_redirects": step.get("redirects", step["method"] != "HEAD"), "auth": auth(step.get("auth"))}
        if "params" in step:
            pairs = [(name, value) for name, value in step["params"]]
            # With a session's parameters only a dictionary merges.
            arguments["params"] = dict(pairs) if session is not None and session.params else expanded(pairs)
        if "headers" in step:
            arguments["headers"] = dict(step["headers"])
        if "cookies" in step:
            arguments["cookies"] = dict(step["cookies"])
        for kind, value in step.get("body", {}).items():
            if kind == "text":
                arguments["data"] = value
            elif kind == "bytes":
                arguments["data"] = value.encode("latin-1")
            elif kind == "form":
                arguments["data"] = [tuple(pair) for pair in value]
            elif kind == "file":
                arguments["data"] = open(value, "rb")
            elif kind == "reader":
                arguments["data"] = (piece for piece in [value.encode()])
            elif kind == "parts":
                arguments["data"] = [(part[0], part[1]) for part in value if len(part) == 2]
                arguments["files"] = [(part[0], (part[2], part[1].encode())) for part in value if len(part) == 3]
            else:
                arguments[kind] = value
        once = session if session is not None else requests.Session()
        if "max_redirects" in step:
            once.max_redirects = step["max_redirects"]
        try:
            return show(once.request(step["method"], step["url"], timeout=20, **arguments))
        except (requests.exceptions.InvalidURL, requests.exceptions.MissingSchema, requests.exceptions.InvalidSchema):
            return {"error": "invalid URL"}
        except requests.exceptions.InvalidHeader:
            return {"error": "invalid header"}
        except requests.exceptions.TooManyRedirects:
            return {"error": "too many redirects"}
        except Exception as error:
            return {"error": type(error).__name__}


class Sortie:
    """sortie, by its example `compare`."""

    name = "sortie"

    def __init__(self, example):
        self.process = subprocess.Popen([example], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def run(self, case):
        self.process.stdin.write(json.dumps(case) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise SystemExit(f"the example ended with {self.process.wait()}")
        return json.loads(line)


def auth(asked):
    for kind, value in (asked or {}).items():
        if kind == "digest":
            return HTTPDigestAuth(*value)
        if kind == "basic":
            return tuple(value)
    return None


def expanded(pairs):
    """As a caller of Requests would write them: pairs keep their order, `None` and lists only work in a dictionary."""
    return pairs if len({name for name, _ in pairs}) < len(pairs) else dict(pairs)


def show(response):
    try:
        response.raise_for_status()
        raised = None
    except requests.HTTPError as error:
        raised = str(error)
    return {
        "status": response.status_code,
        "reason": response.reason,
        "ok": response.ok,
        "url": response.url,
        "history": [[it.status_code, it.url] for it in response.history],
        "text": response.text,
        "raised": raised,
        "links": {name: link["url"] for name, link in response.links.items()},
        "cookies": sorted(it.name for it in response.cookies),
        "many": response.headers.get("X-Many"),
        "many.joined": response.headers.get("X-Many"),
        "many.all": response.raw.headers.getlist("X-Many"),
    }
