"""A tenant with an account of its own, by `chancery --server`, with the service's own NATS server and with nats-server."""

import asyncio
import json
import os
import subprocess

import nats
import pytest

from flushing import synchronise
from peers import Server
from test_service import CHANCERY, Service


class Somebody:
    """Types commands that act on the service, with a token of his own."""

    def __init__(self, service, folder, token, name):
        (folder / name).mkdir()
        (folder / name / "token").write_text(token)
        self.folder = folder / name
        self.words = ["--server", f"http://127.0.0.1:{service.port}", "--token-file", "token"]

    async def __call__(self, *words, exits=0):
        def run():
            return subprocess.run(
                [os.path.abspath(CHANCERY), *words, *self.words], capture_output=True, text=True, cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder)}, timeout=120)
        done = await asyncio.to_thread(run)
        assert done.returncode == exits, f"{words}: {done.stdout}{done.stderr}"
        return done


async def connections(system, account):
    """The keys of the users that are connected, as the server says."""
    answer = await system.request(f"$SYS.REQ.ACCOUNT.{account}.CONNZ", b'{"auth": true}', timeout=10)
    return [one.get("authorized_user") for one in json.loads(answer.data)["data"]["connections"] or []]


async def story(service, tmp_path):
    # Seeds of the system account leave the directory beside the service alone.
    system_creds = tmp_path / "sys.creds"
    subprocess.run(
        [CHANCERY, "generate", "creds", "--account", "SYS", "--name", "sys", "-o", str(system_creds), "--all-dirs",
         str(service.home)], check=True, capture_output=True)
    system = await nats.connect(service.nats, user_credentials=str(system_creds))

    admin = Somebody(service, tmp_path, service.token, "admin")
    await admin("add", "account", "SHOP")
    await admin("edit", "account", "SHOP", "--conns", "10")
    await admin("add", "account", "OTHER")
    key = json.loads((await admin("describe", "account", "SHOP", "--field", "sub")).stdout)

    def token(name, role, **more):
        status, made, _ = service.send("POST", "/v1/tokens", {"name": name, "grants": [{"role": role, **more}]})
        assert status == 201, made
        return made["token"]

    tenant = Somebody(service, tmp_path, token("shop", "account-admin", account=key), "tenant")
    place = ["--operator", "operator", "--account", "SHOP"]
    await tenant("edit", "signing-key", "--sk", "generate", "--role", "clerk", "--allow-pub", "orders.>", "--allow-sub",
                 "orders.>,_INBOX.>", *place)
    # Without a name of the account it is the one that the token is for.
    made = await tenant("add", "user", "alice", "--private-key", "clerk", "--creds", "alice.creds", "--json", "--operator",
                        "operator")
    user = json.loads(made.stdout)["changes"][0]
    assert (user["action"], user["kind"], user["name"]) == ("added", "user", "alice")
    # Outside its account everything is refused, in the same words.
    for words in (["describe", "account", "OTHER"], ["describe", "account", "NOWHERE"], ["add", "account", "MORE"]):
        said = (await tenant(*words, "--operator", "operator", exits=1)).stderr
        assert "your roles do not allow it" in said and key not in said
    assert "do not allow" in (await tenant("edit", "account", "SHOP", "--conns", "-1", "--operator", "operator", exits=1)).stderr

    gone = asyncio.Event()
    refusals = []

    async def note():
        gone.set()

    async def refused(error):
        refusals.append(str(error))

    client = await nats.connect(
        service.nats, user_credentials=str(tenant.folder / "alice.creds"), allow_reconnect=False, closed_cb=note,
        disconnected_cb=note, error_cb=refused)
    got = asyncio.get_running_loop().create_future()

    async def take(message):
        got.set_result(message.data)

    await client.subscribe("orders.new", cb=take)
    await synchronise(client)
    await client.publish("orders.new", b"1")
    assert await asyncio.wait_for(got, 10) == b"1"
    await client.publish("billing.new", b"1")
    await synchronise(client)
    assert any("billing.new" in one for one in refusals), refusals
    assert user["public_key"] in await connections(system, key)

    # When the command has ended, the connection has.
    said = await tenant("revocations", "add-user", "alice", *place)
    assert 'added revocation "alice"' in said.stderr and "warning" not in said.stderr, said.stderr
    assert user["public_key"] not in await connections(system, key)
    await asyncio.wait_for(gone.wait(), 10)
    with pytest.raises(Exception):
        await nats.connect(
            service.nats, user_credentials=str(tenant.folder / "alice.creds"), allow_reconnect=False,
            max_reconnect_attempts=0)

    auditor = Somebody(service, tmp_path, token("auditor", "auditor"), "auditor")
    rows = [json.loads(line) for line in (await auditor("audit", "query", "--json", "--limit", "500")).stdout.splitlines()]
    # Changes have an operation, decisions of the broker have none.
    seen = [
        (row["op"], row["outcome"], (row.get("object") or {}).get("name")) for row in rows if "op" in row]
    for expected in [("account.add", "changed", "SHOP"), ("user.add", "changed", "alice"), ("account.push", "changed", "SHOP")]:
        assert expected in seen, (expected, seen)
    assert ("access.refuse", "denied") in [one[:2] for one in seen]
    assert "do not allow" in (await auditor("add", "account", "MINE", "--operator", "operator", exits=1)).stderr
    await system.close()
    # The seed of the user was made by the command, and is in no answer and no record.
    seed = (tenant.folder / "alice.creds").read_text().split("SEED-----\n")[1].split("\n")[0]
    assert seed.startswith("SU") and seed not in made.stdout + json.dumps(rows)
    assert not any(seed.encode() in path.read_bytes() for path in service.home.rglob("*") if path.is_file())


def test_a_tenant_with_the_services_own_server(tmp_path):
    service = Service(tmp_path / "home")
    service.first_token()
    asyncio.run(story(service, tmp_path))
    assert service.end() == 0


def test_a_tenant_with_nats_server_as_the_engine(tmp_path):
    first = Service(tmp_path / "home")
    token = first.first_token()
    assert first.end() == 0
    configuration = subprocess.run(
        [CHANCERY, "generate", "config", "--nats-resolver", "--all-dirs", str(tmp_path / "home")], check=True,
        capture_output=True, text=True).stdout
    engine = Server("nats-server", tmp_path / "engine", lambda _: 'listen: "127.0.0.1:-1"\n' + configuration)
    try:
        service = Service(tmp_path / "home", "--engine", engine.url)
        (service.token, service.nats) = (token, engine.url)
        asyncio.run(story(service, tmp_path))
        assert service.end() == 0
    finally:
        engine.stop()
