"""Every operation that the service describes, with generated requests, as every role: schemathesis reads /openapi.json.

What it checks: no failure of the service, no status, type or body that is not described, requests that the description
allows are taken, others are not, nothing works without signing in, methods that are not listed are refused with Allow.
One service is there for all roles. Those that change things come one after the other, beside those that only read.
"""
import asyncio
import concurrent.futures
import json
import os
import pathlib
import subprocess
import sys
import time

import nats
import nkeys
import pytest

from test_service import ACCOUNT, CHANCERY, Service
from test_service_applying import apply, plan, texts

PROVE = bool(os.environ.get("CHANCERY_PROVE"))
EXAMPLES = int(os.environ.get("CHANCERY_EXAMPLES", 200 if PROVE else 20))
SEED = int(os.environ.get("SEED", "0")) or int.from_bytes(os.urandom(3))
HOOKS = pathlib.Path(__file__).with_name("schemathesis_hooks.py")

ACCOUNTS = ["shop", "forum", "bank"]
# Accounts to be deleted.
SPARE = ["spare1", "spare2", "spare3"]
USERS = ["alice", "bob", "carol"]
ROLES = ["clerk", "guard"]
STREAM, REQUESTS, PRIVATE = "news.>", "prices.*", "secrets.>"
# Exports to be taken back.
GONE = ["gone.1", "gone.2", "gone.3"]
KEYS = ["first-idempotency-key", "second-idempotency-key"]

# Documented refusals of what a request means, beside those of what it says.
TAKEN = ["2xx", "304", "401", "403", "404", "409", "412", "422", "428", "429"]
REFUSED = ["400", "401", "403", "404", "405", "409", "412", "413", "414", "415", "422", "428", "429", "431"]


def done(answer, *expected):
    """What an answer says, which must have one of these statuses."""
    assert answer[0] in (expected or (200, 201)), answer
    return answer[1]


def seed(service):
    """Accounts with something of everything, so that generated paths meet what is there."""
    keys = []
    for account in ACCOUNTS:
        base = ACCOUNT + account
        keys.append(done(service.send("PUT", base, {"tags": ["seed"]}))["public_key"])
        for role in ROLES:
            done(service.send("PUT", f"{base}/roles/{role}", {"template": {"subs": 10, "pub": {"allow": ["orders.>"]}}}))
        for user in USERS:
            done(service.send("PUT", f"{base}/users/{user}", {"role": "clerk"}))
        for subject, kind in [(STREAM, "stream"), (REQUESTS, "service"), *((subject, "stream") for subject in GONE)]:
            done(service.send("PUT", f"{base}/exports/{subject}", {"type": kind}))
        done(service.send("PUT", f"{base}/exports/{PRIVATE}", {"type": "stream", "token_req": True, "advertise": True}))
        done(service.send("PUT", f"{base}/mappings/old", {"destinations": [{"subject": "new", "weight": 100}]}))
        done(service.send("POST", base + "/signing-keys"))
    for account in SPARE:
        done(service.send("PUT", ACCOUNT + account, {}))
    for subject in [STREAM, REQUESTS]:
        imported = {"account": keys[1], "type": "stream" if subject == STREAM else "service", "subject": subject}
        done(service.send("POST", ACCOUNT + "shop/imports", imported))
    signing = done(service.send("GET", ACCOUNT + "shop"))["signing_keys"]
    tokens = [done(service.send("POST", "/v1/tokens", {"name": f"t{number}", "grants": [{"role": "viewer"}]}))["id"]
              for number in range(3)]
    users = [nkeys.encode_seed(os.urandom(32), nkeys.PREFIX_BYTE_USER) for _ in range(8)]
    users = [nkeys.from_seed(bytearray(seed)).public_key.decode() for seed in users]
    asked = [done(service.send("POST", ACCOUNT + "shop/import-requests", {
        "account": keys[2], "type": "stream", "subject": f"secrets.{number}", "local_subject": f"of.{number}"}))["id"] for number in range(9)]
    trusted = [done(service.send("POST", "/v1/operators/operator/signing-keys"))["signing_keys"] for _ in range(3)][-1]
    decisions = refuse(service)
    for account in ACCOUNTS:
        for user in USERS:
            done(service.send("PUT", f"{ACCOUNT}{account}/revocations/{user}"))
    changes = done(service.send("GET", ACCOUNT + "shop/audit/admin?limit=5"))["items"]
    applied = apply(service, texts())
    assert applied["state"] == "done", applied
    return {
        "keys": keys, "tokens": tokens, "signing": signing, "users": users, "exporters": keys[1:2],
        "withdrawn": asked[:3], "approved": asked[3:6], "refused": asked[6:], "trusted": trusted,
        "plans": [plan(service, texts("bills.>"))[0]["id"]], "applied": [applied["id"]],
        "changes": [str(record["i"]) for record in changes], "decisions": decisions,
    }


