"""The goals of the project, each beside what was measured."""

from dataclasses import dataclass
from functools import partial
from statistics import median

from names import CLIENTS, PEERS


@dataclass
class Goal:
    """A bound: `value` is None where it was not measured, and `why` says why a measured one decides nothing."""

    text: str
    limit: float
    value: float | None
    why: str = ""

    @property
    def verdict(self):
        """Whether it is met, or why that is open."""
        if self.value is None:
            return "open: " + (self.why or "not measured")
        if self.why:
            return "open: " + self.why
        return "met" if self.value <= self.limit else "**not met**"


def goals(results):
    """All goals, by scenario."""
    against = partial(cpu_against, results)
    return {
        "small-1": [against("small-1", "raw", 1.10), against("small-1", "hyper", 0.85)],
        "small-64": [
            against("small-64", "raw", 1.08),
            against("small-64", "hyper-copy", 0.85),
            against("small-64", "reqwest", 0.45),
            against("small-64", "curl", 0.55),
            from_c(results, "sender", 1.05),
            from_c(results, "curl", 0.50),
        ],
        "small-1000": [
            against("small-1000", "raw", 1.12),
            Goal("CPU ≤ 0.60 × fasthttp", 0.60, None, "fasthttp is not among the peers here"),
            against("small-1000", "curl", 0.30),
        ],
        "1k-64": [against("1k-64", "raw", 1.08), against("1k-64", "hyper-copy", 1.00)],
        "64k-64": [
            against("64k-64", "raw", 0.95),
            against("64k-64", "raw-keep", 0.95),
            against_best(results, "64k-64", 0.95),
        ],
        "https-64": [against("https-64", "raw", 1.12), against("https-64", "hyper-copy", 0.90)],
        "https-new-64": [against("https-new-64", "raw", 1.10), against_best(results, "https-new-64", 0.70)],
        "kept": [kept_against(results, "hyper-copy", 0.90), kept_against(results, "raw-keep", 2.00)],
        "waiting": waiting(results),
        "many": [many(results)],
        "go-64": [Goal("CPU ≤ 0.60 × net/http", 0.60, results.ratio("go-64", "go-map", "go-net-http"))],
    }


def cpu_against(results, scenario, client, limit):
    """A bound of sortie's CPU against one other client's. The goals against libcurl name version 8."""
    name = "libcurl 8" if client == "curl" else CLIENTS[client]
    why = old_curl(results) if client == "curl" else ""
    return Goal(f"CPU ≤ {limit:.2f} × {name}", limit, results.ratio(scenario, "sender", client), why)


def from_c(results, client, limit):
    """A bound of libsortie's CPU, called from C, against one other client's."""
    name = f"libcurl {results.about.get('curl') or 'multi'}" if client == "curl" else CLIENTS[client]
    return Goal(f"from C: CPU ≤ {limit:.2f} × {name}", limit, results.ratio("small-64", "libsortie", client))


def against_best(results, scenario, limit):
    """A bound of sortie's CPU against the best peer's."""
    best = results.best(scenario, PEERS)
    value = results.ratio(scenario, "sender", best) if best else None
    return Goal(f"CPU ≤ {limit:.2f} × the best peer", limit, value)


def kept_against(results, client, limit):
    """A bound of the memory that the kept results take."""
    ours, theirs = (results.grown(name, "kept", "kept-one") for name in ("sender", client))
    both = [ours[number] / theirs[number] for number in ours if theirs.get(number)]
    return Goal(f"memory ≤ {limit:.2f} × {CLIENTS[client]}", limit, median(both) if both else None)


def waiting(results):
    """The bounds of a waiting connection's memory."""
    ours, theirs = each_waiting(results, "sender"), each_waiting(results, "curl")
    ratio = ours / theirs if ours is not None and theirs else None
    return [
        Goal("≤ 1.2 KiB a connection", 1.2, ours),
        Goal("memory ≤ 0.25 × libcurl 8", 0.25, ratio, old_curl(results)),
    ]


def each_waiting(results, client):
    """KiB for each waiting connection, the median of the rounds; None if it was not measured."""
    grown = results.grown(client, "waiting", "waiting-none", "waiting_kib")
    return median(grown.values()) / results.requests("waiting", client) if grown else None


def many(results):
    """The bound of the growth of a request's cost with their number."""
    many, few = results.rounds("many", "sender"), results.rounds("few", "sender")
    both = [many[number] / few[number] for number in many if few.get(number)]
    return Goal("CPU of each ≤ 1.05 × that of each of a few", 1.05, median(both) if both else None)


def old_curl(results):
    """Why a figure against libcurl decides nothing, if so."""
    version = results.about.get("curl", "")
    return "" if version.split(".")[0] == "8" else f"this is libcurl {version}"
