"""The page."""

import tomllib
from collections import Counter
from statistics import median

from goals import each_waiting, goals
from names import CLIENTS, PEERS, TIMED

PACKAGES = ("hyper", "hyper-util", "reqwest", "ureq", "tokio", "rustls", "sortie")

HEAD = """# Benchmarks

What sortie costs beside the practical limit and beside other HTTP clients. Everybody does the same job: so many GETs
at such a concurrency, over HTTP/1.1 with kept connections and, where nothing else is said, without TLS, status and
content of each response kept in order until the end. **raw** is the limit: the smallest epoll loop that writes baked bytes, reads once and looks for the
head's end and the length; it keeps nothing ("raw, keeping" does). **sortie** is `map` of a session's batch, with all
that a session does by default; **libsortie** is the same, called from C.

![CPU of a request against raw](benchmarks.svg)

"""

METHOD = """## Method

- `benches/compare` does all of it: it builds with fat LTO and one codegen unit (libcurl is the system's), starts
  nginx with one worker on processor 1 and runs the clients on processor 0, one at a time, in turn: A B C .., A B C ..,
  {rounds} rounds.
- CPU is the client's user and system time from before the first connection to the last response. A quotient is the
  median of the quotients of each round; the range beside it is the least and the largest. Two quotients within 0.1 of
  one another are equal.
- Everybody is written as its own users would: hyper, hyper-util and reqwest on tokio's current-thread runtime with as
  many tasks as the concurrency, ureq with as many threads, libcurl with `curl_multi_poll` and as many easy handles,
  each used again. "Copying" copies each content into memory of its size; without it hyper keeps the buffer alive that
  it was read into.
- At 64 KiB raw alone is no limit for who keeps what it reads: all its reads go to one buffer that stays in the
  processor's cache. There the limit is "raw, keeping", which takes new memory for each content as everybody does.
- raw sends the head that sortie sends; the peers send their own, which are shorter (hyper's has Host and nothing else).
- Over TLS (1.3, AES-256-GCM or what the client prefers, a P-256 certificate) raw, sortie, hyper by tokio-rustls and
  reqwest rest on rustls with aws-lc, ureq on rustls with ring, libcurl on the system's library. Without keep-alive
  everybody sends `Connection: close` and takes up the sessions that nginx gave tickets for.
- Not measured here: bodies of a GiB and gzip (see [large-bodies.md](large-bodies.md)), HTTP/2, pipelining, instructions and
  system calls.

Machine: {cpu}, {cores} cores, {kernel}. Load before the first run: {load}. Versions: {versions}.
"""


def page(results, lock):
    """The page in Markdown; `lock` is the text of the peers' lock file."""
    about, bounds = results.about, goals(results)
    verdicts = Counter(goal.verdict.split(":")[0] for found in bounds.values() for goal in found)
    parts = [HEAD]
    if about.get("quick"):
        parts.append("**A quick run: it shows that everything works. Its figures mean nothing.**\n\n")
    met, missed = verdicts["met"], verdicts["**not met**"]
    parts.append(f"Measured on {about['date']}. Goals met: {met}; not met: {missed}; open: {verdicts['open']}.\n\n")
    for scenario, title in TIMED.items():
        parts += [f"## {title}\n\n", timed(results, scenario), bound(bounds[scenario])]
    parts += ["## Memory of kept results\n\n", kept(results), bound(bounds["kept"])]
    parts += ["## Memory of waiting connections\n\n", waiting(results), bound(bounds["waiting"])]
    parts += ["## libsortie\n\n", library(about)]
    parts += ["## Many requests against a few\n\n", many(results), bound(bounds["many"])]
    parts += ["## From Go\n\n", from_go(results), bound(bounds["go-64"])]
    rounds = max((len(results.rounds(scenario, "sender")) for scenario in TIMED), default=0)
    parts.append(METHOD.format(rounds=rounds, versions=versions(about, lock), **{
        key: about.get(key) or "unknown" for key in ("cpu", "cores", "kernel", "load")
    }))
    return "".join(parts)


