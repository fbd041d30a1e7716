"""Operators, expirations and the logs over HTTP."""
import asyncio
import base64
import hashlib
import json
import subprocess
import time

import nats
import pytest

from test_service import ACCOUNT, CHANCERY, Service, service  # noqa: F401

OPERATOR = "/v1/operators/operator"


def test_settings_of_an_operator_are_in_force_at_once(service, tmp_path):
    status, before, headers = service.send("GET", OPERATOR)
    settings = {"tags": ["team:a"], "account_server_url": service.nats, "service_urls": [service.nats]}
    assert service.send("PATCH", OPERATOR, settings)[0] == 428
    status, after, headers = service.send("PATCH", OPERATOR, settings, if_match=headers["etag"])
    assert status == 200 and after["tags"] == ["team:a"] and after["account_server_url"] == service.nats
    assert service.send("PATCH", OPERATOR, {"account_server_url": "ftp://x"}, if_match=headers["etag"])[0] == 422
    # What a merge patch leaves out stays; null takes away.
    status, after, headers = service.send("PATCH", OPERATOR, {"tags": None}, if_match=headers["etag"])
    assert after.get("tags", []) == [] and after["account_server_url"] == service.nats
    # Accounts that a new signing key signs are taken by the embedded broker.
    status, after, _ = service.send("POST", OPERATOR + "/signing-keys")
    assert status == 201 and len(after["signing_keys"]) == len(before["signing_keys"]) + 1
    for key in before["signing_keys"]:
        status, after, headers = service.send("DELETE", f"{OPERATOR}/signing-keys/{key}", if_match="*")
        assert status == 200 and key not in after["signing_keys"]
    status, after, _ = service.send("PATCH", OPERATOR, {"require_signing_keys": True}, if_match=headers["etag"])
    assert status == 200 and after["require_signing_keys"]
    status, account, _ = service.send("PUT", ACCOUNT + "A", {})
    assert status == 201 and [account["issuer"]] == after["signing_keys"], account
    assert account["distribution"]["in_force"], account
    assert service.send("PUT", ACCOUNT + "A/roles/r", {"template": {}})[0] == 201
    user = service.send("PUT", ACCOUNT + "A/users/u", {"role": "r"})[1]
    path = tmp_path / "u.creds"
    path.write_text(user["creds"])

    async def connect():
        await (await nats.connect(service.nats, user_credentials=str(path), allow_reconnect=False)).close()

    asyncio.run(connect())
    # An operator's admin may, an account's may not.
    grant = {"role": "account-admin", "account": account["public_key"]}
    tenant = service.send("POST", "/v1/tokens", {"name": "t", "grants": [grant]})[1]["token"]
    assert service.send("PATCH", OPERATOR, {}, tenant, if_match="*")[0] == 403
    assert service.send("PUT", OPERATOR, {"tags": ["x"]}, if_match="*")[1]["account_server_url"] == ""


def test_expirations_are_those_of_the_command_line(service):
    account = service.send("PUT", ACCOUNT + "A", {})[1]
    service.send("PUT", ACCOUNT + "B", {})
    service.send("PUT", ACCOUNT + "A/users/u", {"expires": int(time.time()) + 3600})
    told = subprocess.run(
        [CHANCERY, "expirations", "--json", "--all-dirs", str(service.home)], check=True, capture_output=True, text=True)
    answer = service.send("GET", "/v1/expirations")[1]
    assert answer["items"] == [json.loads(line) for line in told.stdout.splitlines()]
    pages, path = [], "/v1/expirations?limit=2"
    while path:
        status, page, headers = service.send("GET", path)
        pages += page["items"]
        path = headers["link"] and headers["link"][1:].partition(">")[0]
    assert pages == answer["items"]
    near = service.send("GET", "/v1/expirations?skip=true&within=7200")[1]["items"]
    assert [(one["name"], one["state"]) for one in near] == [("operator/A/u", "ends soon")]
    grant = {"role": "account-admin", "account": account["public_key"]}
    tenant = service.send("POST", "/v1/tokens", {"name": "t", "grants": [grant]})[1]["token"]
    assert {one["name"] for one in service.send("GET", "/v1/expirations", token=tenant)[1]["items"]} == {
        "operator/A", "operator/A/u"}


def leaf(record):
    return hashlib.sha256(b"\0" + record).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root(index, size, hash, proof):
    """RFC 9162, 2.1.3.2."""
    first, last = index, size - 1
    for other in proof:
        assert last
        if first & 1 or first == last:
            hash = node(other, hash)
            while not first & 1 and first:
                first >>= 1
                last >>= 1
        else:
            hash = node(hash, other)
        first >>= 1
        last >>= 1
    return hash


def test_decisions_can_be_asked_for_explained_and_proved(service, tmp_path):
    asyncio.run(decisions(service, tmp_path))