def refuse(service):
    """Has the service's own server refuse something to a user of the shop; returns the records of it."""
    creds = service.home / "alice.creds"
    creds.write_text(done(service.send("PUT", ACCOUNT + "shop/users/dave", {"role": "guard"}))["creds"])

    async def publish():
        errors = asyncio.Queue()

        async def note(error):
            await errors.put(error)

        client = await nats.connect(service.nats, user_credentials=str(creds), error_cb=note)
        await client.publish("bills.new", b"")
        await asyncio.wait_for(errors.get(), 10)
        await client.close()

    asyncio.run(publish())
    deadline = time.monotonic() + 20
    while True:
        items = done(service.send("GET", ACCOUNT + "shop/audit/broker"))["items"]
        checkpoints = done(service.send("GET", "/v1/audit/broker-chancery/checkpoints"))
        size = int(checkpoints.get("latest", "\n0").split("\n")[1])
        if records := [record for record in items if record["kind"] == "publish" and record["i"] < size]:
            return [str(record["i"]) for record in records]
        assert time.monotonic() < deadline, (items, checkpoints)
        time.sleep(0.1)


def dictionaries(seeded):
    """What generated parameters are taken from now and then."""
    return {
        "path.operator": ["operator"], "path.account": ACCOUNTS, "path.user": USERS, "path.role": ROLES,
        "path.subject": [STREAM, REQUESTS, "old"], "path.key": seeded["keys"] + seeded["signing"],
        "path.exporter": seeded["keys"], "path.token": seeded["tokens"],
        "path.code": ["bad_request", "not_found", "conflict"], "path.log": ["admin", "broker-chancery"],
        "path.index": ["1", "2"], "path.request": seeded["approved"], "path.plan": seeded["plans"],
        "path.operation": seeded["applied"],
        "header.If-Match": ["*"], "header.Idempotency-Key": KEYS, "query.role": ROLES, "query.prefix": ["a", ""],
        "query.size": [2, 3], "query.index": [0, 1], "query.from": [1, 2],
        "body.role": ROLES, "body.account": seeded["keys"], "body.subject": [STREAM, REQUESTS, "orders.new"],
        "body.public_key": seeded["users"], "body.plan": seeded["plans"],
    }


# What one operation needs beside that, or in its place.
SPECIAL = {
    "accounts.delete": {"path.account": SPARE}, "mappings.delete": {"path.subject": ["old"]},
    "exports.put": {"path.subject": ["found.1", STREAM]}, "exports.delete": {"path.subject": GONE},
    "signing-keys.delete": {"path.account": ["shop"], "path.key": "signing"},
    "operator-keys.delete": {"path.key": "trusted"},
    "imports.delete": {"path.account": ["shop"], "path.exporter": "exporters", "path.subject": [STREAM, REQUESTS]},
    "imports.add": {"path.account": ["bank"], "body.account": "exporters", "body.subject": [STREAM], "body.type": ["stream"],
                    "body.local_subject": ["heard.>"], "body.activation": [""]},
    "import-requests.get": {"path.account": ["shop"]},
    "import-requests.withdraw": {"path.account": ["shop"], "path.request": "withdrawn"},
    "export-requests.get": {"path.account": ["bank"]},
    "export-requests.approve": {"path.account": ["bank"], "path.request": "approved"},
    "export-requests.refuse": {"path.account": ["bank"], "path.request": "refused"},
    "account-audit.record": {"path.account": ["shop"], "path.log": ["admin"], "path.index": "changes"},
    "account-audit.proof": {"path.account": ["shop"], "path.log": ["admin"], "path.index": "changes"},
    "account-audit.explain": {"path.account": ["shop"], "path.index": "decisions"},
}


def bindings(name, values, words, lines):
    """Parameters that are taken from these words, mostly."""
    words.append(f'[dictionaries."{name}"]\nvalues = {json.dumps(values)}')
    parameter = name.rpartition(":")[2]
    probability = 0.95 if parameter.startswith("path.") or parameter == "header.If-Match" else 0.6
    lines.append(f'"{parameter}" = {{ dictionary = "{name}", probability = {probability} }}')


