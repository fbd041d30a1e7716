"""Lines as nsc's users type them: every command and every flag, and what they do to claims.

`data/nsc/*.txt` are the lines, with `chancery` in the place of `nsc`. A word before `nsc` says how the line ends:
`refused` with 1 and nothing changed, `usage` with 2, `fails` with 1 where a server has its say, and with 0 otherwise. `data/nsc/*.json`
are the claims that must be there in the end, written from the rules of the format and not from what this program does:
keys stand in them as names, and what depends on the time as `now` or `+2w`. `data/nsc/flags.json` names every flag.
"""

import json
import re
import shlex
import threading
import time
from datetime import datetime, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

import issuer
from certificates import Authority
from conftest import CommandLine, kept
from peers import Server
from test_command_line import decoded
from test_interchange import curve_key
from test_readme import free_port

DATA = Path(__file__).parent / "data" / "nsc"
FLAGS = json.loads((DATA / "flags.json").read_text())
CHAPTERS = sorted(path.stem for path in DATA.glob("*.txt"))
KEY = re.compile(r"[OAUX][A-Z2-7]{55}")
TLS = ["--ca-cert", "ca.pem", "--client-cert", "client.pem", "--client-key", "client-key.pem",
       "--tls-curves", "X25519,P256", "--tls-first"]
EXITS = {"": 0, "refused": 1, "usage": 2, "fails": 1}


def lines(chapter):
    for line in (DATA / f"{chapter}.txt").read_text().splitlines():
        if line and not line.startswith("#"):
            yield line


def command_of(words):
    """The name of the command that words begin with, as the table of flags has it."""
    for count in (3, 2, 1):
        name = " ".join(words[:count])
        if name in FLAGS:
            return name
    raise AssertionError(f"unknown command: {words}")


# That nothing is missing


def test_every_flag_of_every_command_is_used():
    used = {name: set() for name in FLAGS}
    for chapter in CHAPTERS:
        for line in lines(chapter):
            words = shlex.split(line.partition("nsc ")[2])
            # What a line that must fail shows is not that a flag works.
            if not words or line.startswith(("refused", "usage", "fails")):
                continue
            words = [word for given in words for word in (TLS if given == "$TLS" else [given])]
            name = command_of(words)
            used[name].update(word.partition("=")[0] for word in words if word.startswith("-"))
    missing = [f"{name} {spelling}" for name, flags in FLAGS.items() for flag in flags for spelling in flag.split()
               if spelling not in used[name]]
    assert missing == []


def test_every_flag_is_in_the_help(chancery):
    for name, flags in FLAGS.items():
        text = chancery(*name.split(), "--help").stdout
        named = set(re.findall(r"(?<![\w-])(--?[a-zA-Z][\w-]*)", text))
        # Two commands use --operator for the kind of keys and for the operator that is meant.
        missing = [spelling for flag in flags for spelling in flag.split() if spelling not in named]
        assert missing == [], f"{name}: {missing}"


# The lines


class AccountServer:
    """An account server over HTTP, which keeps what it is given and signs accounts for an operator, if it has its key."""

    def __init__(self, key=None):
        self.tokens, self.activations, self.key, self.operator_token = {}, [], key, ""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                name = self.path.rpartition("/")[2]
                body = outer.operator_token if name == "operator" else outer.tokens.get(name)
                body = body if self.path.startswith("/jwt/v1/") else None
                self.answer(200 if body else 404, body or "")

            def do_POST(self):
                token = self.rfile.read(int(self.headers["Content-Length"])).decode()
                assert self.headers["Content-Type"] == "application/jwt"
                if self.path.endswith("/activations"):
                    outer.activations.append(token)
                else:
                    outer.tokens[self.path.rpartition("/")[2]] = outer.signed(token)
                self.answer(200, "")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/jwt/v1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def signed(self, token):
        if not self.key:
            return token
        claims = issuer.read(token)
        return issuer.encode({**claims, "iss": self.key.public, "iat": claims["iat"] + 1}, self.key)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


