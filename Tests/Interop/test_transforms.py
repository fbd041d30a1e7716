"""Subject mappings on a real nats-server: what comes out of every function, and what it does not take.

The files of vectors are also what Chancery's transforms are tested with (`TransformVectorTests`), so that both are held to
the same results. `RECORD_VECTORS=1` writes down what the server does.
"""

import json
import os
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from peers import NATS_SERVER, Server
from wire import Connection

pytestmark = pytest.mark.timeout(170)
VECTORS = Path(__file__).parent.parent / "SubjectsTests" / "Vectors"
RECORD = os.environ.get("RECORD_VECTORS") == "1"
MESSAGES = 2_000
# More than five standard deviations of a share of one half.
TOLERANCE = 6


def vectors(name):
    return [json.loads(line) for line in (VECTORS / name).read_text().splitlines()]


def compare(name, rows, key, measured):
    """Holds what was measured against what is written down."""
    if RECORD:
        lines = [json.dumps(row | {key: value}) for row, value in zip(rows, measured, strict=True)]
        (VECTORS / name).write_text("".join(line + "\n" for line in lines))
    wrong = [(row, value) for row, value in zip(rows, measured, strict=True) if row[key] != value and not RECORD]
    assert not wrong


def start(folder, accounts):
    """A server in the cluster C1 with one account for each text of mappings."""
    texts = [
        f'A{number} {{ users: [{{ user: "{number}", password: "p" }}], mappings {{ {text} }} }}'
        for number, text in enumerate(accounts)]
    return Server("nats-server", folder, lambda port: "\n".join([
        "listen: 127.0.0.1:-1", 'cluster { name: "C1", listen: "127.0.0.1:-1" }', "accounts {", *texts, "}"]))


def sign_in(server, number):
    client = Connection(server.address)
    client.sign_in(**{"user": str(number), "pass": "p"})
    client.subscribe(">")
    return client


def test_results(tmp_path):
    rows = vectors("transforms.jsonl")
    mappings = list(dict.fromkeys((row["source"], row["destination"]) for row in rows))
    server = start(tmp_path, [f'"{source}": "{destination}"' for source, destination in mappings])
    measured = []
    try:
        for number, mapping in enumerate(mappings):
            with sign_in(server, number) as client:
                for row in rows:
                    if (row["source"], row["destination"]) == mapping:
                        client.send(f"PUB {row['subject']} 0\r\n\r\n")
                        got = [message.subject for message in client.flush()]
                        assert len(got) < 2
                        measured.append(got[0] if got else None)
    finally:
        server.stop()
    compare("transforms.jsonl", rows, "result", measured)


def test_texts(tmp_path):
    rows = vectors("transform-texts.jsonl")
    file = tmp_path / "server.conf"
    measured = []
    for row in rows:
        file.write_text(f'listen: 127.0.0.1:-1\nmappings {{ "{row["source"]}": "{row["destination"]}" }}\n')
        done = subprocess.run([NATS_SERVER, "-t", "-c", file], capture_output=True, timeout=20)
        measured.append(done.returncode == 0)
    compare("transform-texts.jsonl", rows, "nats-server", measured)
    # Whatever Chancery takes, the server takes too.
    assert all(row["nats-server"] or not row["chancery"] for row in vectors("transform-texts.jsonl"))


def test_shares(tmp_path):
    rows = vectors("mappings.jsonl")

    def destination(words):
        cluster = f', cluster: "{words["cluster"]}"' if words["cluster"] else ""
        return f'{{ destination: "{words["subject"]}", weight: {words["weight"]}%{cluster} }}'

    server = start(
        tmp_path, [f'"{row["source"]}": [{", ".join(map(destination, row["destinations"]))}]' for row in rows])
    try:
        for number, row in enumerate(rows):
            with sign_in(server, number) as client:
                client.send(f"PUB {row['subject']} 0\r\n\r\n" * MESSAGES)
                got = Counter(message.subject for message in client.flush())
            got[""] = MESSAGES - got.total()
            shares = {subject: 100 * count / MESSAGES for subject, count in got.items() if count}
            assert shares.keys() == row["percent"].keys(), row
            assert all(abs(share - row["percent"][subject]) < TOLERANCE for subject, share in shares.items()), row
    finally:
        server.stop()
