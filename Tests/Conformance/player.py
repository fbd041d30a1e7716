"""Plays the steps of a scenario on one server. README.md explains every kind of step."""

import json
import re
import shlex
import signal
import socket
import struct
import time

import callout
import issue
import masks
from patterns import LinePattern, json_fault
from peer import DEADLINE, TCP, Ended, Peer, Silent, WebSocket
from world import World

# A close within this many seconds of what caused it comes "at once": no timer of a scenario is as short.
AT_ONCE = 1.5
_JSON = json.JSONDecoder()
_OPTIONS = {"verbose": False, "pedantic": False, "lang": "raw", "version": "1", "protocol": 1, "headers": True}
_ESCAPE = re.compile(r"\\(r|n|t|x[0-9a-fA-F]{2}|\\)")
_CHARACTERS = {"r": b"\r", "n": b"\n", "t": b"\t", "\\": b"\\"}


class Fault(Exception):
    """The server did something else than the scenario says."""


def raw_bytes(text):
    """The bytes of a text in which `\\r`, `\\n`, `\\t`, `\\\\` and `\\x..` are written out."""
    built, position = b"", 0
    for found in _ESCAPE.finditer(text):
        word = found[1]
        built += text[position:found.start()].encode()
        built += bytes([int(word[1:], 16)]) if word[0] == "x" else _CHARACTERS[word]
        position = found.end()
    return built + text[position:].encode()


def split_json(text):
    """The JSON that a text begins with, and the rest; None if it begins otherwise."""
    text = text.lstrip()
    if text[:1] not in ("{", "["):
        return None, text
    value, end = _JSON.raw_decode(text)
    return value, text[end:].strip()


def split_payload(text):
    """The words before ` = ` and the payload after it."""
    words, equals, payload = text.partition(" =")
    return words.split(), payload.removeprefix(" ") if equals else ""


