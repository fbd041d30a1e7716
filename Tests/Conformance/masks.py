"""What is volatile, and so is not compared between two servers. Nothing else is masked, unless a scenario's own
expectation says so with a `{...}`.
"""

import json
import re

# Members of INFO whose value is compared as "there or not there".
INFO_PRESENT = frozenset((
    "server_id", "server_name", "client_id", "nonce", "host", "port", "version", "connect_urls", "ws_connect_urls"))
# Members of INFO that say which program this is or what else it offers: compared not at all.
INFO_IGNORED = frozenset(("go", "git_commit", "xkey", "api_lvl", "jetstream", "feature_flags"))

# Texts inside lines, each with the name that stands for it.
TEXTS = (
    (re.compile(r"\bN[A-D][A-Z2-7]{54}\b"), "<server id>"),
    (re.compile(r"\b_R_\.[0-9A-Za-z.]+"), "_R_.<reply>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+"), "<token>"),
    (re.compile(r"\b127\.0\.0\.1:\d+\b"), "<address>"),
    (re.compile(r"^(Date|Sec-WebSocket-Accept|Content-Length): .*$", re.IGNORECASE), r"\1: <value>"),
)
# Members of JSON bodies, wherever they are, when a whole body is compared.
JSON_MEMBERS = frozenset((
    "id", "cid", "ip", "port", "time", "timestamp", "start", "stop", "now", "uptime", "last_activity", "idle", "rtt",
    "mem", "cores", "cpu", "ver", "version", "go", "git_commit", "gomaxprocs", "gomemlimit", "config_load_time",
    "config_digest", "server_id", "server_name", "host", "seq", "flags", "jetstream", "name_tag"))

# What a connection may say before it is closed, or not: the answer to a frame that breaks the rules comes from
# nats-server only where it is written before the socket is gone.
UNSTEADY_FAREWELLS = ("close frame 1002",)


def info(text):
    """An INFO line in the form in which it is compared."""
    try:
        members = json.loads(text.removeprefix("INFO "))
    except ValueError:
        return text
    kept = {
        name: "<there>" if name in INFO_PRESENT else value
        for name, value in members.items() if name not in INFO_IGNORED}
    return "INFO " + json.dumps(kept, sort_keys=True)


def line(text):
    """Any other line in the form in which it is compared."""
    for pattern, name in TEXTS:
        text = pattern.sub(name, text)
    return text
