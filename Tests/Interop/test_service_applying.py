"""Plans and operations over HTTP: exactly what was shown comes into force, step by step, whatever ends in between."""
import asyncio
import json
import signal
import subprocess
import time

import nats
import pytest

from peers import Server
from test_service import ACCOUNT, CHANCERY, Service, service  # noqa: F401

POLICIES = "/v1/operators/operator/policies"


def texts(publish="orders.>", more=""):
    manifest = "chancery: v1\noperator: operator\naccounts:\n  A: a.yaml\n"
    account = f'chancery: v1\naccount: A\nroles:\n  clerk: {{ publish: ["{publish}"], subscribe: ["orders.>"], inbox: private }}\n'
    return {"files": {"chancery.yaml": manifest, "a.yaml": account + more}}


def plan(service, body):
    status, answer, headers = service.send("POST", POLICIES + ":plan", body)
    assert status == 200, answer
    return answer, headers["etag"]


def apply(service, body, wait=30):
    answer, tag = plan(service, body)
    status, begun, headers = service.send("POST", POLICIES + ":apply", {"plan": answer["id"]}, if_match=tag)
    assert status == 202, begun
    assert headers["location"] == "/v1/operations/" + begun["id"]
    return end(service, begun["id"]) if wait else begun


def end(service, number):
    return service.send("GET", f"/v1/operations/{number}?wait=25")[1]


def test_a_plan_is_applied_as_it_was_shown_or_not_at_all(service):
    asyncio.run(story(service))


async def story(service):
    first, tag = plan(service, texts())
    assert first["plan"]["new_accounts"] == ["A"]
    # The same world has the same tag, although keys are made anew each time.
    again, same = plan(service, texts())
    assert same == tag and again["id"] != first["id"]
    assert service.send("POST", POLICIES + ":apply", {"plan": first["id"]})[0] == 428
    assert service.send("POST", POLICIES + ":apply", {"plan": first["id"]}, if_match='"0"')[0] == 412
    status, tried, _ = service.send("POST", POLICIES + ":apply?dry_run=true", {"plan": first["id"]}, if_match=tag)
    assert status == 202 and tried["dry_run"] and service.send("GET", ACCOUNT + "A")[0] == 404
    done = apply(service, texts())
    assert done["state"] == "done" and all(step["state"] == "confirmed" for step in done["steps"])
    assert any(server["state"] == "in_force" for step in done["steps"] for server in step["servers"])
    # What was shown before is not what would be done now.
    status, moved, _ = service.send("POST", POLICIES + ":apply", {"plan": first["id"]}, if_match=tag)
    assert status == 409 and "moved" in moved["detail"]
    status, inforce, _ = service.send("GET", POLICIES)
    assert inforce["sets"][0]["files"] == texts()["files"]
    assert {one["name"]: "set" in one for one in inforce["accounts"]} == {"A": True, "SYS": False}
    # A client in the role.
    status, user, _ = service.send("PUT", ACCOUNT + "A/users/u", {"role": "clerk"})
    assert status == 201, user
    path = service.home / "u.creds"
    path.write_text(user["creds"])
    errors = []

    async def note(error):
        errors.append(str(error))

    client = await nats.connect(service.nats, user_credentials=str(path), error_cb=note, inbox_prefix=b"_INBOX.u")
    await client.publish("orders.new", b"")
    await client.flush()
    assert not errors
    # A revocation moves no world; an edit does.
    wide = texts("bills.>")
    answer, tag = plan(service, wide)
    assert any(change["effect"] == "gains" and "bills.>" in str(change) for change in answer["plan"]["changes"])
    assert service.send("GET", POLICIES + "/plans/" + answer["id"])[2]["etag"] == tag
    assert service.send("PUT", ACCOUNT + "A/users/v", {"role": "clerk"})[0] == 201
    assert service.send("POST", ACCOUNT + "A/users/v:revoke")[0] == 200
    key = {"idempotency_key": "0123456789abcdef"}
    status, begun, _ = service.send("POST", POLICIES + ":apply", {"plan": answer["id"]}, if_match=tag, **key)
    assert status == 202, begun
    repeat = service.send("POST", POLICIES + ":apply", {"plan": answer["id"]}, if_match=tag, **key)
    assert repeat[0] == 202 and repeat[1]["id"] == begun["id"]
    assert end(service, begun["id"])["state"] == "done"
    await client.publish("orders.new", b"")
    await client.publish("bills.new", b"")
    await client.flush()
    deadline = time.monotonic() + 10
    while not errors and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    assert len(errors) == 1 and "orders.new" in errors[0]
    await client.close()
    # Back again.
    assert service.send("POST", POLICIES + ":undo", {"operation": "999"})[0] == 409
    status, undo, _ = service.send("POST", POLICIES + ":undo", {"operation": begun["id"]})
    assert status == 202 and undo["kind"] == "undo" and undo["plan"]["changes"]
    assert end(service, undo["id"])["state"] == "done"
    assert end(service, begun["id"])["state"] == "undone"
    assert service.send("GET", POLICIES)[1]["sets"][0]["files"] == texts()["files"]
    assert service.send("POST", f"/v1/operations/{undo['id']}:cancel")[0] == 409
    listed = service.send("GET", "/v1/operations?limit=2")[1]
    assert [one["id"] for one in listed["items"]] == [undo["id"], begun["id"]] and listed["next"]
    # Who may plan may not apply, and sees no other operator's.
    author = service.send("POST", "/v1/tokens", {"name": "a", "grants": [{"role": "policy-author"}]})[1]["token"]
    status, answer, headers = service.send("POST", POLICIES + ":plan", wide, author)
    assert status == 200
    status, refused, _ = service.send(
        "POST", POLICIES + ":apply", {"plan": answer["id"]}, author, if_match=headers["etag"])
    assert status == 403 and refused["code"] == "forbidden"
    # What nobody may do is never planned.
    broken = texts(more="never:\n  - nonsense\n")
    assert service.send("POST", POLICIES + ":plan", broken)[0] == 422
    verified = subprocess.run([CHANCERY, "audit", "verify", "--all-dirs", str(service.home)], capture_output=True)
    assert verified.returncode == 0, verified.stderr


