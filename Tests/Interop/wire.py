"""A raw client of the NATS protocol: it sends exactly the bytes it is told to and shows exactly the bytes it gets.

Every read has a deadline. Pings of the server are answered and later INFO lines are kept in `info`, so that neither
gets between what a scenario looks for.
"""

import json
import socket
import time
from dataclasses import dataclass

# Longer than any server needs for an answer, so that only a missing answer runs into it.
DEADLINE = 8.0


class Closed(Exception):
    """The server ended the connection. `errors` holds the texts of the -ERR lines that came before."""

    def __init__(self, errors):
        super().__init__(f"the server closed the connection, saying {errors}")
        self.errors = errors


class Silent(Exception):
    """Nothing came before the deadline."""


@dataclass(frozen=True)
class Message:
    """A MSG or an HMSG; `header` is the whole header block, or None for a MSG."""

    subject: str
    sid: str
    reply: str | None
    payload: bytes
    header: bytes | None = None

    def values(self, name):
        """The values of a header field, in order."""
        if self.header is None:
            return []
        lines = self.header.decode().split("\r\n")[1:]
        fields = (line.split(":", 1) for line in lines if ":" in line)
        return [value.strip() for key, value in fields if key.lower() == name.lower()]

    @property
    def status(self):
        """The inline status of the header block, such as 503, or None."""
        words = (self.header or b"").split(b"\r\n")[0].split()
        return words[1].decode() if len(words) > 1 else None


@dataclass(frozen=True)
class Problem:
    """The text of an -ERR line, without its quotes."""

    text: str


@dataclass(frozen=True)
class Fine:
    """+OK"""


@dataclass(frozen=True)
class Pong:
    """PONG"""


