"""Plays random sessions of the client protocol on nats-server and on Chancery's broker and compares the answers.

A session is a valid one that was changed in a few places. It goes to nats-server in one piece, and to the broker in one
piece or in several: what a server makes of bytes must not depend on how they came. What the connection itself gets and
what another one gets that listens to everything in its account has to be the same, after masking. What is different is
made as short as it goes and printed, with the seed.

    CHANCERY=.build/debug/chancery .build-venv/bin/python Tests/Conformance/differential.py --sessions 20000 --seed 7
"""

import argparse
import os
import random
import re
import shutil
import socket
import sys
import tempfile
import time
from pathlib import Path

sys.path.append(str(Path(__file__).resolve().parent.parent / "Interop"))

import masks  # noqa: E402
from world import ENGINES, World  # noqa: E402

CONFIGURATIONS = {
    "open": "max_payload: 64\nmax_control_line: 200\n",
    "accounts": """
        max_payload: 64
        max_control_line: 300
        accounts {
          A {
            users: [
              {user: observer, password: p}
              {user: u, password: p}
              {user: r, password: p, permissions: {
                publish: {allow: ["foo", "foo.>", "bar.*"], deny: "foo.no"}
                subscribe: {allow: ["foo.>", "bar", "baz q", "_INBOX.>"], deny: ["foo.no", "bar v"]}
                allow_responses: {max: 1}}}
            ]
            mappings: {"map.*": "foo.{{wildcard(1)}}", "gone": []}
            imports: [{service: {account: B, subject: "ask.>"}, to: "want.>"}, {stream: {account: B, subject: "news.>"}, prefix: b}]
          }
          B {
            users: [{user: v, password: p}]
            exports: [{service: "ask.>"}, {stream: "news.>"}]
          }
        }
        """,
}
# What a session says first: the user, and the members of its CONNECT.
OPTIONS = (
    "{}", '{"verbose":false,"pedantic":false}', '{"verbose":false,"pedantic":false,"headers":true}',
    '{"verbose":true,"pedantic":true,"headers":true}', '{"verbose":true,"pedantic":false,"headers":true}',
    '{"verbose":false,"pedantic":true,"headers":true}',
    '{"verbose":false,"pedantic":false,"headers":true,"no_responders":true}',
    '{"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"echo":false}',
    '{"verbose":false,"pedantic":false,"headers":true,"protocol":1}',
)
SUBJECTS = (
    "foo", "foo.a", "foo.*", "foo.>", "bar", "bar.x", ">", "*", "foo.no", "map.a", "gone", "want.x", "b.news", "_INBOX.1", "a..b",
    ".a", "a.", "foo.>.x", "f*o", "a.>b", "_R_.x", "$SYS.x", "baz", "$JS.ACK.x", "_GR_.x", "$NRG.x")
QUEUES = ("q", "v", "q.*", "_sys_", "*")
SIDS = ("1", "2", "3", "x", "1.5", "-1", "sid")
SIZES = (
    "0", "1", "2", "3", "5", "64", "65", "00", "003", "+1", "-1", "1x", "0x1", "999999999", "1000000000", "2147483648",
    "9223372036854775808", "1.0", "")
INTERESTING = b"\r\n \t\0*>.+-019aAbBpPsSuUhHnNgGoOkK{}\"'\x7f\x80\xff\xc3\xa9_$"
VALUES = ("true", "false", "null", "0", "1", "2", "-1", "1.0", "1e0", '""', '"x"', "[]", "{}", '"\\u0000"', '"\\ud800"')
MEMBERS = (
    "verbose", "pedantic", "echo", "headers", "no_responders", "protocol", "name", "lang", "version", "tls_required", "jwt",
    "nkey", "sig", "account", "new_account", "import", "export", "remote_account", "proxy_sig", "auth_token", "VERBOSE", "Echo",
    "unheard", "user", "pass")