@pytest.fixture
def cluster(tmp_path):
    """The service with nats-server as its engine, which the test may hold up."""
    first = Service(tmp_path / "home")
    token = first.first_token()
    assert first.end() == 0
    configuration = subprocess.run(
        [CHANCERY, "generate", "config", "--nats-resolver", "--all-dirs", str(tmp_path / "home")], check=True,
        capture_output=True, text=True).stdout
    engine = Server("nats-server", tmp_path / "engine", lambda _: 'listen: "127.0.0.1:-1"\n' + configuration)

    def start():
        service = Service(tmp_path / "home", "--engine", engine.url)
        service.token = token
        return service

    try:
        yield engine, start
    finally:
        engine.process.send_signal(signal.SIGCONT)
        engine.stop()


def far(service):
    """What a command acts on the service with."""
    file = service.home.with_name("token")
    file.write_text(service.token + "\n")
    return ["--server", f"http://127.0.0.1:{service.port}", "--token-file", str(file)]


def test_an_apply_survives_the_service(cluster):
    engine, start = cluster
    service = start()
    engine.process.send_signal(signal.SIGSTOP)
    begun = apply(service, texts(), wait=0)
    assert service.send("GET", "/v1/operations/" + begun["id"])[1]["state"] == "running"
    service.process.kill()
    service.process.wait()
    engine.process.send_signal(signal.SIGCONT)
    service = start()
    found = end(service, begun["id"])
    assert found["state"] == "done", found
    assert service.end() == 0


def test_a_service_whose_server_has_fallen_silent_is_not_ready(cluster):
    engine, start = cluster
    service = start()
    for sign, expected in ((signal.SIGSTOP, (503, "not reached")), (signal.SIGCONT, (200, "reached"))):
        engine.process.send_signal(sign)
        deadline = time.monotonic() + 50
        while (answer := service.send("GET", "/readyz"))[0] != expected[0] or answer[1]["engine"] != expected[1]:
            assert time.monotonic() < deadline, answer
            time.sleep(0.2)
    assert service.end() == 0


def test_what_servers_do_not_hear_stops_and_goes_on_or_goes_back(cluster):
    engine, start = cluster
    service = start()
    assert apply(service, texts())["state"] == "done"
    engine.process.send_signal(signal.SIGSTOP)
    begun = apply(service, texts("bills.>"), wait=0)
    found = end(service, begun["id"])
    assert found["state"] == "stopped" and "server" in found["detail"], found
    # What is left is told here in the words of a command beside the directory.
    told = {}
    for name, words in (("far", far(service)), ("near", ["--all-dirs", str(service.home)])):
        told[name] = [subprocess.run([CHANCERY, "policy", "plan", "--resume", *words, *more], capture_output=True, text=True)
                      for more in ([], ["--json"])]
        assert [one.returncode for one in told[name]] == [0, 0], told[name][0].stderr
    assert [one.stdout for one in told["far"]] == [one.stdout for one in told["near"]]
    rest = json.loads(told["far"][1].stdout)
    assert any(change["effect"] == "gains" and "bills.>" in str(change) for change in rest["changes"]), rest
    assert service.send("GET", POLICIES + "/rest")[1]["plan"] == rest
    assert service.send("POST", f"/v1/operations/{begun['id']}:resume")[0] == 202
    engine.process.send_signal(signal.SIGCONT)
    deadline = time.monotonic() + 60
    while (found := end(service, begun["id"]))["state"] == "stopped" and time.monotonic() < deadline:
        service.send("POST", f"/v1/operations/{begun['id']}:resume")
    assert found["state"] == "done", found
    assert service.send("GET", POLICIES + "/rest")[0] == 404
    # Cancelled, it goes back.
    engine.process.send_signal(signal.SIGSTOP)
    begun = apply(service, texts("letters.>"), wait=0)
    status, back, _ = service.send("POST", f"/v1/operations/{begun['id']}:cancel")
    assert status == 202 and back["kind"] == "undo"
    engine.process.send_signal(signal.SIGCONT)
    while (found := end(service, back["id"]))["state"] == "stopped" and time.monotonic() < deadline:
        service.send("POST", f"/v1/operations/{back['id']}:resume")
    assert found["state"] == "done", found
    assert end(service, begun["id"])["state"] == "undone"
    assert "bills.>" in json.dumps(service.send("GET", POLICIES)[1]["sets"])
    assert service.end() == 0