class Connection:
    """One connection to a server. Use it as a context manager, or call `close`."""

    def __init__(self, address, deadline=DEADLINE):
        self.deadline = deadline
        self.errors = []
        self._buffer = b""
        self._socket = socket.create_connection(address, timeout=deadline)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.info = {}
        word, _, rest = self._line(time.monotonic() + deadline).partition(b" ")
        if word != b"INFO":
            raise AssertionError(f"a server begins with INFO, this one with {word!r}")
        self.info = json.loads(rest)
        # Later INFO lines come without it.
        self.nonce = self.info.get("nonce")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self._socket.close()

    # Sending

    def send(self, data):
        """Sends bytes, or the UTF-8 of a text, as they are."""
        self._socket.sendall(data.encode() if isinstance(data, str) else data)

    def connect(self, credentials=None, /, **options):
        """Sends CONNECT, signing the nonce when there are credentials with a seed. Options override everything."""
        words = {"verbose": False, "pedantic": False, "lang": "raw", "version": "1", "protocol": 1, "headers": True}
        if credentials is not None:
            words["jwt"] = credentials.token
            if credentials.key is not None:
                words["sig"] = credentials.key.sign_nonce(self.nonce)
        words.update(options)
        words = {key: value for key, value in words.items() if value is not None}
        self.send(f"CONNECT {json.dumps(words)}\r\n")

    def sign_in(self, credentials=None, /, **options):
        """Connects and waits for the server's answer; raises Closed when it refuses."""
        self.connect(credentials, **options)
        self.flush()
        return self

    def subscribe(self, subject, sid="1", queue=None):
        """Subscribes and returns what the server had against it: a text, or None."""
        before = len(self.errors)
        self.send(f"SUB {subject} {queue + ' ' if queue else ''}{sid}\r\n")
        self._kept = self.kept + self.flush()
        return self.errors[before] if len(self.errors) > before else None

    def publish(self, subject, payload=b"", reply=None, header=None):
        """Publishes and returns what the server had against it: a text, or None."""
        before = len(self.errors)
        payload = payload.encode() if isinstance(payload, str) else payload
        words = f"{subject} {reply + ' ' if reply else ''}"
        if header is None:
            self.send(f"PUB {words}{len(payload)}\r\n".encode() + payload + b"\r\n")
        else:
            block = b"NATS/1.0\r\n" + "".join(f"{key}: {value}\r\n" for key, value in header).encode() + b"\r\n"
            line = f"HPUB {words}{len(block)} {len(block) + len(payload)}\r\n"
            self.send(line.encode() + block + payload + b"\r\n")
        self._kept = self.kept + self.flush()
        return self.errors[before] if len(self.errors) > before else None

    # Receiving

    _kept = ()

    @property
    def kept(self):
        """Messages that came while something else was waited for."""
        return list(self._kept)

    def flush(self):
        """Sends a PING and returns the messages that come before its PONG. Errors are added to `errors`.

        A server that has answered this PING has also done everything this connection asked before it.
        """
        self.send("PING\r\n")
        messages = []
        while True:
            frame = self.frame()
            if isinstance(frame, Pong):
                return messages
            if isinstance(frame, Message):
                messages.append(frame)

    def messages(self):
        """All messages that have been sent to this connection by now."""
        kept, self._kept = self.kept, ()
        return kept + self.flush()

    def payloads(self):
        """The payloads of all messages that have been sent to this connection by now."""
        return [message.payload.decode() for message in self.messages()]

    def message(self):
        """The next message, waiting for it."""
        if self._kept:
            first, *self._kept = self.kept
            return first
        while True:
            frame = self.frame()
            if isinstance(frame, Message):
                return frame

    def problem(self):
        """The text of the next -ERR, waiting for it; messages on the way are kept."""
        while True:
            frame = self.frame()
            if isinstance(frame, Problem):
                return frame.text
            if isinstance(frame, Message):
                self._kept = self.kept + [frame]

    def ending(self):
        """Waits until the server closes the connection and returns the texts of all its errors."""
        try:
            while True:
                self.frame()
        except Closed as closed:
            return closed.errors

    def frame(self, deadline=None):
        """The next Message, Problem, Fine or Pong. Raises Closed or Silent."""
        end = time.monotonic() + (deadline or self.deadline)
        while True:
            line = self._line(end)
            word, _, rest = line.partition(b" ")
            match word.upper():
                case b"MSG":
                    return self._message(rest.decode().split(), False, end)
                case b"HMSG":
                    return self._message(rest.decode().split(), True, end)
                case b"+OK":
                    return Fine()
                case b"PONG":
                    return Pong()
                case b"PING":
                    self._answer()
                case b"INFO":
                    self.info = json.loads(rest)
                case b"-ERR":
                    text = rest.decode().strip().removeprefix("'").removesuffix("'")
                    self.errors.append(text)
                    return Problem(text)
                case _:
                    raise AssertionError(f"a server never sends {line!r}")

    def _answer(self):
        try:
            self.send("PONG\r\n")
        except OSError:
            # The server is closing: the next read tells.
            pass

    def _message(self, words, has_header, end):
        sizes = 2 if has_header else 1
        subject, sid, *reply = words[:-sizes]
        total = int(words[-1])
        body = self._bytes(total + 2, end)
        if body[-2:] != b"\r\n":
            raise AssertionError(f"a payload ends with CR LF, this one with {body[-2:]!r}")
        split = int(words[-2]) if has_header else 0
        return Message(
            subject, sid, reply[0] if reply else None, body[split:-2], body[:split] if has_header else None)

    def _line(self, end):
        while b"\r\n" not in self._buffer:
            self._fill(end)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line

    def _bytes(self, count, end):
        while len(self._buffer) < count:
            self._fill(end)
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def _fill(self, end):
        left = end - time.monotonic()
        if left <= 0:
            raise Silent(f"nothing more came; the buffer holds {self._buffer[:200]!r}")
        self._socket.settimeout(left)
        try:
            data = self._socket.recv(65536)
        except TimeoutError:
            raise Silent(f"nothing more came; the buffer holds {self._buffer[:200]!r}") from None
        except OSError:
            data = b""
        if not data:
            raise Closed(list(self.errors))
        self._buffer += data
