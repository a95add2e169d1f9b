"""Runs each case by Requests and by sortie, and says where they differ: compare.py EXAMPLE [--all] [WORD..]

Needs `requests`; `.ci/requests/compare` sees to that. Takes the words as parts of names of cases; --all shows what
differs as expected, too. Ends with 1 where something differs that nobody expects, or no longer differs where it should.
"""

import os
import re
import sys
import tempfile

from cases import CASES
from server import Server
from sides import Requests, Sortie

# What a client adds behind the caller's fields: their order differs everywhere, and one case pins it.
ADDED = ["Content-Type", "Content-Length", "Transfer-Encoding", "Authorization", "Cookie"]
AGENT = re.compile(r"^(python-requests|sortie)/[0-9.]+$|(?<=^python-urllib3/)[0-9.]+$")


def main(example, *words):
    show_all = "--all" in words
    words = [word for word in words if word != "--all"]
    with tempfile.TemporaryDirectory() as home:
        settle(home)
        server = Server()
        sides = [Requests(), Sortie(example)]
        tally = {"same": 0, "differs": 0, "DIFFERS": 0}
        for case in CASES:
            if all(word in f"{case['topic']}: {case['name']}" for word in words):
                verdict = judge(case, [found(side, case, server) for side in sides], show_all)
                tally[verdict] += 1
    print(f"{tally['same']} same, {tally['differs']} differ as expected, {tally['DIFFERS']} differ unexpectedly")
    return tally["DIFFERS"] > 0


def settle(home):
    """An environment that says nothing but who asks `netrc.test`, and two files."""
    for name in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "netrc", "request_method"]:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)
    os.environ["HOME"] = home
    with open(os.open(os.path.join(home, ".netrc"), os.O_WRONLY | os.O_CREAT, 0o600), "w") as netrc:
        netrc.write("machine netrc.test login someone password s3cret\n")
    for name, content in {"full": b"content\n", "empty": b""}.items():
        with open(os.path.join(home, name), "wb") as file:
            file.write(content)


def found(side, case, server):
    """What came of a case, as named parts, with `PORT` and `OTHER` for the ports, `HOME` for the folder."""
    del server.seen[:]
    names = dict(zip(["PORT", "OTHER"], map(str, server.ports))) | {"HOME": os.environ["HOME"]}
    result = side.run(translated({key: case[key] for key in ["session", "steps"]}, names))
    names = {port: name for name, port in names.items()}
    parts = {}
    for number, step in enumerate(result["steps"], 1):
        which = f"answer {number} "
        parts[which + "outcome"] = step.pop("error", None) or f"{step.pop('status')} {step.pop('reason')}"
        parts |= {which + name: value for name, value in step.items()}
    if result["jar"]:
        parts["jar"] = result["jar"]
    for number, exchange in enumerate(server.seen, 1):
        boundary = re.search("boundary=\"?([^\"']+)", str(exchange["fields"]))
        if boundary:
            # It is chosen by chance, and so its length.
            exchange["fields"] = [field for field in exchange["fields"] if field[0] != "Content-Length"]
            exchange = translated(exchange, {boundary[1]: "BOUNDARY"})
        which = f"sent {number} "
        parts[which + "line"] = f"{exchange['method']} {exchange['target']}"
        parts[which + "body"] = exchange["body"]
        fields = exchange["fields"] if case["strict"] else smoothed(exchange["fields"], case)
        parts[which + "order"] = [name for name, _ in fields]
        for name, value in fields:
            parts[which + name.lower()] = parts.get(which + name.lower(), []) + [known(name, value)]
    return translated(parts, names)


def smoothed(fields, case):
    """Without what differs everywhere."""
    told = {name.lower() for step in [case["session"] or {}, *case["steps"]] for name, _ in step.get("headers", [])}
    own = [(name, value) for name, value in fields if name not in ADDED or name.lower() in told]
    own = [(name, value) for name, value in own if (name, value) != ("Connection", "keep-alive")]
    added = [(name, value) for name, value in fields if name in ADDED and name.lower() not in told]
    return own + sorted(added)


def known(name, value):
    if name == "User-Agent":
        return AGENT.sub(r"DEFAULT", value)
    if name == "Accept-Encoding" and value.startswith("gzip, deflate"):
        return "DEFAULT"
    if name == "Authorization" and value.startswith("Digest "):
        # Whether it is right the server has judged; what is chosen by chance says nothing.
        pairs = re.findall(r'(\w+)=(?:"([^"]*)"|([^,\s]*))', value)
        pairs = [(it[0], it[1] or it[2]) for it in pairs if it[0] not in ["response", "cnonce"]]
        return "Digest " + ", ".join(sorted(f"{name}={text}" for name, text in pairs))
    return value


def translated(value, names):
    if isinstance(value, str):
        for name, other in names.items():
            value = value.replace(name, other)
        return value
    if isinstance(value, dict):
        return {name: translated(it, names) for name, it in value.items()}
    if isinstance(value, (list, tuple)):
        return [translated(it, names) for it in value]
    return value


def differences(one, other):
    """The parts that differ, each as what the one and the other say of it, `None` for nothing."""
    gone, names = set(), [*one, *other]
    for which in {name.rsplit(" ", 1)[0] for name in names}:
        outcomes = [side.get(f"{which} outcome", "200") for side in (one, other)]
        lines = [side.get(f"{which} line") for side in (one, other)]
        # Where one has no answer, or has sent nothing, the rest says nothing.
        if not all(outcome[:3].isdigit() for outcome in outcomes):
            gone |= {name for name in names if name.startswith(f"{which} ") and not name.endswith(" outcome")}
        if which.startswith("sent") and None in lines:
            gone |= {name for name in names if name.startswith(f"{which} ") and not name.endswith(" line")}
    found = {}
    for name in dict.fromkeys(names):
        values = one.get(name), other.get(name)
        if name.endswith(" order") and None not in values:
            # Only of what both have.
            values = tuple([it for it in mine if it in theirs] for mine, theirs in (values, values[::-1]))
        if values[0] != values[1] and name not in gone:
            # Numbers only where there are several.
            for kind in ["answer", "sent"]:
                if not any(it.startswith(f"{kind} 2 ") for it in names):
                    name = name.replace(f"{kind} 1 ", f"{kind} ")
            found[name] = tuple(shown(name, it) for it in values)
    return found


def shown(name, value):
    if name.startswith("sent") and isinstance(value, list):
        return ", ".join(value)
    return value if value is None or isinstance(value, str) else str(value)


def judge(case, sides, show_all):
    differing = differences(*sides)
    expected = case["differs"]
    verdict = "DIFFERS" if differing != expected else "differs" if expected else "same"
    print(f"{verdict:8}{case['topic']}  {case['name']}" + (f": {case['because']}" if expected else ""))
    if verdict == "DIFFERS":
        for name in dict.fromkeys([*differing, *expected]):
            if differing.get(name) != expected.get(name):
                print(f"             {name}: {differing.get(name, 'the same')!r}")
                if name in expected:
                    print(f"             {name}, as expected: {expected[name]!r}")
    elif show_all:
        for name, (one, other) in differing.items():
            print(f"             {name}: {one!r}, sortie: {other!r}")
    return verdict


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
