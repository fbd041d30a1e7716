"""The decision log of a broker: what clients do is counted there exactly, and whatever is done to its files is found."""

import asyncio
import json
import os
import re
import shutil
import time

import nats
import pytest

import issuer
from flushing import synchronise
from peers import World
from realm import Account, Export, Issued, Permissions, Realm, User
from test_loops import together

pytestmark = pytest.mark.timeout(170)

REALM = Realm((
    Account(
        "A", users=(
            User("user"), User("narrow", Permissions(pub=("ok.>",), sub=("ok.>", "_INBOX.>"), deny_sub=("ok.secret",))),
        ), exports=(Export("feed.>"),)),
    Account("B", users=(User("user"),)),
))
# How long the flood lasts: a twentieth of it in every run.
FLOOD_SECONDS = 30 if os.environ.get("CHANCERY_PROVE") else 1.5


class Audited(World):
    """A broker that keeps its decisions."""

    def __init__(self, folder, realm=None, name="n1"):
        self.folder, self.name = folder, name
        super().__init__(
            "chancery", realm or Issued(REALM), folder, f'server_name: "{name}"', arguments=("--audit", "audit"))
        self.log = folder / "audit" / f"broker-{name}"

    def kill(self):
        self.server.process.kill()
        self.server.process.wait()

    def again(self):
        """The next broker in the same place."""
        return Audited(self.folder, self.realm)


@pytest.fixture
def audited(tmp_path):
    world = Audited(tmp_path)
    yield world
    world.close()


def records(world):
    return records_of((world.log / "000.seg").read_bytes())


def counted(records, **wanted):
    """How many events records of some kind account for."""
    return sum(record.get("count", 1) for record in records if wanted.items() <= record.items())


def verified(chancery, world, exits=0):
    """What verification says of the broker's log."""
    done = chancery("audit", "verify", "--audit", world.folder / "audit", "--json", exits=exits)
    return json.loads(done.stdout.splitlines()[-1])


def check_accounts(records):
    """Within one start and for each event loop, n is the sum of what records up to there count and say was lost."""
    totals = {}
    for record in records:
        if "src" in record:
            key = (record["boot"], record["src"])
            lost = sum(record["gap"]["lost"].values()) if "gap" in record else None
            totals[key] = totals.get(key, 0) + (record.get("count", 1) if lost is None else lost)
            assert record["n"] == totals[key]
    return sum(totals.values())


async def connect(world, user, errors):
    """A nats-py client, whose errors are gathered."""
    file = world.folder / f"{user}.creds"
    file.write_text(world.credentials(user).text())

    async def note(error):
        errors.append(error)

    return await nats.connect(world.server.url, user_credentials=str(file), error_cb=note, allow_reconnect=False)


def test_refusals_of_all_kinds_are_counted_exactly(audited, chancery):
    narrow = audited.client("A.narrow")
    user = audited.client("A.user")
    other = audited.client("B.user")
    for number in range(500):
        narrow.send(f"PUB no.{number % 3} _INBOX.x 1\r\nx\r\n")
    narrow.send("".join(f"PUB many.{number} 1\r\nx\r\n" for number in range(300)))
    narrow.send("SUB no.sub q 7\r\n")
    narrow.subscribe("ok.>", "1")
    narrow.flush()
    user.send("".join("PUB ok.secret 1\r\nx\r\n" for _ in range(25)) + "PUB ok.open 1\r\nx\r\n")
    user.flush()
    other.flush()
    assert [message.subject for message in narrow.messages()] == ["ok.open"]
    assert audited.refusal(forged(audited)) is not None
    narrow.close()
    audited.server.stop()

    found = records(audited)
    check_accounts(found)
    assert counted(found, kind="connect", outcome="allowed") == 3
    assert counted(found, kind="publish", outcome="denied") == 800
    assert counted(found, kind="subscribe", outcome="denied") == 1
    assert counted(found, kind="deliver", outcome="denied") == 25
    assert counted(found, kind="disconnect") == 3
    refused = [record for record in found if record["kind"] == "connect" and record["outcome"] == "denied"]
    assert [record["reason"] for record in refused] == ["invalid_signature"]
    # No more than 64 subjects of a connection in a second, and samples of the rest.
    many = [record for record in found if record.get("sample")]
    assert many and all("subject" not in record and len(record["sample"]) <= 8 for record in many)
    first = next(record for record in found if record.get("subject") == "no.0")
    assert first["who"]["name"] == "narrow" and first["reply"] == "_INBOX.x" and "count" not in first
    assert first["rule"] == {"effect": "default", "claim": "/nats/pub/allow"} and len(first["claims"]) == 64
    queue = next(record for record in found if record["kind"] == "subscribe")
    assert (queue["subject"], queue["queue"], queue["reason"]) == ("no.sub", "q", "not_allowed_by_any_rule")
    denied = next(record for record in found if record["kind"] == "deliver")
    assert denied["rule"] == {"effect": "deny", "text": "ok.secret", "claim": "/nats/sub/deny/0"}
    findings = verified(chancery, audited)
    assert findings["problems"] == [] and findings["verified"] == findings["records"] and findings["lost"] == 0