class Sessions:
    """Makes sessions."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def next(self):
        """The configuration's name, what is said and answered first, and the bytes that follow."""
        name = self.random.choice(tuple(CONFIGURATIONS))
        first = b"" if self.random.random() < 0.15 else self.connect(name)
        # The connection is most often left whole, so that there is one.
        lines = [first] if self.random.random() < 0.1 else []
        lines += [self.command(name) for _ in range(self.random.randint(1, 6))]
        rest = bytearray(b"".join(lines) + b"PING\r\n")
        if self.random.random() < 0.65:
            for _ in range(self.random.choice((1, 1, 1, 2, 3))):
                self.change(rest)
        return name, b"" if lines[0] is first else first, bytes(rest)

    def connect(self, name):
        members = self.random.choice(OPTIONS)
        if self.random.random() < 0.1:
            extra = ",".join(
                f'"{self.random.choice(MEMBERS)}":{self.random.choice(VALUES)}' for _ in range(self.random.randint(1, 2)))
            members = "{" + ",".join(part for part in (members[1:-1], extra) if part) + "}"
        if self.random.random() < 0.02:
            members = self.random.choice(("null", "[]", "1", '"x"', "{", "{} {}", "", '{"a":1,}', "{}x", "true"))
        if name == "accounts" and members.endswith("}") and self.random.random() < 0.97:
            user = self.random.choice(("u", "u", "r", "r", "r"))
            sign = f'"user":"{user}","pass":"p"'
            members = "{" + sign + ("," if len(members) > 2 else "") + members[1:]
        return f"CONNECT {members}\r\n".encode()

    def command(self, name):
        pick = self.random.choice
        blank = lambda: pick((" ", " ", " ", " ", "\t", "  ", " \t "))  # noqa: E731
        end = pick(("\r\n",) * 12 + ("\n",))
        kind = self.random.random()
        subject, reply = pick(SUBJECTS), pick((None, None, *SUBJECTS))
        if kind < 0.28:
            words = [self.cased("SUB"), subject, *([pick(QUEUES)] if self.random.random() < 0.3 else []), pick(SIDS)]
            return (blank().join(words) + end).encode()
        if kind < 0.38:
            words = [self.cased("UNSUB"), pick(SIDS), *([pick(SIZES)] if self.random.random() < 0.5 else [])]
            return (blank().join(words) + end).encode()
        if kind < 0.68:
            body = self.random.choice((b"", b"x", b"hello", b"x" * 64, b"x" * 65, b"a\r\nb"))
            size = str(len(body)) if self.random.random() < 0.85 else pick(SIZES)
            words = [self.cased("PUB"), subject, *([reply] if reply else []), size]
            return (blank().join(words) + end).encode() + body + b"\r\n"
        if kind < 0.86:
            block = pick((b"NATS/1.0\r\n\r\n", b"NATS/1.0\r\nA: b\r\n\r\n", b"", b"NATS/1.0 503\r\n\r\n", b"zzzz"))
            body = pick((b"", b"x", b"hello"))
            sizes = [str(len(block)), str(len(block) + len(body))]
            if self.random.random() < 0.15:
                sizes[pick((0, 1))] = pick(SIZES)
            words = [self.cased("HPUB"), subject, *([reply] if reply else []), *sizes]
            return (blank().join(words) + end).encode() + block + body + b"\r\n"
        if kind < 0.92:
            return pick((b"PING\r\n", b"PONG\r\n", b"PING x\r\n", b"PONGx\r\n", b"+OK\r\n", b"+okay\r\n", b"ping\n"))
        if kind < 0.96:
            member = f'{{"{pick(("server_id", "port", "headers", "connect_urls", "x"))}":{pick(VALUES)}}}'
            return pick((b"INFO {}\r\n", b"INFO x\r\n", b"-ERR 'x'\r\n", b"-ERR\r\n", f"INFO {member}\r\n".encode(), b"info{}\r\n"))
        return self.connect(name)

    def cased(self, verb):
        return verb if self.random.random() < 0.8 else "".join(self.random.choice((c.upper(), c.lower())) for c in verb)

    def change(self, data):
        if not data:
            return
        place = self.random.randrange(len(data))
        kind = self.random.random()
        if kind < 0.35:
            data[place] = self.random.choice(INTERESTING)
        elif kind < 0.65:
            data.insert(place, self.random.choice(INTERESTING))
        elif kind < 0.8:
            del data[place]
        elif kind < 0.85:
            del data[place:place + self.random.randint(1, 8)]
        elif kind < 0.9:
            other = self.random.randrange(len(data))
            data[place:place] = data[other:other + self.random.randint(1, 12)]
        elif kind < 0.95:
            data[place:place] = bytes([self.random.choice(b" \tax")]) * self.random.choice((10, 100, 199, 200, 201, 250))
        else:
            del data[place:]


