"""The same command lines on a directory of this machine and on a running service: the same words, the same exit codes."""

import asyncio
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import subprocess
import time

import nats
import pytest

from test_service import CHANCERY, Service

# Every line runs near and far, one after the other; {name} stands for the public key of the user of that name.
LINES = """
list operators
list operators --json
describe operator operator
describe operator operator --json
add account SALES
add account SALES
add account SHOP --allow-pub 'orders.>' --deny-sub 'secret.>' --json
add account LATER --start 2035-01-01 --expiry 2030-01-01
list accounts
list accounts --json
select account NONE
select account SALES
edit account SALES --conns 100 --payload 1mib --js-disk-storage 10gib --js-mem-storage 1gib --tag Team:Red --description 'what it is for'
edit account SALES --conns 100
edit account NONE --conns 100
edit account SALES --sk generate --json
edit account SALES --allow-pub 'a.b>'
edit account SALES --trace-context-subject traces --trace-context-sampling 10 --dry-run
describe account SALES
describe account SALES --field nats.limits.conn
describe account SALES --field nats.nothing
describe account NONE
add export --subject orders.place --service
add export --subject orders.place --service
add export --subject 'prices.*' --private --json
add export --account SALES --subject 'wrong subject'
edit export --subject orders.place --response-type stream --latency lat.orders --sampling 20
edit export --subject orders.place --response-type nonsense
edit export --subject nowhere --description x
add import --account SHOP --src-account SALES --remote-subject orders.place --service --local-subject buy
add import --account SHOP --src-account SALES --remote-subject prices.eu
add import --account SHOP --src-account NONE --remote-subject prices.eu
add import --account SHOP --remote-subject prices.eu
describe account SHOP
add mapping --from orders --to orders.v2 --weight 10
add mapping --from orders --to orders.v2 --weight 20 --json
add mapping --from orders --to orders.v3 --weight 95
edit signing-key --sk generate --role reader --allow-sub 'orders.>,_INBOX.>' --description 'reads'
edit signing-key --sk generate --role reader
edit signing-key --sk reader --deny-sub 'orders.secret' --json
edit signing-key
add user alice --allow-pub 'x.>' --allow-pub-response=3 --tag a,b --creds alice.creds
add user bob --private-key reader --creds bob.creds --json
add user bob --creds other.creds
add user carl --private-key nobody --creds carl.creds
add user carl --private-key reader --allow-pub x --creds carl.creds
add user carl --creds carl.creds --dry-run
list users
list users --json
list users --account NONE
describe user alice
describe user bob --field nats.issuer_account
describe user nobody
edit user alice --allow-pub 'y.>' --rm 'x.>' --bearer --source-network 10.0.0.0/8
edit user alice --bearer
edit user alice
edit user bob --allow-pub x
edit user alice --private-key reader
edit authcallout --auth-user alice --allowed-account SHOP
edit authcallout --auth-user nobody
edit authcallout --disable
generate creds --name alice --private-key alice.nk --output-file again.creds
generate creds --name bob --private-key alice.nk --output-file wrong.creds
revocations list-users
revocations add-user alice
revocations add-user alice --at 2020-01-01
revocations list-users --json
revocations delete-user alice --json
revocations delete-user alice
revocations add-user nobody
revocations add-user '*' --dry-run
revocations add_activation --subject 'prices.*' --target-account SHOP
revocations list_activations
revocations list_activations --json
revocations delete_activation --subject 'prices.*' --target-account SHOP
revocations delete_activation --subject 'prices.*' --target-account SHOP
validate
validate --all-accounts --json
validate --account NONE
delete mapping --from orders --to orders.v2
delete mapping --from orders --to orders.v2
delete import --account SHOP --subject buy
delete import --account SHOP --subject buy
delete export --subject orders.place --dry-run
delete export --subject orders.place
delete export --subject orders.place --json
delete user alice --revoke --json
delete user nobody
delete user bob --dry-run
delete account SHOP --dry-run
delete account SHOP
delete account SYS
delete account
select operator operator
edit operator
edit operator --tag Prod,eu --service-url nats://one:4222 --account-jwt-server-url nats://one:4222
edit operator --rm-tag eu --rm-service-url nats://one:4222 --json
edit operator --expiry 1d --dry-run
edit operator --system-account NONE
edit operator --account-jwt-server-url nonsense
edit operator --sk nonsense
edit operator --operator NONE --tag x
describe operator operator
add account ENDS --expiry 40d
expirations
expirations --json
expirations --skip --within 100d
expirations --operator NONE
add account ONE
edit signing-key --account ONE --sk generate --role reader --allow-sub 'orders.>,_INBOX.>' --allow-pub 'orders.{{name()}}.done'
add user anna --account ONE --private-key reader --creds anna.creds
add user eve --account ONE --allow-pub '>' --creds eve.creds
add export --account ONE --subject 'orders.*'
add import --account SALES --src-account ONE --remote-subject 'orders.*' --local-subject 'bought.*'
policy explain --as ONE/anna 'publish orders.anna.done'
policy explain --as ONE/anna 'publish orders.eve.done' --json
policy explain --as anna 'subscribe orders.a' --engine nats-server
policy explain --as nobody 'publish a'
policy explain --as anna 'dance'
policy explain --account ONE --role reader --name ben 'publish orders.ben.done'
policy explain --account ONE --role writer 'publish a'
policy who-can orders.a
policy who-can orders.a --account ONE
policy who-can orders.a receive --account ONE --chain
policy who-can orders.a receive --account ONE --from SALES --json
policy who-can orders.a receive --account ONE --from NONE
policy who-can 'wrong subject' --account ONE
policy who-can nobody.knows receive --account SYS
policy reach ONE
policy reach SALES --chain
policy reach SALES --json
policy reach SYS
policy reach NONE
policy init nearby
policy plan nearby --operator operator
policy plan nearby --operator operator --json
policy plan nowhere
policy plan --resume
policy plan --resume --json
policy plan --resume --operator NONE
policy diff nearby --in-force
policy diff nearby --in-force --json
policy export out
policy export out
policy export some --account ONE --account SALES
policy export none --account NONE
policy export none --operator NONE
generate config
generate config --nats-resolver --sys-account NONE
generate config --nats-resolver-cache --config-file resolver.conf
generate config --nats-resolver-cache --config-file resolver.conf
generate config --nats-resolver --operator NONE
generate diagram component
generate diagram component --detail --output-file accounts.puml
generate diagram component --operator NONE
generate diagram object --operator NONE
"""