def forged(world):
    """The JWT of one user with the key of another."""
    return issuer.Credentials(world.credentials("A.user").token, world.credentials("A.narrow").key)


def test_what_nats_py_clients_are_refused_is_counted_exactly(audited, chancery):
    async def play():
        errors = []
        narrow, user = await connect(audited, "A.narrow", errors), await connect(audited, "A.user", errors)
        got = []

        async def take(message):
            got.append(message.subject)

        await narrow.subscribe("ok.>", cb=take)
        await narrow.subscribe("feed.>", cb=take)
        await narrow.subscribe("feed.>", queue="q", cb=take)
        for number in range(40):
            await narrow.publish(f"no.{number % 4}", b"x")
        await synchronise(narrow)
        for _ in range(15):
            await user.publish("ok.secret", b"x")
        await user.publish("ok.open", b"x")
        await synchronise(user, narrow)
        assert got == ["ok.open"]
        with pytest.raises(Exception):
            file = audited.folder / "forged.creds"
            file.write_text(forged(audited).text())
            await nats.connect(
                audited.server.url, user_credentials=str(file), allow_reconnect=False, max_reconnect_attempts=0)
        await narrow.close()
        await user.close()

    asyncio.run(play())
    # That they have gone is noticed on its own.
    wait_for(lambda: counted(records(audited), kind="disconnect") == 2)
    audited.server.stop()
    found = records(audited)
    check_accounts(found)
    denied = {"outcome": "denied"}
    assert counted(found, kind="publish", **denied) == 40 and counted(found, kind="deliver", **denied) == 15
    assert counted(found, kind="subscribe", **denied) == 2
    assert counted(found, kind="connect", **denied) >= 1 and counted(found, kind="connect", outcome="allowed") == 2
    assert {record["reason"] for record in found if record["kind"] == "disconnect"} == {"client_closed"}
    verified(chancery, audited)


def test_nobody_can_write_a_secret_into_a_record(audited):
    credentials = audited.credentials("A.user")
    seed = credentials.key.seed
    client = audited.client("A.narrow", name=seed)
    client.send(f"PUB no.{seed} {credentials.token} 7\r\npayload\r\n")
    client.send(f"SUB no.{credentials.token} {seed} 1\r\n")
    client.flush()
    audited.refusal(issuer.Credentials(credentials.token[:-4] + "AAAA", credentials.key), user=seed, auth_token="secret-x")
    audited.refusal(None, user=seed, **{"pass": "secret-x"})
    audited.server.stop()
    written = b"".join(file.read_bytes() for file in audited.log.rglob("*") if file.is_file()).decode(errors="replace")
    for secret in (seed, seed[2:50], credentials.token, credentials.token.split(".")[1], "secret-x", "payload"):
        assert secret not in written
    assert "not shown" in written


class Flood:
    """Publishes what it may not, as fast as it can, and counts that."""

    BLOCK = 500

    def __init__(self, world, user, number):
        self.connection = world.client(user)
        self.block = "".join(
            f"PUB no.{number}.{place % 100} 1\r\nx\r\n" for place in range(self.BLOCK)).encode()
        self.count = 0

    def run(self, seconds):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.connection.send(self.block)
            self.count += self.BLOCK
            # What the server has against it is read, so that it goes on reading.
            self.connection.flush()


def test_every_refusal_of_a_flood_is_accounted_for(audited, chancery):
    floods = [Flood(audited, "A.narrow", number) for number in range(4)]
    together(lambda flood: flood.run(FLOOD_SECONDS), floods)
    audited.server.stop()
    found = records(audited)
    total = check_accounts(found)
    sent = sum(flood.count for flood in floods)
    lost = sum(record["gap"]["lost"].get("publish.denied", 0) for record in found if "gap" in record)
    assert counted(found, kind="publish", outcome="denied") + lost == sent
    assert total == sent + counted(found, kind="connect") + counted(found, kind="disconnect")
    findings = verified(chancery, audited)
    assert findings["problems"] == [] and findings["events"] + findings["lost"] == total
    assert len(found) < sent / 4 or sent < 20_000


