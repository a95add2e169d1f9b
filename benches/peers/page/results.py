"""The results of a comparison: a line of JSON for each run, and what the lines say together."""

import json
from statistics import median


class Results:
    """What was measured, by scenario, client and round."""

    def __init__(self, lines):
        self.about = {}
        self.runs = {}
        for line in lines:
            entry = json.loads(line)
            if "about" in entry:
                self.about = entry["about"]
                continue
            rounds = self.runs.setdefault(entry["scenario"], {}).setdefault(entry["client"], {})
            rounds[entry["round"]] = {**entry["report"], **{k: v for k, v in entry.items() if k.endswith("_kib")}}

    def clients(self, scenario):
        """Who took part, in the order in which they ran."""
        return list(self.runs.get(scenario, {}))

    def rounds(self, scenario, client, key="us_cpu_per_request"):
        """One figure of each round, by round."""
        runs = self.runs.get(scenario, {}).get(client, {})
        return {number: run[key] for number, run in runs.items()}

    def median(self, scenario, client, key="us_cpu_per_request"):
        """The median of the rounds; None if there was none."""
        figures = self.rounds(scenario, client, key).values()
        return median(figures) if figures else None

    def ratios(self, scenario, client, other, key="us_cpu_per_request"):
        """The quotient of two clients in each round."""
        return quotients(self.rounds(scenario, client, key), self.rounds(scenario, other, key))

    def ratio(self, scenario, client, other, key="us_cpu_per_request"):
        """The median of the quotients of each round, not the quotient of the medians; None without a common round."""
        found = self.ratios(scenario, client, other, key)
        return median(found) if found else None

    def best(self, scenario, clients, key="us_cpu_per_request"):
        """Whose median is the least among those clients that took part."""
        there = [client for client in self.clients(scenario) if client in clients]
        return min(there, key=lambda client: self.median(scenario, client, key), default=None)

    def grown(self, client, scenario, before, key="peak_rss_kib"):
        """By how much the memory in one scenario is more than its peak in another, by round."""
        now, base = self.rounds(scenario, client, key), self.rounds(before, client, "peak_rss_kib")
        return {number: now[number] - base[number] for number in now if number in base}

    def requests(self, scenario, client):
        """How many requests a run of a client had; 0 if there was none."""
        runs = self.runs.get(scenario, {}).get(client, {})
        return next((run["requests"] for run in runs.values()), 0)


def quotients(figures, others):
    """The quotients of what two series have in the same round, in the order of the rounds."""
    return [figures[number] / others[number] for number in sorted(figures) if others.get(number)]