UNLIMITED = {"subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1}


def account_nats():
    return {"limits": UNLIMITED, "default_permissions": {"pub": {}, "sub": {}}, "authorization": {}, "type": "account"}


class Script:
    """Runs the lines of a chapter in a home of its own."""

    def __init__(self, folder):
        self.chancery = CommandLine(folder)
        self.folder = folder
        self.started = int(time.time())
        self.labels, self.running, self.servers = {}, [], []
        self.known = None
        operator, other = issuer.Key.new("operator"), issuer.Key.new("operator")
        foreign = issuer.Key.new("account")
        self.variables = {
            "OPERATOR_KEY": issuer.Key.new("operator").public,
            "ACCOUNT_KEY": issuer.Key.new("account").public, "ANOTHER_ACCOUNT_KEY": issuer.Key.new("account").public,
            "THIRD_ACCOUNT_KEY": issuer.Key.new("account").public,
            "USER_KEY": issuer.Key.new("user").public, "ANOTHER_USER_KEY": issuer.Key.new("user").public,
            "CURVE_KEY": curve_key().public}
        self.labels |= {value: f"${name}" for name, value in self.variables.items()}
        files = {
            "FILE_OF_R": {"name": "R", "sub": operator.public, "iat": self.started - 60, "nats": {"type": "operator"}},
            "NEWER_FILE_OF_R": {"name": "R", "sub": operator.public, "nats": {"type": "operator", "tags": ["newer"]}},
            "FOREIGN_ACCOUNT": {"name": "FOREIGN", "sub": foreign.public, "nats": account_nats()}}
        for name, claims in files.items():
            (folder / f"{name}.jwt").write_text(issuer.encode(claims, other if name == "FOREIGN_ACCOUNT" else operator))
            self.variables[name] = f"{name}.jwt"
        self.chancery.environment["NSC_R_OPERATOR"] = "FILE_OF_R.jwt"

    def run(self, line):
        head, _, rest = line.partition("nsc ")
        if line.startswith("start "):
            return getattr(self, line.replace(" ", "_").replace("-", "_"))()
        words = [word for given in shlex.split(rest) for word in self.expanded(given)]
        if head.strip() == "background":
            process = self.chancery.start(*words)
            assert process.stderr.readline().startswith("listening on "), line
            return self.running.append((line, process))
        exits = EXITS[head.strip()]
        if head.strip() == "refused" and self.known is None:
            self.known = self.state()
        done = self.chancery(*words, exits=exits)
        for kind, name, key in re.findall(r'added (\w+) "([^"]*)" \(([A-Z2-7]{56})\)', done.stderr):
            self.labels.setdefault(key, f"gone {kind} {name}")
        if exits:
            assert head.strip() == "fails" or done.stdout == "" and done.stderr.startswith("error: "), line
            # A second line says what to do.
            assert len(done.stderr.splitlines()) >= 2, f"{line}\n{done.stderr}"
        if head.strip() == "refused":
            assert self.state() == self.known, f"{line} changed something"
        else:
            self.known = None

    def expanded(self, word):
        if word == "$TLS":
            return TLS
        return [re.sub(r"\$([A-Z][A-Z_]*)", lambda match: self.variables[match[1]], word)]

    def state(self):
        """A digest of everything that is kept."""
        return kept(self.chancery.home)

    # Servers

    def start_nats_server(self):
        Authority(self.folder).issue("server", "127.0.0.1").issue("client", "client")
        configuration = (self.folder / "full.conf").read_text()
        assert "resolver: MEMORY" in configuration
        configuration = self.chancery("generate", "config", "--nats-resolver").stdout
        tls = (f'tls {{ cert_file: "{self.folder}/server.pem", key_file: "{self.folder}/server-key.pem", '
               f'ca_file: "{self.folder}/ca.pem", verify: true, handshake_first: true }}')
        server = Server("nats-server", self.folder / "server", lambda port: (
            f'listen: "127.0.0.1:{self.port}"\n{tls}\n' + configuration.replace("allow_delete: false", "allow_delete: true")))
        self.servers.append(server)

    def start_account_server(self):
        server = AccountServer()
        self.variables["HTTP"] = server.url
        self.servers.append(server)

    def stop(self):
        for _, process in self.running:
            if process.poll() is None:
                process.kill()
            process.communicate()
        for server in self.servers:
            server.stop()

    # Claims

    def claims(self, what):
        """The claims of `operator O`, `account A` or `P/A` of the operator P, `user A/u`, `file s.jwt`."""
        kind, _, name = what.partition(" ")
        if kind == "file":
            return decoded(self.chancery("describe", "jwt", "-f", name, "--raw").stdout)
        parts = name.split("/")
        depth = {"operator": 1, "account": 2, "user": 3}[kind]
        within = ["--operator", parts.pop(0)] if len(parts) == depth and kind != "operator" else []
        account = ["-a", parts.pop(0)] if kind == "user" else []
        return decoded(self.chancery("describe", kind, parts[0], *account, *within, "--raw").stdout)

    def learn_labels(self):
        """A name for each key that the directory knows."""
        for operator in self.chancery.rows("list", "operators"):
            name = operator["name"]
            self.name(operator["public_key"], f"O:{name}")
            for key in self.claims(f"operator {name}")["nats"].get("signing_keys", []):
                self.name(key, f"O:{name}/sk")
            for account in self.chancery.rows("list", "accounts", "--operator", name):
                self.name(account["public_key"], f"A:{account['name']}")
                for key in self.claims(f"account {name}/{account['name']}")["nats"].get("signing_keys", []):
                    scoped = isinstance(key, dict)
                    self.name(key["key"] if scoped else key, f"A:{account['name']}/{key['role'] if scoped else 'sk'}")
                for user in self.chancery.rows("list", "users", "-a", account["name"], "--operator", name):
                    self.name(user["public_key"], f"U:{account['name']}/{user['name']}")

    def name(self, key, label):
        if not self.labels.get(key, "").startswith("$"):
            self.labels[key] = label

    def readable(self, value, field=""):
        """Claims with names in the place of keys, dates in the place of numbers, and without what no two runs share."""
        if isinstance(value, dict):
            value = {self.readable(name): self.readable(entry, name) for name, entry in value.items()
                     if name not in ("iat", "jti")}
            if field == "revocations":
                return {key: "now" if time >= self.started else time for key, time in value.items()}
            return value
        if isinstance(value, list):
            value = [self.readable(entry) for entry in value]
            return sorted(value, key=json.dumps) if field == "signing_keys" else value
        if field in ("exp", "nbf"):
            return self.date(value)
        if field == "token":
            files = [path for path in self.folder.glob("*.jwt") if value in path.read_text()]
            return f"file {files[0].name}" if files else value
        if isinstance(value, str):
            return KEY.sub(lambda match: self.labels.get(match[0], match[0]), value)
        return value

    def date(self, seconds):
        ahead = seconds - self.started
        for span, low, high in (("+2w", 14, 14), ("+1y", 365, 366)):
            if low * 86400 <= ahead <= high * 86400 + 600:
                return span
        return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d") if seconds % 86400 == 0 else seconds


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_what_lines_do_to_claims(chapter, tmp_path):
    script = Script(tmp_path)
    try:
        script.port = free_port()
        script.variables["URL"] = f"nats://127.0.0.1:{script.port}"
        for line in lines(chapter):
            script.run(line)
        for line, process in script.running:
            assert process.wait(20) == 0, line
        script.learn_labels()
        for what, expected in json.loads((DATA / f"{chapter}.json").read_text()).items():
            token = script.claims(what)
            assert re.fullmatch("[A-Z2-7]{52}", token["jti"]) and token["iat"] >= script.started - 60, what
            found = script.readable(token)
            if isinstance(expected["nats"].get("signing_keys"), list):
                expected["nats"]["signing_keys"] = sorted(expected["nats"]["signing_keys"], key=json.dumps)
            assert found == expected, what
        script.chancery("audit", "verify")
    finally:
        script.stop()
