"""Imports that one tenant asks another for: asked, seen, granted or refused, on record, and nothing else of either is told."""
import asyncio
import json
import subprocess

import nats

from flushing import synchronise
from test_service import ACCOUNT, CHANCERY, Service, service  # noqa: F401

ORDERS = {"subject": "orders.>", "type": "stream"}


def tenant(service, name):
    account = service.send("PUT", ACCOUNT + name, {})[1]
    grant = {"role": "account-admin", "account": account["public_key"]}
    return account["public_key"], service.send("POST", "/v1/tokens", {"name": name, "grants": [grant]})[1]["token"]


def test_a_request_is_granted_and_messages_flow(service, tmp_path):
    asyncio.run(granted(service, tmp_path))


async def granted(service, tmp_path):
    seller, selling = tenant(service, "seller")
    buyer, buying = tenant(service, "buyer")
    secret = {"type": "stream", "token_req": True, "description": "hidden"}
    known = secret | {"advertise": True, "description": "orders as they come"}
    assert service.send("PUT", ACCOUNT + "seller/exports/orders.%3E", known, selling)[0] == 201
    assert service.send("PUT", ACCOUNT + "seller/exports/books.%3E", secret, selling)[0] == 201
    # The importer sees what is advertised, and that alone.
    status, offered, _ = service.send("GET", ACCOUNT + "buyer/advertised", token=buying)
    assert status == 200 and [one["subject"] for one in offered["items"]] == ["orders.>"]
    assert offered["items"][0]["public_key"] == seller and offered["items"][0]["needs_approval"]
    assert service.send("GET", ACCOUNT + "seller/exports", token=buying)[0] == 403
    # Whether somebody or something is there is not told by asking.
    made = []
    for account, subject in [("seller", "orders.>"), ("seller", "books.>"), ("seller", "none.>"), ("nobody", "a")]:
        status, one, headers = service.send(
            "POST", ACCOUNT + "buyer/import-requests",
            {"account": account, "subject": subject, "type": "stream", "reason": "to ship", "local_subject": ""}, buying)
        assert status == 201 and headers["location"].endswith(one["id"]) and seller not in json.dumps(one)
        made.append(one)
    assert len({json.dumps(sorted(one)) for one in made}) == 1
    assert service.send("POST", ACCOUNT + "buyer/import-requests", ORDERS | {"account": "seller"}, buying)[0] == 409
    assert service.send("POST", ACCOUNT + "buyer/import-requests", ORDERS | {"account": "buyer"}, buying)[0] == 422
    # The exporter sees what is for it.
    status, seen, _ = service.send("GET", ACCOUNT + "seller/export-requests", token=selling)
    assert [one["id"] for one in seen["items"]] == [one["id"] for one in made[:3]]
    assert all(one["importer"] == buyer and one["reason"] == "to ship" for one in seen["items"])
    requests = ACCOUNT + "seller/export-requests/"
    assert service.send("GET", requests + made[3]["id"], token=selling)[0] == 404
    # The importer cannot grant it to itself, nor through its own account.
    for path in (requests, ACCOUNT + "buyer/export-requests/"):
        assert service.send("POST", path + made[0]["id"] + ":approve", token=buying)[0] in (403, 404)
    assert service.send("GET", ACCOUNT + "buyer/imports", token=buying)[1]["items"] == []
    status, answer, _ = service.send("POST", requests + made[0]["id"] + ":approve", {"reason": "welcome"}, selling)
    assert status == 200 and answer["state"] == "approved" and answer["in_force"], answer
    assert answer["distribution"] == {"in_force": True, "servers": []}, "which servers the importer has is its own matter"
    assert [one["kind"] for one in answer["changes"]] == ["activation", "import"], "the importer's token is its own matter"
    assert service.send("POST", requests + made[0]["id"] + ":refuse", {"reason": "no"}, selling)[0] == 409
    status, answer, _ = service.send("POST", requests + made[1]["id"] + ":refuse", {"reason": "not ours"}, selling)
    assert status == 200 and answer["state"] == "refused"
    # What is not exported cannot be granted, and waits on.
    assert service.send("POST", requests + made[2]["id"] + ":approve", None, selling)[0] == 409
    mine = service.send("GET", ACCOUNT + "buyer/import-requests", token=buying)[1]["items"]
    assert [(one["state"], one.get("decision")) for one in mine] == [
        ("approved", "welcome"), ("refused", "not ours"), ("waiting", None), ("waiting", None)]
    assert service.send("DELETE", ACCOUNT + "buyer/import-requests/" + made[2]["id"], token=buying)[0] == 200
    imports = service.send("GET", ACCOUNT + "buyer/imports", token=buying)[1]["items"]
    assert [one["subject"] for one in imports] == ["orders.>"]
    # Messages flow.
    clients = []
    for account, token in (("seller", selling), ("buyer", buying)):
        user = service.send("PUT", ACCOUNT + account + "/users/u", {}, token)[1]
        path = tmp_path / (account + ".creds")
        path.write_text(user["creds"])
        clients.append(await nats.connect(service.nats, user_credentials=str(path)))
    got = asyncio.get_running_loop().create_future()

    async def take(message):
        got.set_result(message.data)

    await clients[1].subscribe("orders.>", cb=take)
    await synchronise(clients[1])
    await clients[0].publish("orders.new", b"1")
    assert await asyncio.wait_for(got, 10) == b"1"
    for client in clients:
        await client.close()
    # All of it is on record, and each side reads its own.
    log = service.send("GET", "/v1/audit/admin?operation=import&limit=500")[1]["items"]
    assert [one["op"] for one in log] == ["import.request"] * 4 + ["import.approve", "import.refuse", "import.withdraw"]
    theirs = service.send("GET", ACCOUNT + "seller/audit/admin?limit=500", token=selling)[1]["items"]
    assert {"import.approve", "import.refuse"} <= {one["op"] for one in theirs}
    assert "import.request" not in {one["op"] for one in theirs}
    assert service.send("GET", ACCOUNT + "seller/audit/admin", token=buying)[0] == 403
    # The importer reads that the exporter approved, and nothing of who did that for it, or where from.
    [approved] = [one for one in theirs if one["op"] == "import.approve"]
    doer = approved["actor"]["id"]
    assert approved["actor"]["type"] == "token" and approved["actor"]["via"] == "api 127.0.0.1"
    ours = service.send("GET", ACCOUNT + "buyer/audit/admin?limit=500", token=buying)[1]["items"]
    [edited] = [one for one in ours if one["reason"] == "api: export-requests.approve"]
    assert edited["op"] == "account.edit" and edited["after"]
    assert edited["actor"] == {"type": "nkey", "id": seller, "request": approved["actor"]["request"]}
    assert doer not in json.dumps(ours)
    verified = subprocess.run([CHANCERY, "audit", "verify", "--all-dirs", str(service.home)], capture_output=True)
    assert verified.returncode == 0, verified.stderr


