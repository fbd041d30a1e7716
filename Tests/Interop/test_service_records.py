"""What the logs have about an account, for its administrator: all of it, nothing else, and with proof. Sealed credentials."""
import asyncio
import base64
import hashlib
import json
import subprocess
import time

import nacl.public
import nats

from test_service import ACCOUNT, CHANCERY, service  # noqa: F401 (a fixture)


def tenant(service, name):  # noqa: F811
    """An account with a role, a user's credentials and its administrator's token."""
    status, account, _ = service.send("PUT", ACCOUNT + name, {})
    assert status == 201
    grant = {"role": "account-admin", "account": account["public_key"]}
    token = service.send("POST", "/v1/tokens", {"name": name, "grants": [grant]})[1]["token"]
    role = {"template": {"pub": {"allow": ["orders.>"]}, "sub": {"allow": ["_INBOX.>"]}}}
    assert service.send("PUT", f"{ACCOUNT}{name}/roles/clerk", role, token)[0] == 201
    status, user, _ = service.send("PUT", f"{ACCOUNT}{name}/users/{name}-user", {"role": "clerk"}, token)
    assert status == 201
    return account, token, user


async def refused(service, creds, subject):  # noqa: F811
    errors = asyncio.Queue()

    async def note(error):
        await errors.put(str(error))

    client = await nats.connect(service.nats, user_credentials=str(creds), error_cb=note)
    await client.publish(subject, b"")
    assert "permissions violation" in (await asyncio.wait_for(errors.get(), 10)).lower()
    await client.close()


def until(answer, holds):
    deadline = time.monotonic() + 20
    while not holds(answer()):
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return answer()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaf, index, size, hashes):
    """The root that an inclusion proof leads to (RFC 9162, 2.1.3.2)."""
    last = size - 1
    for step in hashes:
        if index % 2 or index == last:
            leaf = node(step, leaf)
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            leaf = node(leaf, step)
        index, last = index >> 1, last >> 1
    assert last == 0
    return leaf


def test_a_tenant_reads_what_belongs_to_it_and_can_prove_it(service, tmp_path):  # noqa: F811
    tenants = {name: tenant(service, name) for name in ("own", "other")}
    for name, (_, _, user) in tenants.items():
        creds = tmp_path / f"{name}.creds"
        creds.write_text(user["creds"])
        asyncio.run(refused(service, creds, f"secret.{name}"))
    account, token, user = tenants["own"]
    # What another account gives to this one is the other's own business.
    home = ["--account", "other", "--all-dirs", str(service.home)]
    subprocess.run([CHANCERY, "add", "export", "--subject", "secret.x", "--private", *home], check=True, capture_output=True)
    subprocess.run(
        [CHANCERY, "generate", "activation", "--subject", "secret.x", "--target-account", account["public_key"],
         "-o", str(tmp_path / "activation"), *home], check=True, capture_output=True)
    others = [tenants["other"][0]["public_key"], tenants["other"][2]["public_key"], "other"]
    base = f"{ACCOUNT}own/audit/"

    def denied():
        return service.send("GET", base + "broker?outcome=denied&kind=publish", token=token)[1]["items"]

    [record] = until(denied, lambda items: len(items) == 1)
    assert record["subject"] == "secret.own" and record["who"]["user"] == user["public_key"]
    for log in ("broker", "admin"):
        path, seen = base + log + "?limit=2", []
        while path:
            status, page, headers = service.send("GET", path, token=token)
            assert status == 200 and len(page["items"]) <= 2
            seen += page["items"]
            path = headers["link"][1:].split(">")[0] if "link" in headers else None
        assert len(seen) > 1 and len({one["i"] for one in seen}) == len(seen)
        assert not [name for name in others if name in str(seen)]
        everything = service.send("GET", f"/v1/audit/{log}?limit=500")[1]["items"]
        foreign = {one["i"] for one in everything} - {one["i"] for one in seen}
        assert foreign
        for index in foreign:
            assert service.send("GET", f"{base}{log}/records/{index}", token=token)[0] == 404
        assert service.send("GET", f"/v1/audit/{log}", token=token)[0] == 403
        assert service.send("GET", f"{ACCOUNT}other/audit/{log}", token=token)[0] == 403
    # The proof leads from the bytes of the record to the root that is signed, once a checkpoint covers it.
    index = record["i"]
    path = f"{base}broker/records/{index}"
    status, proof, _ = until(lambda: service.send("GET", path + "/proof", token=token), lambda answer: answer[0] == 200)
    raw = subprocess.run(
        ["curl", "-s", "-H", f"authorization: Bearer {token}", f"http://127.0.0.1:{service.port}{path}"],
        capture_output=True).stdout
    hashes = [bytes.fromhex(one) for one in proof["hashes"]]
    found = root(hashlib.sha256(b"\0" + raw).digest(), index, proof["size"], hashes)
    assert found.hex() == proof["root"]
    assert proof["checkpoint"].split("\n")[1:3] == [str(proof["size"]), base64.b64encode(found).decode()]
    status, why, _ = service.send("POST", f"{base}broker/{index}:explain", token=token)
    assert status == 200 and not why["allowed"] and why["subject"] == "secret.own" and why["role"] == "clerk"
    local = subprocess.run(
        [CHANCERY, "policy", "explain", why["record"], "--json", "--all-dirs", str(service.home)],
        capture_output=True, text=True)
    assert local.returncode == 1 and json.loads(local.stdout) == why


def test_credentials_are_sealed_to_a_key_of_the_one_who_asks(service, tmp_path):  # noqa: F811
    pair = subprocess.run(
        [CHANCERY, "generate", "nkey", "--curve"], check=True, capture_output=True, text=True).stdout.split()
    seed, key = pair[0], pair[-1]
    service.send("PUT", ACCOUNT + "A", {})
    status, user, _ = service.send("PUT", ACCOUNT + "A/users/u", {"seal_to": key})
    assert status == 201 and "creds" not in user
    sealed = base64.urlsafe_b64decode(user["sealed_creds"] + "==")
    assert sealed[:4] == b"xkv1" and b"SEED" not in sealed

    def raw(text, start):
        return base64.b32decode(text + "=" * (-len(text) % 8))[start:start + 32]

    box = nacl.public.Box(nacl.public.PrivateKey(raw(seed, 2)), nacl.public.PublicKey(raw(user["sealed_by"], 1)))
    creds = box.decrypt(sealed[28:], sealed[4:28])
    assert b"BEGIN NATS USER JWT" in creds and b"BEGIN USER NKEY SEED" in creds
    (tmp_path / "u.creds").write_bytes(creds)

    async def connect():
        client = await nats.connect(service.nats, user_credentials=str(tmp_path / "u.creds"), allow_reconnect=False)
        await client.close()

    asyncio.run(connect())
    status, problem, _ = service.send("PUT", ACCOUNT + "A/users/v", {"seal_to": user["public_key"]})
    assert status == 422 and service.send("GET", ACCOUNT + "A/users/v")[0] == 404