def test_a_broker_that_was_killed_leaves_a_log_that_goes_on(audited, chancery):
    client = audited.client("A.narrow")
    for number in range(50):
        client.send(f"PUB no.{number} 1\r\nx\r\n")
    client.flush()
    wait_for(lambda: counted(records(audited), kind="publish") == 50)
    # Until it is signed, so that the next one has to hold to it.
    wait_for(lambda: int((audited.log / "checkpoint").read_text().splitlines()[1]) >= 52)
    client.send("PUB no.1 1\r\nx\r\n" * 300)
    client.flush()
    audited.kill()
    before = records_of((audited.log / "000.seg").read_bytes())
    findings = verified(chancery, audited)
    assert findings["problems"] == [] and findings["open"] and findings["verified"] >= 52
    # As if it had been killed in the middle of a write.
    with (audited.log / "000.seg").open("ab") as file:
        file.write(b'{"v":1,"log":"torn')
    assert verified(chancery, audited)["problems"] == []
    again = audited.again()
    again.client("A.user").flush()
    again.server.stop()
    found = records(again)
    assert found[:len(before)] == before
    gap = found[len(before)]
    assert gap["kind"] == "gap" and gap["gap"]["cause"] == "crash" and gap["gap"]["lost"] is None
    missing = 350 - counted(before, kind="publish")
    assert 0 <= missing <= gap["gap"]["at_most"]
    check_accounts(found)
    findings = verified(chancery, again)
    assert findings["problems"] == [] and findings["verified"] == findings["records"] and not findings["open"]
    again.close()


def records_of(content):
    return [json.loads(line) for line in content.split(b"\n")[:-1]]


def test_connections_that_are_cut_are_recorded_with_the_reason(audited):
    audited.client("A.user").send("NONSENSE\r\n")
    audited.client("A.user").send(f"PUB ok.big {2 << 20}\r\n")
    audited.client("B.user").close()
    wait_for(lambda: counted(records(audited), kind="disconnect") == 3)
    ends = {record["reason"]: record["outcome"] for record in records(audited) if record["kind"] == "disconnect"}
    assert ends == {
        "protocol_violation": "cut", "maximum_payload_exceeded": "exhausted", "client_closed": "changed"}
    waiting = audited.client("A.user")
    audited.server.stop()
    assert records(audited)[-1]["reason"] == "server_shutdown"
    waiting.close()


def test_a_credential_that_ends_cuts_its_connection_with_that_reason(audited):
    account = REALM.account("A")
    ending = audited.realm.user(account, account.users[0], exp=int(time.time()) + 2)
    client = audited.client(ending)
    wait_for(lambda: counted(records(audited), kind="disconnect") == 1)
    end = records(audited)[-1]
    assert (end["outcome"], end["reason"], end["evidence"]) == ("cut", "user_expired", "decided")
    assert end["who"]["name"] == "user" and len(end["who"]["token"]) == 64
    # The sign-in that the cut ended is not one that was refused.
    assert counted(records(audited), kind="connect", outcome="denied") == 0
    assert audited.refusal(ending)
    wait_for(lambda: counted(records(audited), kind="connect", outcome="denied") == 1)
    assert records(audited)[-1]["reason"] == "user_expired"
    client.close()


def test_a_log_that_was_changed_is_found_and_the_record_named(audited, chancery):
    client = audited.client("A.narrow")
    for number in range(5):
        client.send(f"PUB no.{number} 1\r\nx\r\n")
    client.flush()
    audited.server.stop()
    file = audited.log / "000.seg"
    content = file.read_bytes()
    lines = content.splitlines(keepends=True)
    index = next(place for place, line in enumerate(lines) if b'"no.3"' in line)
    changes = {
        "edited": content.replace(b'"no.3"', b'"no.9"'),
        "removed": b"".join(lines[:index] + lines[index + 1:]),
        "reordered": b"".join(lines[:index] + [lines[index + 1], lines[index]] + lines[index + 2:]),
        "cut": b"".join(lines[:index]),
    }
    for change, written in changes.items():
        file.write_bytes(written)
        problems = verified(chancery, audited, exits=1)["problems"]
        assert any(problem.get("record") == index for problem in problems), change
        shown = chancery("audit", "verify", "--audit", audited.folder / "audit", exits=1).stderr
        assert f"/{index}" in shown
    file.write_bytes(content)
    checkpoint = audited.log / "checkpoint"
    note = checkpoint.read_text()
    checkpoint.write_text(note.replace(f"\n{len(lines)}\n", f"\n{len(lines) - 1}\n"))
    assert verified(chancery, audited, exits=1)["problems"]
    checkpoint.write_text(note)
    assert verified(chancery, audited)["problems"] == []