async def decisions(service, tmp_path):
    tokens = {}
    for name in ("A", "B"):
        account = service.send("PUT", ACCOUNT + name, {})[1]
        grant = {"role": "account-admin", "account": account["public_key"]}
        tokens[name] = (account["public_key"],
                        service.send("POST", "/v1/tokens", {"name": name, "grants": [grant]})[1]["token"])
        user = service.send("PUT", ACCOUNT + name + "/users/u", {"limits": {"pub": {"allow": ["ok"]}}})[1]
        path = tmp_path / (name + ".creds")
        path.write_text(user["creds"])

        async def note(error):
            pass

        client = await nats.connect(service.nats, user_credentials=str(path), error_cb=note)
        for number in range(3):
            await client.publish(f"no.{number}", b"")
        await client.flush()
        await client.close()
    denied = "/v1/audit/broker?kind=publish&outcome=denied"
    deadline = time.monotonic() + 20
    while len((found := service.send("GET", denied)[1])["items"]) < 6 and time.monotonic() < deadline:
        await asyncio.sleep(0.2)
    assert len(found["items"]) == 6 and found["items"][0]["i"] > found["items"][-1]["i"]
    # Page by page, and by subject.
    pages, path = [], denied + "&limit=4"
    while path:
        status, page, headers = service.send("GET", path)
        assert status == 200 and len(page["items"]) <= 4
        pages += page["items"]
        path = headers["link"] and headers["link"][1:].partition(">")[0]
    assert pages == found["items"]
    assert {one["subject"] for one in service.send("GET", denied + "&subject=no.1")[1]["items"]} == {"no.1"}
    # A tenant reads its own part, and no other.
    key, token = tokens["A"]
    own = service.send("GET", ACCOUNT + "A/audit/broker?outcome=denied", token=token)[1]["items"]
    assert len(own) == 3 and all(one["who"]["account"] == key for one in own)
    assert tokens["B"][0] not in json.dumps(own)
    assert service.send("GET", ACCOUNT + "B/audit/broker", token=token)[0] == 403
    assert service.send("GET", "/v1/audit/broker", token=token)[0] == 403
    other = next(one for one in found["items"] if one["who"]["account"] == tokens["B"][0])
    explain = ACCOUNT + "A/audit/broker/"
    assert service.send("POST", explain + f"{other['i']}:explain", token=token)[0] == 404
    status, why, _ = service.send("POST", explain + f"{own[0]['i']}:explain", token=token)
    assert status == 200 and not why["allowed"] and why["subject"] == own[0]["subject"] and why["reason"]
    told = subprocess.run(
        [CHANCERY, "policy", "explain", why["record"], "--json", "--all-dirs", str(service.home)],
        capture_output=True, text=True)
    assert json.loads(told.stdout) == why
    # Both logs can be believed without the service.
    names = [one["name"] for one in service.send("GET", "/v1/audit")[1]["items"]]
    assert names[0] == "admin" and len(names) == 2
    for name in names:
        status, verdict, _ = service.send("POST", f"/v1/audit/{name}:verify")
        assert status == 200 and verdict["problems"] == [] and verdict["verified"]
        # The records of the last second may be in the log before a checkpoint says so.
        deadline = time.monotonic() + 20
        while True:
            points = service.send("GET", f"/v1/audit/{name}/checkpoints?limit=500")[1]
            origin, size, top = points["latest"].split("\n")[:3]
            size = int(size)
            if size > 2 or time.monotonic() > deadline:
                break
            await asyncio.sleep(0.2)
        assert name in origin
        proof = service.send("GET", f"/v1/audit/{name}/proofs/consistency?from=1&size={size}")[1]
        assert base64.b64decode(top).hex() == proof["root"]
        if name == "admin":
            record = subprocess.run(
                [CHANCERY, "audit", "query", "--json", "--log", "admin", "--limit", "0", "--all-dirs",
                 str(service.home)], capture_output=True, text=True).stdout.splitlines()[2]
        else:
            record = (service.home / "audit" / name / "000.seg").read_bytes().splitlines()[2].decode()
        status, proof, _ = service.send("GET", f"/v1/audit/{name}/proofs/inclusion?index=2&size={size}")
        assert status == 200, (name, size, proof)
        hashes = [bytes.fromhex(one) for one in proof["hashes"]]
        assert root(2, size, leaf(record.encode()), hashes).hex() == proof["root"]
        assert service.send("GET", f"/v1/audit/{name}/proofs/inclusion?index={size}&size={size}")[0] == 404
        assert service.send("GET", f"/v1/audit/{name}/proofs/inclusion?index=1&size=100000")[0] == 404
    assert service.send("POST", "/v1/audit/none:verify")[0] == 404
    assert service.send("GET", "/v1/audit/..%2f..%2fhome/checkpoints")[0] == 404