# Neither a directory nor a service is needed.
ALONE = {
    "broker", "completion", "context add", "context delete", "context list", "context select", "context show",
    "describe jwt", "generate nkey", "policy check", "policy compile", "policy fmt", "policy reproduce",
    "policy schema", "policy test", "serve",
}

# What is compared by a test of its own, since the two logs and places are not the same.
APART = {"audit query", "audit tail", "audit verify", "policy apply", "policy undo", "status"}

# What refuses, and a command line that would be right nearby.
REFUSES = {
    "add operator": "X", "backup": "backup.file --passphrase-file pass",
    "env": "", "export keys": "--all --dir keys", "export nsc": "out", "fix": "--in keys",
    "generate activation": "--subject prices.* --target-account SHOP",
    "generate context": "--account A --user u --context c", "generate profile": "nsc://operator/SALES/u",
    "import account": "--file a.jwt",
    "import keys": "--dir keys", "import nsc": "store", "import user": "--file u.jwt", "init": "X", "keyring rotate": "",
    "keyring seal": "--passphrase-file pass", "keyring status": "", "keyring unseal": "", "list keys": "",
    
    "pull": "--all", "push": "--all", "reissue operator": "", "rename account": "A B",
    "restore": "backup.file --passphrase-file pass", "sign": "a.jwt", "tool pub": "a b", "tool reply": "a b",
    "tool req": "a b", "tool rtt": "", "tool sub": "a",
}


