"""The example at the end of every command's help is typed as it stands, and works."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from conftest import CHANCERY, CommandLine
from peers import Server
from test_readme import free_port

LONG = ("tool sub", "tool reply", "tool", "broker", "audit tail", "serve")
# Those that end with 1 where the answer is that there is a difference, or that somebody may not.
SAYING_NO = ("policy diff", "policy explain")


def helps(chancery, *path):
    """The help of a command and of every command below it."""
    text = chancery(*path, "--help").stdout
    yield path, text
    below = text.partition("SUBCOMMANDS:")[2].partition("\n\n")[0]
    for name in re.findall(r"^  ([a-z_-]+)(?:, [a-z_-]+)*(?: |$)", below, re.M):
        yield from helps(chancery, *path, name)


class States:
    """Homes at different points of an installation's life, to be copied."""

    def __init__(self, folder):
        self.folder, self.port, self.policies_port = folder, free_port(), free_port()
        self.made = {}
        (folder / "bin").mkdir()
        (folder / "bin" / "chancery").symlink_to(CHANCERY)

    def make(self, name, before, *lines):
        folder = self.folder / name
        if before:
            shutil.copytree(self.folder / before, folder)
        else:
            folder.mkdir()
        for line in lines:
            self.run(folder, line)

    def shell(self, folder, line, **options):
        chancery = CommandLine(folder)
        environment = chancery.environment | {"PATH": f"{self.folder / 'bin'}:{chancery.environment['PATH']}"}
        port = self.policies_port if (folder / "policies").exists() else self.port
        line = line.replace("--nats 127.0.0.1:4222", "--nats 127.0.0.1:0").replace("127.0.0.1:8420", "127.0.0.1:0") \
            if line.startswith("chancery serve") else line
        line = line.replace("127.0.0.1:4222", f"127.0.0.1:{port}").replace("-p 4222", "-p -1")
        return subprocess.Popen(["bash", "-c", "exec " * options.pop("replacing", False) + line], cwd=folder, env=environment,
                                text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run(self, folder, line, codes=(0,)):
        process = self.shell(folder, line)
        output, said = process.communicate(timeout=60)
        assert process.returncode in codes, f"{line}\n{output}\n{said}"
        return output


@pytest.fixture(scope="module")
def states(tmp_path_factory):
    states = States(tmp_path_factory.mktemp("examples"))
    url = "nats://127.0.0.1:4222"
    states.make("empty", None)
    states.make("operator", "empty", "chancery add operator ACME --sys", f"chancery edit operator -u {url} -n {url}")
    states.make("accounts", "operator", "chancery add account SHOP", "chancery add account SALES")
    states.make(
        "full", "accounts", "chancery add user gatekeeper", "chancery add user alice --creds alice.creds",
        "chancery add export -s orders.place -r -p", "chancery add import -a SHOP --src-account SALES --remote-subject orders.place --service",
        "chancery add mapping -f orders -t orders.v1 --weight 90", "chancery select account SALES",
        "chancery describe account SALES -R -o SALES.jwt", "cp SALES.jwt SALES.request", "mkdir loose",
        "chancery export keys -d loose --include-jwts", "echo 'a long passphrase' > passphrase.txt",
        "chancery export nsc .local/share/nats/nsc --layout xdg")
    states.make("keys", "full", "chancery export keys -d nkeys")
    states.make("nothing but a store", "full", "rm -r home")
    states.make("revoked", "full", "chancery revocations add-user alice", "chancery revocations add_activation -s orders.place -t SHOP")
    states.make("backed up", "full", "chancery backup chancery.backup --passphrase-file passphrase.txt")
    states.make("sealed", "full", "chancery keyring seal --passphrase-file passphrase.txt")
    policies = Path(__file__).resolve().parent.parent.parent / "policies"
    states.make("policies", "empty", f"cp -r {shlex.quote(str(policies))} .")
    states.make(
        "planned", "policies", "chancery add operator PLANT --sys", f"chancery edit operator -u {url} -n {url}",
        "cp -r policies/plant policies/old", "cp -r policies/plant policies/new")
    states.make("applied", "planned", "chancery policy apply policies/plant --environment prod --directory-only")
    states.make(
        "to be exported", "planned", "chancery add account SALES", "chancery add account STOCK", "mkdir nsc-stores",
        "chancery export nsc nsc-stores", *(f"chancery describe account {name.upper()} -R -o {name}.jwt" for name in ("sales", "stock")))
    states.make("context", "full", "chancery context add production -H production")
    servers = []
    for state, port in ("full", states.port), ("planned", states.policies_port):
        configuration = states.run(states.folder / state, "chancery generate config --nats-resolver")
        servers.append(Server(
            "nats-server", states.folder / f"server-{state}", lambda _: f'listen: "127.0.0.1:{port}"\n{configuration}'))
    states.run(states.folder / "full", "chancery push -A")
    yield states
    for server in servers:
        server.stop()


def state_of(path):
    """Where a command's example belongs."""
    name = " ".join(path)
    if name in ("", "init", "add operator", "completion", "generate nkey", "serve"):
        return "empty"
    if name in ("add", "add account"):
        return "operator"
    if name in ("add user", "add export", "add import"):
        return "accounts"
    if name in ("import", "import keys"):
        return "keys"
    if name in ("import nsc", "fix"):
        return "nothing but a store"
    if name in ("revocations delete-user", "revocations delete_activation"):
        return "revoked"
    if name == "restore":
        return "backed up"
    if name == "keyring unseal":
        return "sealed"
    if name in ("policy", "policy plan", "policy apply"):
        return "planned"
    if name in ("policy undo", "policy diff", "policy explain", "policy who-can", "policy reach"):
        return "applied"
    if name == "policy export":
        return "to be exported"
    if path[0] == "policy":
        return "policies"
    if path[0] == "context":
        return "context"
    return "full"


def test_every_example_works(states, tmp_path):
    chancery = CommandLine(tmp_path)
    count = 0
    # That of the revocations pushes a later token to the server that the others use.
    for path, text in sorted(helps(chancery), key=lambda help: help[0] == ("revocations",)):
        block = text.partition("\nEXAMPLE:\n")[2]
        lines = [line.strip() for line in block.strip().splitlines()]
        assert lines and all(line.startswith("chancery ") for line in lines), f"{path} has no example at its end"
        folder = tmp_path / f"example-{count}"
        count += 1
        shutil.copytree(states.folder / state_of(path), folder)
        helper = None
        if path == ("tool", "req"):
            helper = states.shell(folder, "chancery tool reply orders.place x --user alice --nats nats://127.0.0.1:4222", replacing=True)
            assert helper.stderr.readline().startswith("listening on")
        for line in lines:
            if line != lines[-1] or " ".join(path) not in LONG:
                states.run(folder, line, (0, 1) if " ".join(path) in SAYING_NO else (0,))
                continue
            # It goes on until somebody ends it.
            process = states.shell(folder, line, replacing=True)
            said = process.stderr.readline()
            process.terminate()
            process.communicate(timeout=20)
            assert said and not said.startswith("error"), line
        if helper:
            helper.terminate()
            helper.communicate(timeout=20)
    assert count > 90