def configuration(folder, token, seeded):
    special = []
    words = []
    for operation, values in SPECIAL.items():
        special += ["[[operations]]", f'include-operation-id = "{operation}"', "[operations.parameters]"]
        for name, choices in values.items():
            bindings(f"{operation}:{name}", seeded.get(choices) if isinstance(choices, str) else choices, words, special)
    lines = [f'hooks = "{HOOKS}"', "continue-on-failure = true", 'warnings = { enabled = false }',
             # A stream that begins at the first record has some at once.
             "max-stream-events = 3",
             # As the document says it is sent, so that it can be left out, too.
             "[auth.openapi.bearer]", f'bearer = "{token}"',
             "[generation]", f"max-examples = {EXAMPLES}", "no-shrink = true",
             "[checks.positive_data_acceptance]", f"expected-statuses = {json.dumps(TAKEN)}",
             "[checks.negative_data_rejection]", f"expected-statuses = {json.dumps(REFUSED)}"]
    lines.append("[parameters]")
    for name, choices in dictionaries(seeded).items():
        bindings(name, choices, words, lines)
    file = folder / "schemathesis.toml"
    file.write_text("\n".join(lines + words + special) + "\n")
    return file


def run(folder, service, token, spared, seeded, phases):
    report = folder / "report.json"
    environment = dict(os.environ, SPARED=" ".join(spared), NO_COLOR="1")
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(configuration(folder, token, seeded)), "run",
         f"http://127.0.0.1:{service.port}/openapi.json",
         "--phases", phases, "--seed", str(SEED), "--report", "json", "--report-json-path", str(report)],
        cwd=folder, env=environment, capture_output=True, text=True)
    assert report.exists(), done.stdout[-5_000:] + done.stderr[-5_000:]
    (folder / "words").write_text(done.stdout)
    return json.loads(report.read_text()), "\n".join(line[:600] for line in done.stdout.splitlines())


# Those that change things, and those that read.
GRANTS = {
    "system-admin": {}, "operator-admin": {}, "account-admin": {"account": 0},
    "issuer": {"account": 0, "signing_role": "clerk"},
    "policy-author": {}, "auditor": {}, "viewer": {},
}
WRITERS = ["system-admin", "operator-admin", "account-admin", "issuer"]


def phases(role):
    if PROVE:
        return "examples,coverage,fuzzing,stateful"
    return "examples,fuzzing,stateful" if role == "system-admin" else "fuzzing,stateful"


@pytest.fixture(scope="module")
def runs(tmp_path_factory, request):
    """What came of each role that is wanted, as it comes."""
    folder = tmp_path_factory.mktemp("service")
    service = Service(folder / "home", "--rate", "0", "--resolver")
    service.first_token()
    seeded = seed(service)
    wanted = [item.callspec.params["role"] for item in request.session.items if "runs" in getattr(item, "fixturenames", ())]
    tokens = {}
    for role in wanted:
        grant = {"role": role, **GRANTS[role]}
        if "account" in grant:
            grant["account"] = seeded["keys"][0]
        tokens[role] = done(service.send("POST", "/v1/tokens", {"name": "tester", "grants": [grant]}))["token"]
    spared = [token.split("_")[1] for token in [service.token, *tokens.values()]]

    def start(role):
        (folder / role).mkdir()
        return run(folder / role, service, tokens[role], spared, seeded, phases(role))

    with (concurrent.futures.ThreadPoolExecutor(max_workers=1) as writers,
          concurrent.futures.ThreadPoolExecutor(max_workers=1) as readers):
        yield {role: (writers if role in WRITERS else readers).submit(start, role) for role in wanted}
    assert service.send("GET", "/readyz")[0] == 200
    assert service.end() == 0
    verified = subprocess.run([CHANCERY, "audit", "verify", "--all-dirs", str(service.home)], capture_output=True)
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.timeout(36_000 if PROVE else 1_500)
@pytest.mark.parametrize("role", GRANTS)
def test_generated_requests_get_described_answers(runs, role):
    print(f"seed {SEED}")
    report, words = runs[role].result()
    assert not report["failures"] and not report["errors"], f"seed {SEED}\n{words[-60_000:]}"
    assert report["operations"]["tested"] == report["operations"]["selected"] == report["operations"]["total"] > 90
    taken = {name for name, phases in report["valid_rates"].items() if any(counts["accepted"] for counts in phases.values())}
    missed = sorted(set(report["valid_rates"]) - taken)
    print(f"{role}: {len(taken)} of {report['operations']['total']} operations came to a success; {report['running_time']} s")
    if role == "system-admin":
        assert len(taken) >= 0.9 * report["operations"]["total"], f"seed {SEED}: no success of {missed}"