class Side:
    """One of the two places, and somebody who types there."""

    def __init__(self, folder, environment):
        folder.mkdir(exist_ok=True)
        self.folder = folder
        self.environment = {"PATH": os.environ["PATH"], "HOME": str(folder), **environment}
        self.names = {}

    def run(self, line):
        words = shlex.split(line) if isinstance(line, str) else line
        done = subprocess.run(
            [pathlib.Path(CHANCERY).absolute(), *words], env=self.environment, cwd=self.folder, capture_output=True,
            text=True, stdin=subprocess.DEVNULL, timeout=120)
        self.last = f"{line}\n{done.stdout}{done.stderr}"
        return done

    def normal(self, text):
        """The text with keys, digests and times in the order in which they came up, whatever they are."""
        def name(match):
            return self.names.setdefault(match[0], f"{match[0][0]}{len(self.names)}".ljust(len(match[0]), "."))
        text = re.sub(r"\b[OAUX][A-Z2-7]{55}\b", name, text)
        text = re.sub(r"\b[0-9a-f]{64}\b", "digest", text)
        text = re.sub(r'("jti": *")[A-Z2-7]{52}', r"\1id", text)
        text = re.sub(r'("(?:iat|issued_at|revoked_at)": *)\d+', r"\1 0", text)
        text = re.sub(r"(: *)1[789]\d{8}\b", r"\1 0", text)
        text = re.sub(r"\b20\d\d-\d\d-\d\d[T ]\d\d:\d\d:\d\d(Z| UTC)?", "2020-01-01", text)
        return text

    def said(self, line):
        done = self.run(line)
        return done.returncode, self.normal(done.stdout), self.normal(done.stderr)


@pytest.fixture(scope="module")
def sides(tmp_path_factory):
    folder = tmp_path_factory.mktemp("near-and-far")
    service = Service(folder / "home")
    (folder / "token").write_text(service.first_token() + "\n")
    far = Side(folder / "far", {"CHANCERY_CONTEXT": "far"})
    far.service = service
    added = far.run(["context", "add", "far", "--server", f"http://127.0.0.1:{service.port}",
                     "--token-file", str(folder / "token"), "--operator", "operator"])
    assert added.returncode == 0, added.stderr
    near = Side(folder / "near", {"CHANCERY_HOME": str(folder / "other")})
    made = near.run("add operator operator --sys --generate-signing-key")
    assert made.returncode == 0, made.stderr
    near.normal(made.stderr)
    (near.names, far.names) = ({}, {})
    yield near, far
    assert service.end() == 0, "".join(service.words)


def seed(side):
    """The seed in the credentials of alice, in a file of its own."""
    assert (side.folder / "alice.creds").exists(), side.last
    text = (side.folder / "alice.creds").read_text()
    (side.folder / "alice.nk").write_text(re.search(r"^SU[A-Z2-7]{56}$", text, re.M)[0] + "\n")
    (side.folder / "alice.nk").chmod(0o600)


def told(side, line):
    """What a line says; the credentials that it makes are taken apart for later ones."""
    status, output, errors = side.said(line)
    # Far, the service takes a deleted account from the servers.
    said = status, output, "".join(text for text in errors.splitlines(True) if "servers keep their copy of" not in text)
    if line.startswith("add user alice"):
        seed(side)
    return said


def test_the_same_lines_say_the_same_near_and_far(sides):
    near, far = sides
    lines = LINES.strip().splitlines()
    # The two know nothing of each other, so they work at once.
    with concurrent.futures.ThreadPoolExecutor() as pool:
        places = pool.map(lambda side: [told(side, line) for line in lines], (near, far))
        both = list(zip(lines, *places))
    differences = [
        f"$ chancery {line}\nnear: {here[0]}\n{here[1]}{here[2]}far: {there[0]}\n{there[1]}{there[2]}"
        for line, here, there in both if here != there]
    assert not differences, f"{len(differences)} differ\n\n" + "\n".join(differences)
    # The credentials that were made far hold a seed that the service never had.
    assert "SU" in (far.folder / "bob.creds").read_text() and (far.folder / "again.creds").exists()