class Player:
    """One scenario on one engine. After `play`, `record` is what the connections saw."""

    def __init__(self, world: World, steps):
        self.world = world
        self.steps = steps
        self.peers = {}
        self.variables = {}
        self.record = {}
        self._kept = []
        self._system = None

    def play(self):
        """Raises Fault at the first step that the server did not follow."""
        try:
            for number, step in self.steps:
                self.step(number, step)
            self._finish()
        finally:
            for peer in self._kept:
                self.record.setdefault(peer.name, []).extend(peer.record)
                peer.close()
            if self._system:
                self._system.close()

    def step(self, number, step):
        engine, colon, rest = step.partition(": ")
        only = None
        if colon and engine in ("nats-server", "chancery"):
            if engine != self.world.engine:
                return
            only, step = engine, rest
        try:
            self._do(self.world.filled(step, self.variables), only)
        except (Fault, AssertionError) as fault:
            raise Fault(f"step {number}, {step.strip()!r}: {fault}") from None
        except Ended as ended:
            raise Fault(f"step {number}, {step.strip()!r}: the connection was closed ({ended})") from None
        except Silent:
            raise Fault(f"step {number}, {step.strip()!r}: nothing came{self._remains()}") from None

    def _remains(self):
        rests = {name: peer.rest for name, peer in self.peers.items() if peer.rest}
        return f"; unfinished: {rests}" if rests else ""

    def _do(self, step, only):
        word, _, rest = step.partition(" ")
        if action := getattr(self, f"_do_{word.replace('-', '_')}", None):
            action(rest.strip())
            return
        # Whatever a connection does: NAME VERB WORDS. Blanks at the end belong to it.
        verb, _, rest = rest.partition(" ")
        action = getattr(self, f"_peer_{_VERBS.get(verb, verb.replace('-', '_'))}", None)
        if action is None:
            raise ValueError(f"not a step: {step!r}")
        if verb in ("connect", "refused"):
            action(word, rest)
            return
        peer = self.peers[word]
        kept = len(peer.record)
        action(peer, rest)
        if only:
            # What only one server does is not compared with what the other one did.
            peer.record[kept:] = [line for line in peer.record[kept:] if line.startswith("INFO ")]

    # Connections

    def _peer_connect(self, name, rest):
        peer, options = self._open(name, rest)
        if options is None:
            return
        self._greet(peer, options)
        answer = peer.line()
        if options.get("verbose") and answer == "+OK":
            answer = peer.line()
        if answer != "PONG":
            peer.record.append(masks.line(answer))
            raise Fault(f"not let in: {answer}")
        peer.signed_in = True

    def _peer_refused(self, name, rest):
        """Opens a connection that is turned away: at once or `slowly`, with a text, or with `nothing`."""
        rest, _, text = rest.partition(" = ")
        when = "" if rest.startswith("slowly ") else "at once"
        peer, options = self._open(name, rest.removeprefix("slowly "))
        self._greet(peer, options or {})
        if text != "nothing":
            self._peer_receives(peer, f"-ERR '{text or 'Authorization Violation'}'")
        self._peer_closed(peer, when)

    def _greet(self, peer, options):
        peer.send(f"CONNECT {json.dumps(options)}\r\nPING\r\n".encode())

    def _open(self, name, rest):
        """Opens a connection as its words say. The options of CONNECT are None if none is to be sent."""
        before, brace, after = rest.partition("{")
        words = shlex.split(before)
        given = json.loads(brace + after) if brace else None
        options, signer, certificate, port, path, headers, local = None, None, None, None, "/", {}, None
        proxy, preface = None, None
        modes = set()
        user = None
        while words:
            word = words.pop(0)
            match word:
                case "as": user = words.pop(0)
                case "nkey": user = issue.key(words.pop(0), "user")
                case "signed": signer = words.pop(0)
                case "certificate": certificate = words.pop(0)
                case "port": port = words.pop(0)
                case "path": path = words.pop(0)
                case "from": local = words.pop(0)
                case "proxy": proxy = issue.key(words.pop(0), "user")
                case "preface": preface = raw_bytes(words.pop(0))
                case "header":
                    field, _, value = words.pop(0).partition("=")
                    headers[field] = value or None
                case "tls" | "tls-first" | "ws" | "wss" | "plain" | "old-tls": modes.add(word)
                case _: raise ValueError(f"not a word of connect: {word!r}")
        if "ws" in modes or "wss" in modes:
            port = port or "websocket"
        port = port or "nats"
        if port not in self.world.ports:
            raise Fault(f"the server has no {port} port")
        stream = TCP(self.world.ports[port], local)
        context = self.world.tls_context(certificate, "TLSv1_1" if "old-tls" in modes else None)
        peer = Peer(name, stream, plain="plain" in modes)
        self.peers[name] = peer
        self._kept.append(peer)
        if preface:
            stream.send(preface)
        if "tls-first" in modes or "wss" in modes:
            stream.secure(context)
        if "ws" in modes or "wss" in modes:
            peer.stream = WebSocket(stream, path, headers.items())
        if not peer.plain:
            first = peer.frame(wants_info=True)
            if not first[0].startswith("INFO "):
                peer.record.append(masks.line(first[0]))
                raise Fault(f"the server begins with {first[0]}")
            if "tls" in modes:
                stream.secure(context)
        if user is None and given is None and proxy is None:
            return peer, None
        options = dict(_OPTIONS)
        nonce = json.loads(peer.infos[0].removeprefix("INFO ")).get("nonce", "") if peer.infos else ""
        if isinstance(user, issue.Key):
            options |= {"nkey": user.public, "sig": user.sign_nonce(nonce)}
        elif user:
            options["jwt"] = self.world.realm.tokens[user]
            key = self.world.realm.keys.get(user)
            if key is not None:
                options["sig"] = key.sign_nonce(nonce)
        if signer:
            key = self.world.realm.keys.get(signer) or issue.key(signer, "user")
            options["sig"] = key.sign_nonce(nonce)
        if proxy:
            options["proxy_sig"] = proxy.sign_nonce(nonce)
        options |= given or {}
        return peer, {word: value for word, value in options.items() if value is not None}

    def _peer_reconnect(self, peer, rest):
        """A further CONNECT on the same connection, then a PING."""
        options = dict(_OPTIONS)
        words, brace, after = rest.partition("{")
        if words.split()[:1] == ["as"]:
            user = words.split()[1]
            nonce = json.loads(peer.infos[0].removeprefix("INFO ")).get("nonce", "")
            options |= {
                "jwt": self.world.realm.tokens[user], "sig": self.world.realm.keys[user].sign_nonce(nonce)}
        options |= json.loads(brace + after) if brace else {}
        peer.sids.clear()
        self._greet(peer, {word: value for word, value in options.items() if value is not None})

    def _peer_secure(self, peer, rest):
        peer.stream.secure(self.world.tls_context(rest.strip() or None))

    # Sending

    def _peer_sends(self, peer, text):
        peer.send(raw_bytes(text) + b"\r\n")

    def _peer_writes(self, peer, text):
        peer.send(raw_bytes(text))

    def _peer_pub(self, peer, rest):
        words, payload = split_payload(rest)
        payload = raw_bytes(payload)
        peer.send(b"PUB %s %d\r\n%s\r\n" % (raw_bytes(" ".join(words)), len(payload), payload))

    def _peer_hpub(self, peer, rest):
        words, brace, after = rest.partition("{")
        fields, after = split_json(brace + after)
        _, payload = split_payload(" " + after)
        block = self._header_block(fields)
        payload = raw_bytes(payload)
        sizes = f"{len(block)} {len(block) + len(payload)}"
        peer.send(f"HPUB {' '.join(words.split())} {sizes}\r\n".encode() + block + payload + b"\r\n")

    @staticmethod
    def _header_block(fields):
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
        return f"NATS/1.0\r\n{lines}\r\n".encode()

    def _peer_frame(self, peer, rest):
        """Bytes that are written below the framing of a WebSocket."""
        peer.stream.send_raw(raw_bytes(rest))

    def _peer_close(self, peer, _):
        peer.close()

    def _peer_reset(self, peer, _):
        """Ends the connection without a word, as a machine does that has crashed."""
        peer.is_open = False
        stream = peer.stream
        stream.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        stream.socket.close()

    def _peer_half_close(self, peer, _):
        peer.stream.socket.shutdown(socket.SHUT_WR)

    def _peer_quiet(self, peer, _):
        """From here on PINGs of the server are not answered; they are lines like others."""
        peer.answers_pings = False

    # Receiving

    def _peer_receives(self, peer, text):
        line = peer.line()
        self._match(peer, text, line)

    def _match(self, peer, text, line):
        pattern = LinePattern(text)
        found = pattern.match(line)
        peer.record.append(masks.line(line if found is None or pattern.is_literal else text))
        if found is None:
            raise Fault(f"got {line!r}")
        self.variables |= found

    def _peer_gets(self, peer, rest):
        words, payload = split_payload(rest)
        self._receive_message(peer, f"MSG {' '.join(words)} {self._size(payload)}", [payload])

    def _peer_hgets(self, peer, rest):
        words, brace, after = rest.partition("{")
        fields, after = split_json(brace + after)
        _, payload = split_payload(" " + after)
        block = self._header_block(fields).decode()
        masked = "{" in block + payload
        sizes = "{*} {*}" if masked else f"{len(block)} {len(block) + len(payload)}"
        self._receive_message(
            peer, f"HMSG {' '.join(words.split())} {sizes}", [*block.removesuffix("\r\n").split("\r\n"), payload])

    @staticmethod
    def _size(payload):
        return "{*}" if re.search(r"(?<!\\)\{", payload) else len(raw_bytes(payload))

    def _receive_message(self, peer, *lines):
        first, rest = lines
        for line in (first, *rest):
            self._peer_receives(peer, line)

    def _peer_any_order(self, peer, rest):
        """`F | F | F`: as many lines or messages, in any order. `/` separates the lines of a message."""
        wanted = [[LinePattern(line) for line in text.split(" / ")] for text in rest.split(" | ")]
        came = []
        while wanted:
            lines = peer.frame()
            fits = next((each for each in wanted if len(each) == len(lines) and all(
                pattern.match(line) is not None for pattern, line in zip(each, lines))), None)
            if fits is None:
                peer.record.extend(map(masks.line, lines))
                raise Fault(f"got {' / '.join(lines)!r}; still wanted: "
                            f"{[' / '.join(pattern.text for pattern in each) for each in wanted]}")
            wanted.remove(fits)
            came.append(" / ".join(
                line if pattern.is_literal else pattern.text for pattern, line in zip(fits, lines)))
        peer.record.extend(map(masks.line, sorted(came)))

    def _peer_json(self, peer, rest):
        """The next line is JSON with these members."""
        expected, _ = split_json(rest)
        self._compare_json(peer, expected, peer.line())

    def _compare_json(self, peer, expected, line):
        try:
            actual = json.loads(line)
        except ValueError:
            raise Fault(f"not JSON: {line!r}") from None
        if fault := json_fault(expected, actual):
            raise Fault(fault)
        if peer:
            peer.record.append(json.dumps(expected, sort_keys=True))

    def _peer_msg_json(self, peer, rest):
        """`SUBJECT SID [REPLY] JSON`: a message whose payload is JSON with these members."""
        words, brace, after = rest.partition("{")
        expected, _ = split_json(brace + after)
        # A server writes two blanks where a message of its own has no reply.
        self._peer_receives(peer, f"MSG {words.strip()} {{**}}")
        self._compare_json(peer, expected, peer.line())

    def _peer_info(self, peer, rest):
        """The next line is an INFO with these members."""
        lines = peer.frame(wants_info=True)
        if not lines[0].startswith("INFO "):
            peer.record.append(masks.line(lines[0]))
            raise Fault(f"got {lines[0]!r}")
        self._compare_json(None, split_json(rest)[0], lines[0].removeprefix("INFO "))

    def _peer_greeting(self, peer, rest):
        """The first INFO had these members."""
        self._compare_json(None, split_json(rest)[0], peer.infos[0].removeprefix("INFO "))

    def _peer_sync(self, peer, _):
        """Everything that was sent has been done, and nothing else has come."""
        peer.send(b"PING\r\n")
        line = peer.line()
        if line != "PONG":
            peer.record.append(masks.line(line))
            raise Fault(f"got {line!r}")

    def _peer_tally(self, peer, rest):
        """`{"SUBJECT SID": [LEAST, MOST], ...}`: how many messages have come by now, and none of others."""
        expected, _ = split_json(rest)
        peer.send(b"PING\r\n")
        counts = {}
        while (lines := peer.frame())[0] != "PONG":
            name = " ".join(lines[0].split()[1:3]) if lines[0].startswith(("MSG", "HMSG")) else lines[0]
            counts[name] = counts.get(name, 0) + 1
        for name, (least, most) in expected.items():
            if not least <= counts.get(name, 0) <= most:
                raise Fault(f"{counts.get(name, 0)} of {name!r}; all: {counts}")
        if others := set(counts) - set(expected):
            raise Fault(f"unexpected: {others}")
        peer.record.append(f"tally {json.dumps(expected, sort_keys=True)}")

    def _peer_callout(self, peer, rest):
        """Takes the next question of the authorization callout, and answers as `callout.answer` reads its words."""
        lines = peer.frame()
        words = lines[0].split()
        if words[:2] != [words[0], "$SYS.REQ.USER.AUTH"]:
            peer.record.append(masks.line(lines[0]))
            raise Fault(f"got {lines[0]!r}")
        payload, sender = "\r\n".join(lines[1:]), None
        if words[0] == "HMSG":
            block, _, payload = payload.partition("\r\n\r\n")
            sender = re.search(r"Nats-Server-Xkey: (\w+)", block)[1]
        spec, _ = split_json(rest)
        answer = callout.answer(spec, payload.encode("utf-8", "surrogateescape"), sender, self.world.realm)
        peer.record.append("a question of the callout")
        peer.send(f"PUB {words[3]} {len(answer)}\r\n".encode() + answer + b"\r\n")

    def _peer_closed(self, peer, rest):
        """`closed`, `closed at once`, `closed after SECONDS`: since the last bytes that were sent."""
        words = rest.split()
        seconds = float(words[1].removesuffix("s")) if words[:1] == ["after"] else None
        since = peer.last_sent
        try:
            lines = peer.frame(DEADLINE if seconds is None else 3 * seconds + DEADLINE)
        except Ended as ended:
            passed = time.monotonic() - since
            peer.is_open = False
            if "close frame" in str(ended) and not str(ended).startswith(masks.UNSTEADY_FAREWELLS):
                peer.record.append(str(ended))
            if words == ["at", "once"] and passed > AT_ONCE:
                raise Fault(f"closed after {passed:.1f} seconds") from None
            if seconds is not None and passed < 0.7 * seconds:
                raise Fault(f"closed after {passed:.1f} seconds") from None
            peer.record.append(f"closed {rest.strip()}".strip())
            peer.close()
            return
        peer.record.extend(map(masks.line, lines))
        raise Fault(f"not closed; got {lines!r}")

    def _peer_bytes(self, peer, rest):
        """The next bytes are these, in hexadecimal."""
        wanted = bytes.fromhex(rest)
        got = peer.bytes(len(wanted), DEADLINE)
        peer.record.append(got.hex(" "))
        if got != wanted:
            raise Fault(f"got {got.hex(' ')}")

    def _peer_ended(self, peer, rest):
        """Bytes without an end of line may come before the connection is closed."""
        try:
            while True:
                peer.rest_of_body(DEADLINE)
        except Ended:
            peer.is_open = False
            peer.record.append("ended")

    # The server

    def _do_wait(self, rest):
        time.sleep(float(rest.removesuffix("s")))

    def _do_repeat(self, rest):
        count, _, step = rest.partition(" ")
        for number in range(int(count)):
            self._do(step.replace("<n>", str(number)), None)

    def _do_reload(self, rest):
        self.world.reload(rest)

    def _do_signal(self, rest):
        self.world.process.send_signal(getattr(signal, rest))

    def _do_stopped(self, rest):
        """`stopped [CODE]`: the server has ended."""
        code = self.world.process.wait(DEADLINE + 5)
        if rest and code != int(rest):
            raise Fault(f"exit code {code}")

    def _do_run(self, rest):
        """`run WORDS = CODE`: the program is run with other words beside the server, and ends so."""
        words, _, code = rest.rpartition(" = ")
        actual, said = self.world.run_beside(shlex.split(words))
        if actual != int(code):
            raise Fault(f"exit code {actual}: {said[-1000:]}")

    def _do_file(self, rest):
        """`file NAME`, `file NAME missing`, `file NAME has TEXT`: in the server's folder; NAME may be a glob."""
        name, _, state = rest.partition(" ")
        end = time.monotonic() + (0 if state == "missing" else DEADLINE)
        while True:
            found = list(self.world.folder.glob(name))
            kind, _, text = state.partition(" ")
            if kind == "has" and any(text in file.read_text(errors="replace") for file in found):
                return
            if kind == "lacks":
                if any(text in file.read_text(errors="replace") for file in found):
                    raise Fault(f"{found} has it")
                return
            if kind == "missing" and not found or kind == "" and found:
                return
            if time.monotonic() > end:
                raise Fault(f"found {[str(file) for file in found]}")
            time.sleep(0.05)

    def _do_get(self, rest):
        """`get PATH [header NAME=VALUE] = STATUS [JSON]`."""
        place, _, expected = rest.partition(" = ")
        path, *words = shlex.split(place)
        headers = {}
        port = "monitoring"
        while words:
            match words.pop(0):
                case "header": headers.update([words.pop(0).split("=", 1)])
                case "port": port = words.pop(0)
        status, _, body = expected.partition(" ")
        try:
            actual, fields, text = self.world.get(path, port, headers)
        except OSError as failure:
            raise Fault(f"no answer: {failure}") from None
        if actual != int(status):
            raise Fault(f"status {actual}: {text[:500]}")
        body = body.strip()
        if body.startswith("text "):
            if LinePattern(body[5:]).match(text) is None:
                raise Fault(f"got {text[:500]!r}")
        elif body.startswith("header "):
            name, _, value = body[7:].partition(": ")
            if LinePattern(value).match(fields.get(name, "")) is None:
                raise Fault(f"got {fields}")
        elif body:
            self._compare_json(None, json.loads(body), text)

    def _system_peer(self, user="SYS.sys"):
        if self._system is None:
            self._system = Player(self.world, ())
            self._system.variables["request"] = 0
            self._system.name = user
            self._system._peer_connect("system", f'as {user} {{"no_responders": true}}')
            self._system.peers["system"].send(b"SUB _INBOX.system.* system\r\n")
        return self._system.peers["system"]

    def close(self):
        for peer in self._kept:
            peer.close()

    def _ask(self, subject, payload):
        """A request of the system account's user, and the answer's payload."""
        peer = self._system_peer()
        self._system.variables["request"] += 1
        reply = f"_INBOX.system.{self._system.variables['request']}"
        peer.send(f"PUB {subject} {reply} {len(payload)}\r\n".encode() + payload + b"\r\n")
        while True:
            lines = peer.frame()
            if len(lines) > 1 and lines[0].split()[1] == reply:
                if lines[1].startswith("NATS/1.0 503"):
                    return None
                return "\r\n".join(lines[1:])
            if lines[0].startswith("-ERR"):
                raise Fault(f"got {lines[0]}")

    def _do_request(self, rest):
        """`request SUBJECT [PAYLOAD] = JSON`: what the system account's user asks, and the answer.

        Instead of JSON: `text PATTERN`, `capture NAME`, `nobody` (no server takes it).
        """
        question, _, expected = rest.partition(" = ")
        subject, _, payload = question.partition(" ")
        answer = self._ask(subject, payload.encode())
        if (answer is None) != (expected == "nobody"):
            raise Fault(f"got {answer!r}")
        if answer is None:
            return
        if expected.startswith("text "):
            if LinePattern(expected[5:]).match(answer) is None:
                raise Fault(f"got {answer!r}")
        elif expected.startswith("capture "):
            self.variables[expected[8:].strip()] = answer
        else:
            self._compare_json(None, json.loads(expected), answer)

    def _do_server_id(self, rest):
        """Keeps the server's id under a name."""
        peer = next(iter(self.peers.values()), None) or self._system_peer()
        self.variables[rest] = json.loads(peer.infos[0].removeprefix("INFO "))["server_id"]

    def _do_push(self, rest):
        """`push ACCOUNT {MERGE PATCH} [by KEY] [token {...}] [= CODE [TEXT]]`: a newer token of an account."""
        account, _, rest = rest.partition(" ")
        patch, rest = split_json(rest)
        signer, token, code, text = None, None, 200, None
        while rest:
            word, _, rest = rest.partition(" ")
            if word == "by":
                signer, _, rest = rest.partition(" ")
            elif word == "token":
                token, rest = split_json(rest)
            elif word == "=":
                code, _, text = rest.partition(" ")
                code, rest = int(code), ""
        claims, new = self.world.realm.update(account, patch, signer, token)
        answer = json.loads(self._ask(f"$SYS.REQ.ACCOUNT.{claims['sub']}.CLAIMS.UPDATE", new.encode()))
        outcome = answer.get("data") or answer.get("error") or {}
        said = outcome.get("message") or outcome.get("description") or ""
        if outcome.get("code") != code or text and LinePattern(text).match(said) is None:
            raise Fault(f"the update was answered with {json.dumps(answer)}")
        if code == 200:
            self.world.realm.keep(account, claims, new)

    def _do_issue(self, rest):
        """`issue ACCOUNT.USER {MERGE PATCH} [token {...}]`: another token of a user, from now on the one in use."""
        user, _, rest = rest.partition(" ")
        patch, rest = split_json(rest)
        token, _ = split_json(rest.removeprefix("token "))
        realm = self.world.realm
        claims, new = realm.update(user, patch or {}, None, token)
        realm.keep(user, claims, new)

    def _do_capture(self, rest):
        """`capture NAME = TEXT`."""
        name, _, text = rest.partition(" = ")
        self.variables[name] = text

    def _do_pick(self, rest):
        """`pick NAME /PATH/IN CAPTURED`: keeps what stands at a path of JSON that was captured."""
        name, path, captured = rest.split()
        value = json.loads(self.variables[captured])
        for word in path.strip("/").split("/"):
            value = value[int(word)] if isinstance(value, list) else value[word]
        self.variables[name] = str(value)

    # The end

    def _finish(self):
        """Nothing more came on any connection; subscriptions are taken back, so that others find a quiet server."""
        if self.world.process and self.world.process.poll() is not None and not any(
                step.startswith(("signal", "stopped")) for _, step in self.steps):
            raise Fault("the server has ended")
        live = [peer for peer in self.peers.values() if peer.is_open and peer.signed_in and not peer.plain]
        for _ in range(2):
            for peer in live:
                try:
                    self._peer_sync(peer, "")
                except Fault as fault:
                    raise Fault(f"at the end {peer.name} {fault}") from None
                except Ended:
                    raise Fault(f"at the end {peer.name} was closed") from None
                except Silent:
                    raise Fault(f"at the end {peer.name} did not answer a PING{self._remains()}") from None
        for peer in live:
            if peer.sids:
                peer.send(b"".join(b"UNSUB " + sid + b"\r\n" for sid in peer.sids))
                try:
                    self._peer_sync(peer, "")
                except (Fault, Ended, Silent):
                    # Not what the scenario is about.
                    pass


_VERBS = {">": "sends", ">>": "writes", "<": "receives", "<*": "any_order", "<json": "json"}
