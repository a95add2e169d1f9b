"""What the scenarios and the clients are called on the page and in the chart."""

TIMED = {
    "small-1": "100 bytes, one at a time",
    "small-64": "100 bytes, 64 at a time",
    "small-1000": "100 bytes, 1,000 at a time",
    "1k-64": "1 KiB, 64 at a time",
    "64k-64": "64 KiB, 64 at a time",
    "https-64": "https, 64 at a time",
    "https-new-64": "https without keep-alive, 64 at a time",
}

CLIENTS = {
    "raw": "raw",
    "raw-keep": "raw, keeping",
    "sender": "sortie",
    "libsortie": "libsortie, from C",
    "hyper": "hyper, bare connections",
    "hyper-copy": "hyper, bare connections, copying",
    "pool": "hyper-util pool",
    "pool-copy": "hyper-util pool, copying",
    "reqwest": "reqwest",
    "ureq": "ureq",
    "curl": "libcurl multi",
}

PEERS = [client for client in CLIENTS if client not in ("raw", "raw-keep", "sender", "libsortie")]
