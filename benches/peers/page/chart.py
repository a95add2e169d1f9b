"""The chart: bars of CPU a request against raw, one block for each scenario."""

from html import escape

from names import CLIENTS, TIMED

WIDTH, LABEL, RIGHT, BAR, GAP, TITLE, TOP = 760, 230, 70, 14, 4, 30, 46
LONGEST = 5.0  # a longer bar ends there, with a broken end
SORTIE, PEER, LIMIT = "#c2410c", "#8a94a3", "#1f2937"


def chart(results):
    """The chart as SVG."""
    blocks = [(scenario, bars(results, scenario)) for scenario in TIMED if results.clients(scenario)]
    scale = (WIDTH - LABEL - RIGHT) / LONGEST
    parts, y = [], TOP
    for scenario, found in blocks:
        parts.append(text(8, y + 16, TIMED[scenario], "700"))
        y += TITLE
        end = y + len(found) * (BAR + GAP)
        for client, ratio in found:
            parts += bar(client, ratio, y, scale)
            y += BAR + GAP
        parts.append(limit(LABEL + scale, end - len(found) * (BAR + GAP) - 4, end))
        y += 10
    head = text(8, 24, "CPU of a request, times raw (the line): less is better", "700", 15)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{y}" viewBox="0 0 {WIDTH} {y}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">\n<title>CPU of a request against raw</title>\n'
        f'<rect width="{WIDTH}" height="{y}" fill="#ffffff"/>\n{head}\n' + "\n".join(parts) + "\n</svg>\n"
    )


def bars(results, scenario):
    """The clients but raw, which is the line, with their ratios, the least first."""
    clients = [client for client in results.clients(scenario) if client != "raw"]
    found = [(client, results.ratio(scenario, client, "raw")) for client in clients]
    return sorted((entry for entry in found if entry[1] is not None), key=lambda entry: entry[1])


def limit(x, top, bottom):
    """The line that raw is."""
    return f'<line x1="{x:.1f}" y1="{top}" x2="{x:.1f}" y2="{bottom}" stroke="{LIMIT}" stroke-width="1.5"/>'


def bar(client, ratio, y, scale):
    """One bar between its name and its figure."""
    ours = client == "sender"
    width = min(ratio, LONGEST) * scale
    weight = "700" if ours else "400"
    parts = [
        text(LABEL - 8, y + BAR - 3, CLIENTS[client], weight, anchor="end"),
        f'<rect x="{LABEL}" y="{y}" width="{width:.1f}" height="{BAR}" fill="{SORTIE if ours else PEER}"/>',
        text(LABEL + width + 5, y + BAR - 3, f"{ratio:.2f}", weight),
    ]
    if ratio > LONGEST:
        x = LABEL + width - 6
        ends = f'x1="{x:.1f}" y1="{y}" x2="{x:.1f}" y2="{y + BAR}"'
        parts.append(f'<line {ends} stroke="#ffffff" stroke-width="4" stroke-dasharray="3 1"/>')
    return parts


def text(x, y, words, weight="400", size=12, anchor="start"):
    """A piece of text."""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" font-weight="{weight}" text-anchor="{anchor}" '
        f'fill="{LIMIT}">{escape(words)}</text>'
    )
