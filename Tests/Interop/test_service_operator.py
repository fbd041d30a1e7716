"""What is done to the directory by hand, beside a service that runs: it goes on."""
import asyncio
import json
import sqlite3
import subprocess
import time

import nats

from flushing import synchronise
from test_service import ACCOUNT, CHANCERY, Service


def command(home, *words, exits=0):
    done = subprocess.run([CHANCERY, *words, "--all-dirs", str(home)], capture_output=True, text=True)
    assert done.returncode == exits, done.stdout + done.stderr
    return done


def until_in_force(service, name):
    """A change of an account that every server takes, before long: what was done by hand takes a second to arrive."""
    deadline = time.monotonic() + 30
    while True:
        status, answer, _ = service.send("PATCH", ACCOUNT + name, {"description": str(time.monotonic())}, if_match="*")
        if status == 200 and answer["distribution"]["in_force"]:
            return
        assert time.monotonic() < deadline, (answer, service.words)
        time.sleep(0.5)


async def connects(service, creds):
    client = await nats.connect(service.nats, user_credentials=str(creds), allow_reconnect=False)
    await synchronise(client)
    await client.close()


def go_on(service, tmp_path):
    """Everything that the service does after the operator has come to require signing keys."""
    deadline = time.monotonic() + 30
    while True:
        trusted = service.send("GET", "/v1/operators/operator")[1]["signing_keys"]
        keys = {account["name"]: account["issuer"] for account in service.send("GET", ACCOUNT[:-1])[1]["items"]}
        if set(keys.values()) <= set(trusted):
            break
        assert time.monotonic() < deadline, (keys, trusted)
        time.sleep(0.2)
    until_in_force(service, "A")
    assert service.send("GET", "/readyz")[0] == 200
    assert service.send("PUT", ACCOUNT + "B", {})[1]["distribution"]["in_force"]
    status, role, _ = service.send("PUT", ACCOUNT + "B/roles/clerk", {"template": {}})
    assert status == 201
    status, user, _ = service.send("PUT", ACCOUNT + "B/users/u", {"role": "clerk"})
    assert status == 201, user
    creds = tmp_path / "u.creds"
    creds.write_text(user["creds"])
    asyncio.run(connects(service, creds))


def test_an_operator_comes_to_require_signing_keys_beside_the_service(tmp_path):
    service = Service(tmp_path / "home")
    service.first_token()
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    command(service.home, "edit", "operator", "--require-signing-keys")
    go_on(service, tmp_path)
    assert service.end() == 0
    again = Service(service.home)
    again.token = service.token
    until_in_force(again, "A")
    assert again.end() == 0


def test_an_operator_without_any_signing_key_comes_to_require_them(tmp_path):
    home = tmp_path / "home"
    command(home, "add", "operator", "--name", "operator", "--sys")
    service = Service(home)
    service.first_token()
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    command(home, "edit", "operator", "--sk", "generate", "--require-signing-keys")
    go_on(service, tmp_path)
    assert service.end() == 0
    # The same while no service runs: the next one begins.
    home = tmp_path / "other"
    command(home, "add", "operator", "--name", "operator", "--sys")
    command(home, "edit", "operator", "--sk", "generate", "--require-signing-keys")
    service = Service(home)
    service.first_token()
    assert service.send("PUT", ACCOUNT + "A", {})[1]["distribution"]["in_force"]
    assert service.end() == 0


def test_status_tells_what_it_can_where_a_token_cannot_be_read(tmp_path):
    service = Service(tmp_path / "home")
    service.first_token()
    for name in ("A", "B"):
        assert service.send("PUT", ACCOUNT + name, {})[0] == 201
    home = service.home
    assert service.end() == 0
    database = next(path for path in home.rglob("directory.sqlite") if path.is_file())
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TRIGGER tokens_are_never_changed")
        connection.execute(
            "UPDATE tokens SET text = 'eyJ.e30.x' WHERE id = (SELECT token FROM accounts WHERE name = 'B')")
    told = command(home, "status", "--json", exits=1)
    status = json.loads(told.stdout)
    assert (status["unreadable"], status["expired"], status["accounts"]) == (1, 0, 3)
    assert "validate" in command(home, "status", exits=1).stderr
    again = Service(home)
    again.token = service.token
    status, answer, _ = again.send("GET", "/v1/status?operator=operator")
    assert status == 200 and answer["unreadable"] == 1
    assert again.end() == 0