def test_queries_find_what_they_ask_for(audited, chancery):
    client = audited.client("A.narrow")
    client.send("PUB no.1 1\r\nx\r\nPUB no.2 1\r\nx\r\nSUB no.sub 7\r\n")
    client.flush()
    audited.refusal(forged(audited))
    audited.server.stop()

    def found(*words):
        return chancery.rows("audit", "query", "--audit", audited.folder / "audit", *words)

    everything = records(audited)
    assert found("--limit", "0") == everything and found("--limit", "2") == everything[-2:]
    connection = next(record["conn"]["id"] for record in everything if record["kind"] == "publish")
    for words, wanted in (
        (("--kind", "publish"), lambda record: record["kind"] == "publish"),
        (("--outcome", "denied"), lambda record: record["outcome"] == "denied"),
        (("--subject", "no.2"), lambda record: record.get("subject") == "no.2"),
        (("--reason", "invalid_signature"), lambda record: record.get("reason") == "invalid_signature"),
        (("--user", "narrow"), lambda record: record.get("who", {}).get("name") == "narrow"),
        (("--account", audited.realm.identity("A")), lambda record: "who" in record),
        (("--connection", connection), lambda record: record.get("conn", {}).get("id") == connection),
        (("--since", "2100-01-01"), lambda record: False), (("--until", "2100-01-01"), lambda record: True),
    ):
        assert found(*words) == [record for record in everything if wanted(record)], words
    text = chancery("audit", "query", "--audit", audited.folder / "audit", "--kind", "publish").stdout
    assert "publish denied" in text and "no.1" in text and f'{everything[0]["log"]}/' in text
    assert "no.1" not in chancery("audit", "query", "--audit", audited.folder / "audit", "--kind", "connect").stdout
    chancery("audit", "query", "--audit", audited.folder / "nothing", exits=1)
    chancery("audit", "query", "--reason", "nonsense", exits=2)


def test_tail_shows_records_as_they_come(audited, chancery):
    process = chancery.start(
        "audit", "tail", "--audit", str(audited.folder / "audit"), "--kind", "publish", "--count", "2", "--json")
    client = audited.client("A.narrow")
    number = 0
    # Only what is written after it has begun is shown.
    while process.poll() is None and number < 500:
        client.send(f"PUB no.{number} 1\r\nx\r\n")
        client.flush()
        number += 1
        time.sleep(0.1)
    shown = [json.loads(line) for line in process.communicate(timeout=20)[0].splitlines()]
    assert process.returncode == 0 and len(shown) == 2
    assert all(record["kind"] == "publish" and record["subject"].startswith("no.") for record in shown)


def test_two_brokers_do_not_write_one_log(audited):
    with pytest.raises(AssertionError, match="another broker writes to the log"):
        audited.again()


def test_a_log_whose_key_is_gone_does_not_go_on(audited):
    audited.server.stop()
    (audited.folder / "audit" / "keys" / "broker-n1.seed").unlink()
    with pytest.raises(AssertionError, match="the seed of the key that signs the log is missing"):
        audited.again()


def test_logs_of_two_brokers_hold_each_other(audited, chancery, tmp_path):
    other = Audited(tmp_path, audited.realm, name="n2")
    other.client("A.user").flush()
    other.server.stop()
    audited.client("A.user").flush()
    audited.server.stop()
    lines = (audited.log / "checkpoint").read_text().splitlines()
    assert any(re.fullmatch(r"log chancery/broker-n2/\w{12} \d+ \S{44}", line) for line in lines)
    chancery("audit", "verify", "--audit", tmp_path / "audit")
    # Somebody who has the key of one begins it anew.
    shutil.rmtree(tmp_path / "audit" / "broker-n2")
    Audited(tmp_path, audited.realm, name="n2").close()
    shown = chancery("audit", "verify", "--audit", tmp_path / "audit", exits=1).stderr
    assert "another log's checkpoint" in shown


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)