def test_a_policy_asks_and_its_next_apply_has_what_was_granted(service):
    from test_service_applying import apply
    seller, selling = tenant(service, "seller")
    secret = {"type": "stream", "token_req": True}
    assert service.send("PUT", ACCOUNT + "seller/exports/orders.%3E", secret, selling)[0] == 201
    files = {
        "chancery.yaml": "chancery: v1\noperator: operator\naccounts:\n  B: b.yaml\n  seller: managed elsewhere\n",
        "b.yaml": "chancery: v1\naccount: B\nimports:\n  - { stream: orders.>, from: seller }\n"
                  "roles:\n  r: { subscribe: [\"orders.>\"] }\n"}
    done = apply(service, {"files": files})
    assert done["state"] == "done", done
    imports = ACCOUNT + "B/imports"
    assert service.send("GET", imports)[1]["items"] == []
    [asked] = service.send("GET", ACCOUNT + "seller/export-requests", token=selling)[1]["items"]
    assert asked["by_policy"] and asked["importer_name"] == "B" and asked["subject"] == "orders.>"
    status, answer, _ = service.send(
        "POST", ACCOUNT + f"seller/export-requests/{asked['id']}:approve", None, selling)
    assert status == 200 and not answer["in_force"]
    assert service.send("GET", imports)[1]["items"] == []
    assert apply(service, {"files": files})["state"] == "done"
    assert [one["subject"] for one in service.send("GET", imports)[1]["items"]] == ["orders.>"]