def test_what_was_revoked_by_hand_is_given_again_where_somebody_insists(service):
    manifest = "chancery: v1\noperator: operator\naccounts: { SHOP: shop.yaml, PART: part.yaml }\n"
    body = {"files": {
        "chancery.yaml": manifest,
        "shop.yaml": 'chancery: v1\naccount: SHOP\nexports: [ { stream: "news.>", grant: [ PART ] } ]\n',
        "part.yaml": 'chancery: v1\naccount: PART\nimports: [ { stream: "news.>", from: SHOP } ]\n'}}
    assert apply(service, body)["state"] == "done"
    # A plan of before is another one's.
    before, old = plan(service, body)
    assert before["plan"]["changes"] == [] and before["plan"]["given_again"] == []
    status, edited, _ = service.send(
        "POST", ACCOUNT + "SHOP:edit", {"revoke_activation": {"subject": "news.>", "account": "PART"}})
    assert status == 200, edited
    assert service.send("POST", POLICIES + ":apply", {"plan": before["id"]}, if_match=old)[0] == 409
    gained = {("PART", "gains", "take from SHOP the stream")}
    status, different, _ = service.send("POST", POLICIES + ":diff", {"new": body})
    assert status == 200 and {(one["account"], one["effect"], one["action"]) for one in different["items"]} == gained
    answer, tag = plan(service, body)
    assert {(one["account"], one["effect"], one["action"]) for one in answer["plan"]["changes"]} == gained
    assert answer["plan"]["given_again"] == [
        {"account": "SHOP", "importer": "PART", "kind": "stream", "subject": "news.>"}]
    status, refused, _ = service.send("POST", POLICIES + ":apply", {"plan": answer["id"]}, if_match=tag)
    assert status == 409 and "was revoked by hand" in refused["detail"]
    assert '"force": true' in refused["remedy"] and "--force" not in refused["remedy"]
    status, begun, _ = service.send(
        "POST", POLICIES + ":apply", {"plan": answer["id"], "force": True}, if_match=tag)
    assert status == 202, begun
    assert end(service, begun["id"])["state"] == "done"
    assert plan(service, body)[0]["plan"]["changes"] == []


def test_an_engine_that_is_lost_is_told_in_the_log_and_to_whoever_takes_access_away(cluster):
    engine, start = cluster
    service = start()
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    names = ("a", "b", "c", "d")
    for name in names:
        assert service.send("PUT", ACCOUNT + "A/users/" + name, {})[0] == 201

    def read_until(words):
        while words not in service.words[-1]:
            line = service.process.stderr.readline()
            assert line, "".join(service.words)
            service.words.append(line)

    def command(*words):
        return subprocess.run([CHANCERY, *words, *far(service)], capture_output=True, text=True)

    engine.stop()
    read_until("the engine is lost: ")
    assert service.words[-1].startswith("warning: ")
    kept = "kept in the directory, but no server has it yet: "
    for done in (command("revocations", "add-user", "--account", "A", "a"),
                 command("delete", "user", "--account", "A", "b", "--revoke")):
        assert done.returncode == 1 and kept in done.stderr and "warning" not in done.stderr, done.stderr
    done = command("revocations", "add-user", "--account", "A", "c", "--json")
    assert done.returncode == 1 and "no server has it yet" in json.loads(done.stdout)["warnings"][0]
    # What takes nothing away has been done, and is brought later.
    for done in (command("revocations", "delete-user", "--account", "A", "c"),
                 command("edit", "account", "A", "--tag", "t")):
        assert done.returncode == 0 and "warning: no server has it yet: " in done.stderr, done.stderr
    # Dry runs reach nobody anyway, and a user who is only deleted goes on.
    for done in (command("revocations", "add-user", "--account", "A", "d", "--dry-run"),
                 command("delete", "user", "--account", "A", "d")):
        assert done.returncode == 0, done.stderr
    text = (engine.log.parent / "server.conf").read_text()
    text = text[:text.index("ports_file_dir")]
    again = Server("nats-server", engine.log.parent, lambda _: text.replace(":-1", f":{engine.address[1]}"))
    try:
        read_until("the engine is back: ")
        # A server without a name is another one when it is back, and the old one is expected for a moment.
        deadline = time.monotonic() + 50
        while (done := command("revocations", "add-user", "--account", "A", "c")).returncode:
            assert time.monotonic() < deadline, done.stderr
        assert service.end() == 0
    finally:
        again.stop()
    for words in ("the engine is lost", "the engine is back"):
        assert len([line for line in service.words if words in line]) == 1, "".join(service.words)
