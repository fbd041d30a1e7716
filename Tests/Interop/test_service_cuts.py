"""What a change cuts off is cut off when its answer comes: each client has seen the end of its connection before, with the
service's own NATS server and with nats-server as engine."""
import base64
import json
import os
import re
import select
import socket
import subprocess

import nkeys
import pytest

from peers import Server
from test_service import ACCOUNT, CHANCERY, Service
from test_service_applying import apply, end, POLICIES


@pytest.fixture(params=["chancery", "nats-server"])
def service(tmp_path, request):
    service = Service(tmp_path / "home")
    service.first_token()
    engine = None
    if request.param == "nats-server":
        assert service.end() == 0
        configuration = subprocess.run(
            [CHANCERY, "generate", "config", "--nats-resolver", "--all-dirs", str(service.home)], check=True,
            capture_output=True, text=True).stdout
        assert "allow_delete" in configuration
        engine = Server("nats-server", tmp_path / "engine", lambda _: 'listen: "127.0.0.1:-1"\n' + configuration)
        token, service = service.token, Service(service.home, "--engine", engine.url)
        (service.token, service.nats) = (token, engine.url)
    yield service
    assert service.end() == 0, "".join(service.words)
    if engine:
        engine.stop()


class Client:
    """A client that does nothing but sign in, and look whether its connection is still there."""

    def __init__(self, service, creds):
        token, seed = (re.sub(r"\s", "", creds.split(f"BEGIN {name}-----")[1].split("\n---")[0])
                       for name in ("NATS USER JWT", "USER NKEY SEED"))
        host, port = service.nats.removeprefix("nats://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.lines = self.socket.makefile("rb")
        nonce = json.loads(self.lines.readline().removeprefix(b"INFO "))["nonce"]
        signature = base64.urlsafe_b64encode(nkeys.from_seed(bytearray(seed.encode())).sign(nonce.encode()))
        options = {"verbose": False, "jwt": token, "sig": signature.decode().rstrip("="), "protocol": 1}
        self.socket.sendall(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())
        while (line := self.lines.readline()) != b"PONG\r\n":
            assert line.startswith((b"INFO ", b"PING")), line

    def is_gone(self):
        """Whether the end has come already: nothing is waited for."""
        self.socket.setblocking(False)
        try:
            while select.select([self.socket], [], [], 0)[0]:
                if not self.socket.recv(65536):
                    return True
        except ConnectionError:
            return True
        return False


def cut(answer):
    """What the servers said of the connections of an answer."""
    status, body, _ = answer
    assert status == 200, body
    said = body["distribution"]
    assert said["in_force"] and said["servers"], said
    assert [server["connections"] for server in said["servers"]] == [0] * len(said["servers"]), said


ROLES = "  clerk: { publish: [ 'a.>' ] }\n  guard: { publish: [ 'b.>' ] }\n"


def policies(users, roles=ROLES):
    users = "".join(f"  {name}: {{ role: {role} }}\n" for name, role in users.items())
    return {"files": {
        "chancery.yaml": "chancery: v1\noperator: operator\naccounts:\n  P: p.yaml\n",
        "p.yaml": f"chancery: v1\naccount: P\nroles:\n{roles}users:\n{users or '  {}'}"}, "delete_roles": True}


def test_whom_policies_cut_off_has_seen_it_when_the_operation_is_done(service):
    everybody = {"leaves": "clerk", "turns": "clerk", "stays": "guard"}
    assert apply(service, policies(everybody))["state"] == "done"
    clients = {}
    for name, role in everybody.items():
        status, issued, _ = service.send("PUT", f"{ACCOUNT}P/users/{name}", {"role": role})
        assert status == 201, issued
        clients[name] = [Client(service, issued["creds"]) for _ in range(3)]

    def gone(*names):
        found = {name for name, many in clients.items() if all(client.is_gone() for client in many)}
        assert found == set(names) and not any(
            client.is_gone() for name, many in clients.items() if name not in names for client in many), found

    def counts(operation):
        assert operation["state"] == "done", operation
        said = {step["step"]: [server.get("connections") for server in step["servers"]] for step in operation["steps"]}
        assert not any(any(counts) for step, counts in said.items() if step != "switch"), operation
        return said["switch"]

    gone()
    # One leaves, and one turns to something else.
    done = apply(service, policies({"turns": "guard", "stays": "guard"}))
    gone("leaves", "turns")
    assert counts(done) == [0], done
    # A role goes with everything that it has signed.
    done = apply(service, policies({}, "  clerk: { publish: [ 'a.>' ] }\n"))
    gone("leaves", "turns", "stays")
    assert counts(done) == [0], done
    # Back and forth: what an undo takes away is gone, too.
    status, undo, _ = service.send("POST", POLICIES + ":undo")
    assert status == 202 and end(service, undo["id"])["state"] == "done"
    status, issued, _ = service.send("PUT", f"{ACCOUNT}P/users/stays", {"role": "guard"})
    assert status == 201, issued
    clients = {"stays": [Client(service, issued["creds"])]}
    status, undo, _ = service.send("POST", POLICIES + ":undo")
    assert status == 202 and counts(end(service, undo["id"])) == [0]
    gone("stays")


def test_who_is_cut_off_has_seen_it_when_the_answer_comes(service):
    base = ACCOUNT + "A"
    assert service.send("PUT", base, {})[0] == 201
    for role in ("clerk", "guard"):
        assert service.send("PUT", f"{base}/roles/{role}", {"template": {"pub": {"allow": ["a.>"]}}})[0] == 201

    def user(name, **body):
        status, made, _ = service.send("PUT", f"{base}/users/{name}", body)
        assert status == 201, made
        return made["creds"]

    bystander = Client(service, user("bystander"))
    held = {"if_match": "*"}
    ways = {
        "revoke": lambda: service.send("POST", f"{base}/users/revoke:revoke", **held),
        "delete": lambda: service.send("DELETE", f"{base}/users/delete", **held),
        "replace": lambda: service.send("PUT", f"{base}/users/replace", {"role": "guard"}, **held),
        "listed": lambda: service.send("PUT", f"{base}/revocations/listed", {}),
        "edit": lambda: service.send("POST", f"{base}:edit", {"revoke_user": {"user": "edit"}}, **held),
        "role": lambda: service.send("DELETE", f"{base}/roles/clerk", **held),
    }
    for name, way in ways.items():
        creds = user(name, **({"role": "clerk"} if name in ("role", "replace") else {}))
        clients = [Client(service, creds) for _ in range(3)]
        assert not any(client.is_gone() for client in clients)
        answer = way()
        assert all(client.is_gone() for client in clients), (name, answer)
        cut(answer)
    assert not bystander.is_gone()
    # Everybody at once, and then the account itself.
    crowd = user("crowd")
    clients = [Client(service, crowd) for _ in range(40)]
    answer = service.send("PUT", f"{base}/revocations/*", {})
    assert bystander.is_gone() and all(client.is_gone() for client in clients), answer
    cut(answer)
    status, made, _ = service.send("PUT", f"{base}/users/last", {})
    last = Client(service, made["creds"])
    answer = service.send("DELETE", base, **held)
    assert last.is_gone(), answer
    # A nats-server that deletes no accounts keeps one that admits nobody.
    assert [server["connections"] for server in answer[1]["distribution"]["servers"]] == [0], answer
    with pytest.raises((AssertionError, ConnectionError)):
        Client(service, made["creds"])