class Server:
    """One engine with one configuration, and the connection that listens to everything there."""

    def __init__(self, engine, name, folder):
        self.world = World(engine, {"configuration": CONFIGURATIONS[name]}, folder / f"{engine}-{name}", folder, {})
        self.world.start()
        self.address = self.world.ports["nats"]
        self.user = '"user":"observer","pass":"p",' if name == "accounts" else ""
        self.observer = None

    def observe(self):
        self.observer = socket.create_connection(self.address, timeout=10)
        self.observer.sendall(
            f'CONNECT {{{self.user}"verbose":false,"pedantic":false,"headers":true,"echo":false}}\r\nSUB > 9\r\n'.encode())
        self.seen()

    def seen(self):
        """What the observer has got since it was last asked."""
        self.observer.sendall(b"PING\r\n")
        data = b""
        while not data.endswith(b"PONG\r\n"):
            data += self.observer.recv(1 << 16)
            # The server's own PING may stand in between.
            if data.endswith(b"PING\r\n"):
                data = data[:-6]
                self.observer.sendall(b"PONG\r\n")
        return data

    def play(self, first, pieces):
        """What the connection got, and what the observer did. The pieces follow when the beginning was answered."""
        if self.observer is None:
            self.observe()
        connection = socket.create_connection(self.address, timeout=10)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        got = b""
        try:
            while b"\r\n" not in got:
                got += connection.recv(1 << 16)
            if first:
                connection.sendall(first + b"PING\r\n")
                while b"PONG\r\n" not in got and (data := connection.recv(1 << 16)):
                    got += data
            for index, piece in enumerate(pieces):
                if index:
                    time.sleep(0.0005)
                connection.sendall(piece)
            connection.shutdown(socket.SHUT_WR)
        except OSError:
            pass
        try:
            while data := connection.recv(1 << 16):
                got += data
        except ConnectionResetError:
            pass
        except TimeoutError:
            got += b"<still open>"
        connection.close()
        return masked(got.partition(b"\r\n")[2]), masked(self.seen())

    def stop(self):
        if self.observer:
            self.observer.close()
        self.world.stop()


def _without_zeros(found):
    return found[1] + re.sub(rb"(?<= )0+(?=\d)", b"", found[2])


def masked(data):
    # Sizes are handed on without the zeros before them.
    data = re.sub(rb"(?m)^(H?MSG [^\r\n]*?)((?: \d+)+)(?=\r\n)", _without_zeros, data)
    # Said twice where the payload did not come with its line.
    data = re.sub(rb"(-ERR 'Invalid Publish Subject'\r\n)+", rb"\1", data)
    lines = data.decode("utf-8", "surrogateescape").split("\r\n")
    return "\r\n".join(masks.info(line) if line.startswith("INFO ") else masks.line(line) for line in lines)