def timed(results, scenario):
    """Who needs how much CPU, the cheapest first."""
    best = results.best(scenario, PEERS)
    rows = []
    for client in sorted(results.clients(scenario), key=lambda client: results.median(scenario, client)):
        ratios = results.ratios(scenario, client, "raw")
        rows.append([
            name(client),
            f"{results.median(scenario, client):.2f}",
            f"{median(ratios):.2f}" if ratios else "–",
            f"{min(ratios):.2f} – {max(ratios):.2f}" if ratios and client != "raw" else "",
            f"{results.ratio(scenario, client, best):.2f}" if best else "–",
            f"{results.median(scenario, client, 'requests_per_s'):,.0f}",
        ])
    if not rows:
        return "Not measured.\n\n"
    requests = results.requests(scenario, results.clients(scenario)[0])
    head = ["client", "CPU µs a request", "× raw", "range", "× best peer", "requests/s"]
    return f"`PROGRAM URL {requests} {scenario.split('-')[-1]}`\n\n" + table(head, rows)


def kept(results):
    """What the results of many requests take."""
    rows = []
    for client in results.clients("kept"):
        grown = results.grown(client, "kept", "kept-one")
        if grown:
            kib, requests = median(grown.values()), results.requests("kept", client)
            rows.append((kib, [name(client), f"{kib / 1024:.1f}", f"{kib * 1024 / requests:.0f}"]))
    rows.sort(key=lambda row: row[0])
    text = "Peak memory with {:,} responses of 100 bytes kept, less that with one, 64 at a time. sortie keeps whole\n" \
        "`Response`s, the others status and content.\n\n"
    return text.format(results.requests("kept", "sender")) + table(
        ["client", "MiB", "bytes a response"], [row for _, row in rows]
    )


def waiting(results):
    """What a connection takes whose response has not come."""
    rows = []
    for client in results.clients("waiting"):
        ended = results.grown(client, "waiting", "waiting-none")
        to_the_end = median(ended.values()) / results.requests("waiting", client)
        each = each_waiting(results, client)
        rows.append((each, [name(client), f"{each:.2f}", f"{to_the_end:.2f}"]))
    rows.sort(key=lambda row: row[0])
    text = "{:,} connections, each waiting for its first response: peak memory at that moment, less that of the same\n" \
        "program without a request, for each connection; and the same once all are answered and kept.\n\n"
    return text.format(results.requests("waiting", "sender")) + table(
        ["client", "KiB while waiting", "KiB to the end"], [row for _, row in rows]
    )


def many(results):
    """Whether a request costs more when there are many."""
    rows = [
        [f"{results.requests(scenario, 'sender'):,}", f"{results.median(scenario, 'sender'):.2f}"]
        for scenario in ("few", "many")
        if results.clients(scenario)
    ]
    return "sortie alone, 100 bytes, 64 at a time.\n\n" + table(["requests", "CPU µs a request"], rows)


def library(about):
    """What a program takes along that uses libsortie."""
    size, crates = about.get("libsortie_bytes"), about.get("libsortie_crates")
    if not size:
        return "Not measured.\n\n"
    return f"`libsortie.so`, stripped, with its default features (TLS, br, zstd): {size / 1024 / 1024:.1f} MiB. " \
        f"Crates in its tree, ours included: {crates}.\n\n"


def from_go(results):
    """The Go package beside net/http."""
    names = {"go-map": "**sortie's `Map`**", "go-round-trip": "sortie's `RoundTripper`", "go-net-http": "net/http"}
    rows = [
        [name, f"{cost:.2f}", f"{results.median('go-64', client, 'peak_rss_kib') / 1024:.0f} MiB"]
        for client, name in names.items()
        if (cost := results.median("go-64", client)) is not None
    ]
    if not rows:
        return "Not measured.\n\n"
    return "100 bytes, 64 at a time.\n\n" + table(["client", "CPU µs a request", "peak memory"], rows)


def bound(goals):
    """Goals beside what was measured."""
    rows = [[goal.text, "–" if goal.value is None else f"{goal.value:.2f}", goal.verdict] for goal in goals]
    return table(["goal of sortie", "measured", "verdict"], rows)


def table(head, rows):
    """A table whose first column is text and whose others are aligned to the right where they hold figures."""
    lines = [head, ["---"] + ["---:" if title != "verdict" else "---" for title in head[1:]], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines) + "\n"


def name(client):
    """What a client is called; sortie stands out."""
    return f"**{CLIENTS[client]}**" if client == "sender" else CLIENTS[client]


def versions(about, lock):
    """Of all that took part."""
    found = {package["name"]: package["version"] for package in tomllib.loads(lock)["package"]}
    parts = [f"{package} {found[package]}" for package in PACKAGES if package in found]
    parts[-1] += f" at {about['commit']}" if about.get("commit") else ""
    parts += [f"libcurl {about.get('curl')}", f"nginx {about.get('nginx')}", about.get("rustc", ""), about.get("cc", "")]
    return ", ".join(part for part in parts if part)