def test_the_log_far_says_what_was_done(sides):
    near, far = sides
    for side in sides:
        side.run("add account LOGGED")
        side.run("add export --account LOGGED --subject a.b")
    def said(side, *more):
        rows = [json.loads(line) for line in side.run(
            ["audit", "query", "--account", "LOGGED", "--op", "account", "--json", *more]).stdout.splitlines()]
        return [(row["op"], row["object"]["name"], row["outcome"]) for row in rows]
    # The service also records what its servers said.
    wanted = [row for row in said(near) if row[0] != "account.push"]
    assert wanted and [row for row in said(far) if row[0] != "account.push"] == wanted
    table = far.run("audit query --op account.add --limit 2").stdout
    assert "account.add" in table and "LOGGED" in table
    for number, log in enumerate(([], ["--log", "admin"])):
        tail = subprocess.Popen(
            [pathlib.Path(CHANCERY).absolute(), "audit", "tail", "--count", "1", "--account", "LOGGED", *log],
            env=far.environment, cwd=far.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert "listening" in tail.stderr.readline()
        far.run(f"edit account LOGGED --description x{number}")
        assert "LOGGED" in tail.stdout.readline()
        assert tail.wait(timeout=30) == 0


def decide(service, far):
    """Has the service's broker refuse something, and returns the record."""
    far.run("add account DECIDED")
    far.run("add user dora --account DECIDED --allow-pub ok --creds dora.creds")

    async def refused():
        async def note(_):
            pass
        client = await nats.connect(
            service.nats, user_credentials=str(far.folder / "dora.creds"), error_cb=note, allow_reconnect=False)
        await client.publish("no.way", b"")
        await client.flush()
        await client.close()

    asyncio.run(refused())
    deadline = time.monotonic() + 30
    while True:
        rows = far.run("audit query --kind publish --outcome denied --subject no.way --json").stdout.splitlines()
        if rows or time.monotonic() > deadline:
            return json.loads(rows[0])


def test_the_logs_of_brokers_can_be_read_and_checked_far(sides):
    near, far = sides
    record = decide(far.service, far)
    # Beside the service's directory, the same.
    beside = ["--all-dirs", str(far.service.home)]
    name = f"{record['log']}/{record['i']}"
    for words in (["audit", "query", "--subject", "no.way", "--json"], ["audit", "query", "--user", "dora"],
                  ["policy", "explain", name], ["policy", "explain", name, "--json"]):
        there, here = far.run(words), near.run([*words, *beside])
        assert (there.returncode, there.stdout, there.stderr) == (here.returncode, here.stdout, here.stderr), words
    assert far.run(["policy", "explain", record["log"] + "/999999"]).returncode == 1
    there = far.run("audit verify")
    assert there.returncode == 0 and "everything is as it was recorded" in there.stderr, there.stderr
    logs = [json.loads(line) for line in far.run("audit verify --json").stdout.splitlines()]
    assert len(logs) == 2 and all(log["problems"] == [] and log["verified"] > 0 for log in logs)
    assert far.run(["audit", "verify", "--log", "admin", "--key", logs[0]["key"]]).returncode == 0
    wrong = far.run(["audit", "verify", "--log", "admin", "--key", logs[0]["key"][:-4] + "AAA="])
    assert wrong.returncode == 1 and "another key" in wrong.stderr
    assert "there is no log" in far.run("audit verify --log broker-none").stderr


def test_an_accounts_own_administrator_reads_its_part_far(sides, tmp_path):
    _, far = sides
    far.run("add account OWN")
    key = json.loads(far.run("describe account OWN --field sub").stdout)
    token = tmp_path / "token"
    token.write_text(far.service.send("POST", "/v1/tokens", {
        "name": "own", "grants": [{"role": "account-admin", "account": key}]})[1]["token"] + "\n")
    own = ["--server", f"http://127.0.0.1:{far.service.port}", "--token-file", str(token)]
    told = far.run(["audit", "query", "--json", *own])
    assert told.returncode == 0, told.stderr
    rows = [json.loads(line) for line in told.stdout.splitlines()]
    assert rows and {row["object"]["name"] for row in rows if "object" in row} <= {"OWN"}
    assert far.run(["audit", "verify", *own]).returncode == 1


SET = """\
--- chancery.yaml
chancery: v1
accounts: { PLANT: plant.yaml }
--- plant.yaml
chancery: v1
account: PLANT
roles: { press: { publish: [ "t.{{name()}}.>" ] }, desk: { subscribe: [ "t.>" ] } }
users: { press-1: { role: press } }
exports: [ { stream: "t.>" } ]
"""


def write(folder, text):
    folder.mkdir(exist_ok=True)
    for part in text.split("--- ")[1:]:
        name, _, rest = part.partition("\n")
        (folder / name).write_text(rest)
    return str(folder)


def test_policies_come_into_force_far_as_they_do_near(sides):
    near, far = sides
    # Near there is no server to bring anything to.
    lines = [("apply", True), ("plan", False), ("apply", True), ("undo", True), ("undo", True), ("apply --resume", True)]
    for number, (words, changes) in enumerate(lines):
        said = []
        for side in sides:
            text = SET if number < 2 else SET.replace("desk:", "clerk: { was: desk, ").replace("was: desk,  {", "was: desk,")
            folder = write(side.folder / "set", text)
            line = ["policy", *words.split()] + ([folder] if words in ("apply", "plan") else [])
            if changes and side is near:
                line.append("--directory-only")
            said.append(side.said(line))
        here, there = said
        assert here == there, (words, here, there)
        assert there[0] == (1 if "resume" in words else 0), there
    assert far.run("policy undo --directory-only").returncode == 1
    assert "by itself" in far.run("policy undo --directory-only").stderr
    (far.folder / "set" / "plant.yaml").write_text("chancery: v1\naccount: PLANT\nroles: { a: b }\n")
    (near.folder / "set" / "plant.yaml").write_text("chancery: v1\naccount: PLANT\nroles: { a: b }\n")
    assert near.said("policy plan set") == far.said("policy plan set")


def test_a_set_for_another_operator_says_near_and_far_what_to_write(sides):
    for words in ("plan", "apply", "plan --operator operator"):
        said = []
        for side in sides:
            folder = write(side.folder / "others", SET.replace("accounts:", "operator: PLANT\naccounts:"))
            said.append(side.said(["policy", *words.split(), folder]))
        assert said[0] == said[1] and said[0][0] == 1, (words, said)
        assert "in chancery.yaml" in str(said[1]), said


ENVIRONMENTS = """\
--- chancery.yaml
chancery: v1
accounts: { BRANCH: branch.yaml }
environments: { prod: prod.yaml, staging: staging.yaml }
--- prod.yaml
chancery: v1
values: { site: berlin }
--- staging.yaml
chancery: v1
values: { site: test }
--- branch.yaml
chancery: v1
account: BRANCH
values: { site: { type: token } }
roles: { desk: { subscribe: [ "t.<site>.>" ] } }
"""


def test_one_environment_of_a_set_comes_into_force_far(sides):
    for side in sides:
        write(side.folder / "branch", ENVIRONMENTS)
    near, far = sides
    for words in (["plan"], ["plan", "--environment", "none"], ["plan", "--environment", "prod"], ["apply", "--environment", "prod"]):
        here = near.said(["policy", *words, "branch", *(["--directory-only"] if "apply" in words else [])])
        assert here == far.said(["policy", *words, "branch"]), words
    assert "subscribe t.berlin.>" in far.run("policy diff branch --environment staging --in-force").stdout, far.last


def files(folder):
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_what_is_generated_far_is_what_is_generated_beside_the_directory(sides):
    near, far = sides
    beside = ["--all-dirs", str(far.service.home)]
    for line in (
            "generate config --mem-resolver", "generate config --nats-resolver --json",
            "generate config --nats-resolver-cache --sys-account ONE", "generate diagram component --detail",
            "generate diagram object --users --detail --show-keys", "generate diagram object --users --json"):
        there, here = far.run(line), near.run([*line.split(), *beside])
        assert there.returncode == 0 and there.stdout, far.last
        assert (there.stdout, there.stderr) == (here.stdout, here.stderr), line
    assert "user anna" in far.run("generate diagram object --users").stdout
    # What governed accounts are exported with is their own files.
    text = (write(far.folder / "governing", SET.replace("PLANT", "MILL").replace("plant", "mill")))
    assert far.run(["policy", "apply", text]).returncode == 0, far.last
    for number, names in enumerate(([], ["--account", "ONE", "--account", "MILL"])):
        there, here = far.run(["policy", "export", f"e{number}", *names]), near.run(
            ["policy", "export", f"e{number}", *names, *beside])
        assert there.returncode == 0, far.last
        assert (there.stdout, there.stderr) == (here.stdout, here.stderr)
        written = files(far.folder / f"e{number}")
        assert written == files(near.folder / f"e{number}") and len(written) > 2
    # What was exported far can be applied far, and gives and takes nothing.
    plan = json.loads(far.run("policy plan e1 --json").stdout)
    assert not {change["effect"] for change in plan["changes"]} & {"gains", "loses"}, plan


def test_the_status_far_has_the_same_figures(sides):
    near, far = sides
    here, there = (json.loads(side.run("status --json").stdout) for side in sides)
    assert there["service"].startswith("http://") and "service" not in here
    for name in ("operators", "operator", "seal", "expired", "ending_soon"):
        assert here[name] == there[name], name


def commands(shape, words=()):
    below = [one for one in shape.get("subcommands", []) if one["commandName"] != "help"]
    if not below:
        yield " ".join(words)
    for one in below:
        yield from commands(one, (*words, one["commandName"]))


def test_every_command_acts_on_a_service_or_refuses(sides):
    _, far = sides
    shape = json.loads(far.run(["--experimental-dump-help"]).stdout)["command"]
    every = set(commands(shape))
    works = {command for command in every for line in LINES.splitlines() if (line + " ").startswith(command + " ")}
    known = [works, ALONE, APART, set(REFUSES)]
    assert every - set().union(*known) == set()
    assert set().union(*known) - every == set()
    assert sum(map(len, known)) == len(every)


def test_what_does_not_act_on_a_service_says_why(sides):
    near, far = sides
    # What some of them read before they look for the directory.
    (far.folder / "keys").mkdir()
    (far.folder / "pass").write_text("a long passphrase\n")
    (far.folder / "pass").chmod(0o600)
    for line in (f"export nsc {far.folder / 'store'}", f"describe account SYS --raw --output-file {far.folder / 'a.jwt'}",
                 f"describe user sys --account SYS --raw --output-file {far.folder / 'u.jwt'}"):
        assert near.run(line).returncode == 0, near.last
    assert far.run("policy init p").returncode == 0, far.last
    def wrong(command):
        done = far.run(f"{command} {REFUSES[command]}")
        said = rf'error: "chancery {command}" does not act on the service at http://127.0.0.1:\d+: [a-z]'
        refuses = done.returncode == 1 and re.search(said, done.stderr)
        return None if refuses else f"{command}: {done.returncode} {done.stderr}"
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        found = [text for text in pool.map(wrong, REFUSES) if text]
    assert not found, "\n".join(found)