def is_intended(name, first, session, theirs, ours):
    """Whether what is different may be: the rules stand in docs/differences.md."""
    # A further CONNECT has to bring its password again.
    if name == "accounts" and len(re.findall(rb"connect", session, re.IGNORECASE)) > 1 and "Authorization Violation" in ours[0]:
        return True
    # Lines are bounded where nothing in them counts, too.
    if "maximum control line exceeded" in ours[0] and re.search(rb"[ \t]{180}|(PI|PO|OK)[^\n]{180}", session, re.IGNORECASE):
        return True
    # Mappings hold for what comes in one piece with CONNECT, too.
    if name == "accounts" and not first and re.search(rb"map\.|gone", session):
        return True
    # Behind an error of the client's nothing counts any more.
    if re.search(rb"-ERR[ \t]", session, re.IGNORECASE) and theirs[0] == ours[0]:
        return True
    # A line end in a subject ends the connection.
    if re.search(rb"PUB[ \t]+\n|PUB[ \t][^\n]*\r(?!\n)", session, re.IGNORECASE):
        return True
    return False


class Comparison:
    def __init__(self, servers, chance):
        self.servers = servers
        self.random = chance

    def answers(self, name, first, session, cuts=()):
        """Both answers, nats-server's first; the broker gets the session in pieces."""
        places = [0, *sorted(cuts), len(session)]
        pieces = [session[start:end] for start, end in zip(places, places[1:]) if end > start]
        return [self.servers["nats-server", name].play(first, [session]), self.servers["chancery", name].play(first, pieces)]

    def differ(self, name, first, session, cuts=()):
        # Twice: what two servers do at the same time need not be the same each time.
        for _ in range(2):
            theirs, ours = self.answers(name, first, session, cuts)
            if theirs == ours or is_intended(name, first, first + session, theirs, ours):
                return False
        return True

    def shortened(self, name, first, session):
        """A part of the session on which the servers still differ, the shortest that taking things away leads to."""
        size = max(1, len(session) // 2)
        while size:
            place = 0
            while place < len(session):
                shorter = session[:place] + session[place + size:]
                if self.differ(name, first, shorter):
                    session = shorter
                else:
                    place += size
            size //= 2
        return session


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sessions", type=int, default=int(os.environ.get("DIFFERENTIAL_SESSIONS", "2000")))
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--most", type=int, default=10, help="how many differences are enough")
    parser.add_argument("--whole", action="store_true", help="never in pieces")
    options = parser.parse_args()
    sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
    seed = options.seed if options.seed is not None else int(os.environ.get("DIFFERENTIAL_SEED", time.time_ns() % 10**9))
    folder = Path(tempfile.mkdtemp(prefix="differential-"))
    servers, found, began = {}, 0, time.monotonic()
    try:
        for engine in ENGINES:
            for name in CONFIGURATIONS:
                servers[engine, name] = Server(engine, name, folder)
        sessions = Sessions(seed)
        comparison = Comparison(servers, sessions.random)
        for number in range(options.sessions):
            name, first, session = sessions.next()
            cuts = ()
            if not options.whole and sessions.random.random() < 0.3 and session:
                # Byte by byte, now and then.
                cuts = range(1, len(session)) if sessions.random.random() < 0.03 else [
                    sessions.random.randrange(len(session)) for _ in range(sessions.random.randint(1, 4))]
            if not comparison.differ(name, first, session, cuts):
                continue
            found += 1
            whole = comparison.differ(name, first, session)
            shorter = comparison.shortened(name, first, session) if whole else session
            theirs, ours = comparison.answers(name, first, shorter, () if whole else cuts)
            print(f"session {number} of seed {seed}, configuration {name}{'' if whole else f', in pieces at {sorted(cuts)}'}:"
                  f"\n  {first!r}, then {shorter!r}\n  nats-server {theirs!r}\n  chancery    {ours!r}")
            if found >= options.most:
                break
    finally:
        for server in servers.values():
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)
    print(f"differential: seed {seed}, {number + 1} sessions, {found} differences, {time.monotonic() - began:.0f} seconds")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
