"""A server's process with what it was started with, for one scenario or for several that share a configuration."""

import http.client
import http.server
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
import time
from pathlib import Path

import issue
from issue import Realm

CHANCERY = Path(os.environ.get("CHANCERY", ".build/debug/chancery")).absolute()
NATS_SERVER = Path(sys.executable).parent / "nats-server"
ENGINES = ("nats-server", "chancery")
# Long enough for a busy machine to start a process in a debug build.
START_DEADLINE = 20.0
_VARIABLE = re.compile(r"\$\{([^{}]*)\}")


class DidNotStart(Exception):
    """The server ended, or listened nowhere. Its exit code and what it said are known."""

    def __init__(self, code, said):
        super().__init__(f"the server did not start (exit code {code}); it said:\n{said[-3000:]}")
        self.code = code
        self.said = said


class World:
    """What a scenario's server definition describes, made real on one engine.

    The definition: `realm` (see issue.Realm), `configuration` (a text), `configurations` (others by name, for a
    reload), `files` (others in the server's folder), `arguments` (of the command line), `trust: false` (the operator is
    not put into the configuration), `trust: without resolver` (the configuration says
    which) or `trust: without accounts` (nor any account), `serves` (accounts that an HTTP server at ${accounts} has; all, unless said).
    """

    def __init__(self, engine, definition, folder, tls, pins):
        self.engine = engine
        self.definition = definition
        self.folder = folder
        self.tls, self.pins = tls, pins
        self.process = None
        self.ports = {}
        self._accounts_server = None
        folder.mkdir(parents=True)
        self._variables = {"dir": str(folder), "tls": str(tls)}
        self.realm = Realm(definition.get("realm"), self.filled)
        self.realm.issue()
        self.log = folder / "server.log"

    # Texts

    def filled(self, text, variables=None):
        """A text with its `${...}` filled in."""
        def value(found):
            word = found[1]
            if variables and word in variables:
                return variables[word]
            return self._value(word)
        return _VARIABLE.sub(value, text)

    def _value(self, word):
        if found := re.fullmatch(r"now([+-]\d+)?", word):
            return str(int(time.time()) + int(found[1] or 0))
        kind, colon, rest = word.partition(":")
        if colon and kind == "repeat":
            text, _, count = rest.rpartition(":")
            return text * int(count)
        if colon and kind == "nkey":
            return issue.key(rest, "user").public
        if colon and kind == "xkey":
            return issue.CurveKey(rest).public
        if colon and kind == "key":
            kind, _, name = rest.partition(":")
            return issue.key(name, kind).public
        if colon and kind == "pin":
            return self.pins[rest]
        if colon and kind == "port":
            return str(self.ports[rest][1])
        if colon and kind == "clock":
            return time.strftime("%H:%M:%S", time.gmtime(time.time() + int(rest)))
        if word == "pid":
            return str(self.process.pid)
        if word == "accounts":
            return self._serve_accounts()
        if word in self._variables:
            return self._variables[word]
        value = self.realm.lookup(word)
        if value is None:
            raise KeyError(f"nothing is called ${{{word}}}")
        return value

    # Starting and stopping

    def configuration(self, text):
        """A configuration file's whole text. What is added stands at its end, so that its lines keep their numbers."""
        text = self.filled(text)
        lines = [text.rstrip("\n")]
        trust = self.definition.get("trust", True)
        if self.realm.is_operated and trust:
            lines.append(self.realm.configuration(trust))
        if not re.search(r"^\s*(listen|port)\b", text, re.MULTILINE):
            lines.append("listen: 127.0.0.1:-1")
        lines.append(f"ports_file_dir: '{self.folder}'\n")
        return "\n".join(lines)

    def write(self):
        for name, text in (self.definition.get("files") or {}).items():
            file = self.folder / self.filled(name)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(self.filled(text))
        if self.definition.get("bare"):
            text = self.filled(self.definition.get("configuration", ""))
        else:
            text = self.configuration(self.definition.get("configuration", ""))
        (self.folder / "server.conf").write_text(text)

    def command(self, arguments=("-c", "server.conf")):
        program = [CHANCERY, "broker"] if self.engine == "chancery" else [NATS_SERVER]
        return [*program, *(self.filled(word) for word in arguments)]

    def run(self, arguments):
        """Runs the server until it ends by itself. Returns the exit code, None if it went on, and what it said."""
        self.write()
        try:
            done = subprocess.run(
                self.command(arguments), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, timeout=8)
        except subprocess.TimeoutExpired as expired:
            return None, (expired.stdout or b"").decode(errors="replace")
        return done.returncode, done.stdout.decode(errors="replace")

    def run_beside(self, arguments):
        """Runs the program once more beside the running server. Returns its exit code and what it said."""
        done = subprocess.run(
            self.command(arguments), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=8)
        return done.returncode, done.stdout.decode(errors="replace")

    def start(self):
        self.write()
        arguments = ["-c", "server.conf", *self.definition.get("arguments", ())]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(arguments), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                # Times of day in credentials that name no place are then the same everywhere.
                env=os.environ | {"TZ": "UTC"})
        end = time.monotonic() + START_DEADLINE
        while not self._read_ports():
            if self.process.poll() is not None or time.monotonic() > end:
                code = self.process.poll()
                self.stop()
                raise DidNotStart(code, self.said)
            time.sleep(0.01)

    def _read_ports(self):
        for file in self.folder.glob(f"*_{self.process.pid}.ports"):
            try:
                listed = json.loads(file.read_text())
            except ValueError:
                # Not written to its end yet.
                return False
            self.ports = {
                name: ("127.0.0.1", int(urls[0].rpartition(":")[2])) for name, urls in listed.items() if urls}
            return True
        return False

    @property
    def said(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def stop(self):
        if self._accounts_server:
            self._accounts_server.shutdown()
            self._accounts_server.server_close()
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
        try:
            self.process.wait(3)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    # Changing while it runs

    def reload(self, name):
        """Puts another configuration in place, tells the server, and waits until it says what it made of it."""
        text = self.definition["configurations"][name]
        (self.folder / "server.conf").write_text(self.configuration(text))
        before = len(self.said)
        self.process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 5
        while time.monotonic() < end and self.process.poll() is None:
            if re.search(r"reloaded server configuration|failed to reload", self.said[before:], re.IGNORECASE):
                return
            time.sleep(0.02)

    # HTTP

    def get(self, path, port="monitoring", headers=None):
        """Status, headers and body."""
        if port not in self.ports:
            raise AssertionError(f"the server has no {port} port")
        connection = http.client.HTTPConnection(*self.ports[port], timeout=5)
        try:
            connection.request("GET", path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, dict(answer.getheaders()), answer.read().decode(errors="replace")
        finally:
            connection.close()

    def _serve_accounts(self):
        """The base of an HTTP server that has the accounts' tokens, as a URL resolver asks for them."""
        if self._accounts_server is None:
            world = self
            self.asked = []

            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    identity = self.path.rpartition("/")[2]
                    world.asked.append(identity)
                    token = world.served().get(identity)
                    body = (token or "").encode()
                    self.send_response(404 if identity and token is None else 200)
                    self.send_header("Content-Length", str(len(body)))
                    self.end_headers()
                    self.wfile.write(body)

                def log_message(self, *_):
                    pass

            self._accounts_server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            threading.Thread(target=self._accounts_server.serve_forever, args=(0.05,), daemon=True).start()
        return f"http://127.0.0.1:{self._accounts_server.server_port}/jwt/v1/accounts/"

    def served(self):
        names = self.definition.get("serves", self.realm.accounts)
        served = {self.realm.keys[name].public: self.realm.tokens[name] for name in names}
        # Answers that do not belong to what is asked for: `account: token`.
        for name, token in (self.definition.get("answers") or {}).items():
            served[self.realm.keys[name].public] = self.filled(token)
        return served

    # TLS

    def tls_context(self, certificate=None, minimum=None):
        context = ssl.create_default_context(cafile=str(self.tls / "ca.pem"))
        if minimum:
            context.maximum_version = getattr(ssl.TLSVersion, minimum)
        if certificate:
            context.load_cert_chain(self.tls / f"{certificate}.pem", self.tls / f"{certificate}.key")
        return context
