"""The service with a cluster of nats-servers as its engine: each server's state in every answer, also of one that is gone,
which has everything once it is back."""
import json
import signal
import subprocess
import time

import pytest

from peers import Server
from test_distribution import Cluster
from test_service import ACCOUNT, CHANCERY, Service
from test_service_applying import apply, end, far, texts
from test_service_cuts import Client

NAMES = ("n1", "n2", "n3")
PATIENCE = 60


class Fed:
    """A cluster, and the service that feeds it through one of its servers, or another where that is gone."""

    def __init__(self, folder):
        first = Service(folder / "home")
        token = first.first_token()
        assert first.end() == 0
        configuration = subprocess.run(
            [CHANCERY, "generate", "config", "--nats-resolver", "--all-dirs", str(folder / "home")], check=True,
            capture_output=True, text=True).stdout
        self.cluster = Cluster(configuration, folder, NAMES)
        # Routes lead to the same place again when a server is back.
        self.routes = {name: json.loads(next((folder / name / "ports").glob("*.ports")).read_text())["cluster"][0]
                       for name in NAMES}
        self.service = Service(
            folder / "home", "--engine", ",".join(server.url for server in self.cluster.servers))
        self.service.token = token
        self.number = 0
        self.wait(lambda states: states == dict.fromkeys(NAMES, "in_force"))

    def change(self):
        """What servers say to a change: their states by their names."""
        self.number += 1
        status, body, _ = self.service.send("PUT", f"{ACCOUNT}A{self.number}", {})
        assert status == 201, body
        said = body["distribution"]
        states = {server["server"]: server["state"] for server in said["servers"]}
        assert len(states) == len(said["servers"]), said
        assert said["in_force"] == (set(states.values()) == {"in_force"}), said
        return states

    def wait(self, wanted):
        """Changes something until servers say what is wanted of them."""
        deadline = time.monotonic() + PATIENCE
        while not wanted(states := self.change()):
            assert time.monotonic() < deadline, states
            time.sleep(0.2)

    def tokens(self):
        """What the service says that accounts are, by their keys."""
        items = self.service.send("GET", ACCOUNT[:-1] + "?limit=500")[1]["items"]
        return {item["public_key"]: self.service.send("GET", ACCOUNT + item["name"])[1]["jwt"] for item in items}

    def wait_until_all_have_all(self):
        deadline = time.monotonic() + PATIENCE
        while (held := self.cluster.held()) != [self.tokens()] * len(NAMES):
            assert time.monotonic() < deadline, [len(one) for one in held]
            time.sleep(0.2)

    def server(self, name):
        return self.cluster.servers[NAMES.index(name)]

    def restart(self, name):
        """Starts a server again that was stopped, at the ports that it had."""
        old = self.server(name)
        text = (old.log.parent / "server.conf").read_text()
        text = text[text.index("server_name"):text.index("ports_file_dir")]
        text = text.replace("127.0.0.1:-1", self.routes[name].rpartition("//")[2])
        self.cluster.servers[NAMES.index(name)] = Server(
            "nats-server", old.log.parent, lambda port: f'listen: "127.0.0.1:{port}"\n{text}', old.address[1])

    def stop(self):
        for server in self.cluster.servers:
            if server.running:
                server.process.send_signal(signal.SIGCONT)
        try:
            assert self.service.end() == 0, "".join(self.service.words)
        finally:
            self.cluster.stop()


@pytest.fixture
def fed(tmp_path):
    fed = Fed(tmp_path)
    yield fed
    fed.stop()


def test_every_server_is_in_the_answer_and_cuts_off_who_is_revoked(fed):
    service = fed.service
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    status, made, _ = service.send("PUT", ACCOUNT + "A/users/u", {})
    assert status == 201, made
    _, other, _ = service.send("PUT", ACCOUNT + "A/users/stays", {})
    clients, others = [], []
    for server in fed.cluster.servers:
        service.nats = server.url
        clients += [Client(service, made["creds"]) for _ in range(3)]
        others.append(Client(service, other["creds"]))
    assert not any(client.is_gone() for client in clients)
    status, answer, _ = service.send("POST", ACCOUNT + "A/users/u:revoke", if_match="*")
    assert all(client.is_gone() for client in clients), answer
    assert not any(client.is_gone() for client in others)
    said = {server["server"]: (server["state"], server["connections"]) for server in answer["distribution"]["servers"]}
    assert said == dict.fromkeys(NAMES, ("in_force", 0)), answer
    # Policies come into force, and end, on all of them.
    done = apply(service, texts())
    assert done["state"] == "done", done
    for step in done["steps"]:
        assert {server["server"]: server["state"] for server in step["servers"]} in ({}, dict.fromkeys(NAMES, "in_force"))
    assert any(step["servers"] for step in done["steps"])
    fed.wait_until_all_have_all()


# The last one has nobody's connection; the first one is the one that the service speaks to.
@pytest.mark.parametrize("name", ["n3", "n1"])
def test_a_server_that_is_stopped_is_named_until_it_is_back_and_has_everything(fed, name):
    rest = {other: "in_force" for other in NAMES if other != name}
    fed.server(name).stop()
    # The first change may still find the connection that ends.
    fed.wait(lambda states: states == {**rest, name: "silent"})
    assert fed.change() == {**rest, name: "silent"}
    # So is an apply, which goes no further: no server is left behind by a step.
    found = apply(fed.service, texts())
    assert found["state"] == "stopped" and f"{name}: it did not answer" in found["detail"], found
    status, answer, _ = fed.service.send("GET", f"{ACCOUNT}A1/distribution")
    assert status == 200 and {item["server"] for item in answer["items"]} == set(NAMES)
    fed.restart(name)
    fed.wait(lambda states: states == dict.fromkeys(NAMES, "in_force"))
    assert fed.service.send("POST", f"/v1/operations/{found['id']}:resume")[0] == 202
    assert end(fed.service, found["id"])["state"] == "done"
    fed.wait_until_all_have_all()


def test_a_server_that_hangs_is_named_until_it_goes_on_and_has_what_it_missed(fed):
    hung = fed.server("n2")
    hung.process.send_signal(signal.SIGSTOP)
    states = fed.change()
    assert states == {"n1": "in_force", "n2": "silent", "n3": "in_force"}
    assert fed.change() == states
    hung.process.send_signal(signal.SIGCONT)
    fed.wait(lambda states: states == dict.fromkeys(NAMES, "in_force"))
    fed.wait_until_all_have_all()


def test_a_command_says_which_server_has_it_not_yet(fed):
    fed.server("n2").process.send_signal(signal.SIGSTOP)
    told = subprocess.run([CHANCERY, "add", "account", "LATE", *far(fed.service)], capture_output=True, text=True)
    assert told.returncode == 0 and "not every server has it yet: n2" in told.stderr, told.stderr
    # What takes access away and is not in force everywhere has not succeeded.
    assert fed.service.send("PUT", ACCOUNT + "LATE/users/leaver", {})[0] == 201
    told = subprocess.run(
        [CHANCERY, "revocations", "add-user", "leaver", "--account", "LATE", *far(fed.service)], capture_output=True, text=True)
    assert told.returncode == 1 and "added revocation" in told.stderr, told.stderr
    assert "kept in the directory, but not every server has it yet: n2" in told.stderr, told.stderr
