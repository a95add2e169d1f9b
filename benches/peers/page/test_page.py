"""What the page says follows from the results."""

import json
import unittest
from xml.dom import minidom

from chart import chart
from goals import each_waiting, goals
from names import CLIENTS, TIMED
from results import Results
from text import page

LOCK = '[[package]]\nname = "hyper"\nversion = "1.2.3"\n'
ABOUT = {"about": {"date": "2026-11-22", "quick": False, "cpu": "A", "cores": 2, "kernel": "L", "curl": "7.88.1"}}


def run(scenario, client, number, cpu, peak=1000, requests=100, **more):
    """A line of the results."""
    report = {"requests": requests, "us_cpu_per_request": cpu, "requests_per_s": 10.0, "peak_rss_kib": peak}
    return {"scenario": scenario, "client": client, "round": number, "report": report, **more}


def results(*entries):
    """Results of such lines."""
    return Results(json.dumps(entry) for entry in (ABOUT, *entries))


def whole():
    """Every scenario, in three rounds."""
    clients = [run(s, c, n, 5.0 + len(c)) for s in TIMED for c in CLIENTS for n in (1, 2, 3)]
    for number in (1, 2, 3):
        for client in CLIENTS:
            clients += [run("kept", client, number, 1.0, 7000, 60), run("kept-one", client, number, 1.0, 1000, 1)]
        clients += [run("few", "sender", number, 5.0), run("many", "sender", number, 5.5)]
        for client in ("sender", "curl"):
            clients += [run("waiting-none", client, number, None, 1000, 0)]
            clients += [run("waiting", client, number, 1.0, 1400, 100, waiting_kib=1200)]
    return results(*clients)


class Page(unittest.TestCase):
    """The facts."""

    def test_a_ratio_is_the_median_of_the_rounds_and_not_of_the_medians(self):
        found = results(
            run("s", "a", 1, 1.0), run("s", "b", 1, 1.0),
            run("s", "a", 2, 4.0), run("s", "b", 2, 2.0),
            run("s", "a", 3, 9.0), run("s", "b", 3, 1.0),
        )
        self.assertEqual(found.ratios("s", "a", "b"), [1.0, 2.0, 9.0])
        self.assertEqual(found.ratio("s", "a", "b"), 2.0)

    def test_a_round_that_one_of_them_missed_does_not_count(self):
        found = results(run("s", "a", 1, 1.0), run("s", "a", 2, 6.0), run("s", "b", 2, 2.0))
        self.assertEqual(found.ratios("s", "a", "b"), [3.0])
        self.assertIsNone(found.ratio("s", "a", "c"))

    def test_a_goal_is_met_at_its_limit_and_not_beyond(self):
        for cpu, verdict in ((11.0, "met"), (11.01, "**not met**")):
            found = results(run("small-1", "sender", 1, cpu), run("small-1", "raw", 1, 10.0))
            self.assertEqual(goals(found)["small-1"][0].verdict, verdict)

    def test_an_older_libcurl_decides_nothing(self):
        found = results(run("small-64", "sender", 1, 1.0), run("small-64", "curl", 1, 10.0))
        self.assertEqual(goals(found)["small-64"][3].verdict, "open: this is libcurl 7.88.1")

    def test_what_was_not_measured_is_open(self):
        self.assertTrue(all(goal.verdict.startswith("open") for found in goals(results()).values() for goal in found))

    def test_a_scenario_that_not_everybody_could_run_is_told(self):
        text = page(results(run("https-64", "raw", 1, 5.0), run("https-64", "hyper", 1, 10.0)), LOCK)
        self.assertIn("`PROGRAM URL 100 64`", text)
        self.assertIn("| hyper, bare connections | 10.00 | 2.00 |", text)
        self.assertIn("## https without keep-alive, 64 at a time\n\nNot measured.", text)

    def test_waiting_connections_share_what_is_more_than_without_them(self):
        self.assertEqual(each_waiting(whole(), "sender"), 2.0)

    def test_the_page_names_every_client_goal_and_version(self):
        text = page(whole(), LOCK)
        figures = ("hyper 1.2.3", "libcurl 7.88.1", "3 rounds", "| 2.00 | 4.00 |")
        for words in (*CLIENTS.values(), *TIMED.values(), *figures):
            self.assertIn(words, text)
        for found in goals(whole()).values():
            self.assertTrue(all(goal.text in text for goal in found))

    def test_the_chart_has_a_bar_for_each_client_but_raw(self):
        drawn = minidom.parseString(chart(whole())).getElementsByTagName("rect")
        self.assertEqual(len(drawn) - 1, len(TIMED) * (len(CLIENTS) - 1))


if __name__ == "__main__":
    unittest.main()
