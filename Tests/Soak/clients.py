"""Clients of the soak: small, on one event loop, some well-behaved and most not."""

import asyncio
import json
import socket
import struct


class Client(asyncio.Protocol):
    """Signs in, says its first lines, and hands over every message that comes."""

    def __init__(self, court, kind, credentials, first=b"", on_end=None):
        self.court, self.kind, self.credentials, self.first, self.on_end = court, kind, credentials, first, on_end
        self.transport, self.ready, self.ended, self.is_leaving = None, False, False, False
        self.groups = {}
        self._buffer = b""
        self._pongs = []
        self.errors = []
        self.since = court.versions.answered
        self.got = None

    def connection_made(self, transport):
        self.transport = transport
        # Nothing is kept for a client that does not read.
        transport.set_write_buffer_limits(high=1 << 20)

    def connection_lost(self, error):
        self.ended = True
        for _, future in self._pongs:
            if not future.done():
                future.set_exception(ConnectionError(self.why()))
        if self.on_end:
            self.on_end(self)

    def send(self, data):
        if not self.ready:
            # Behind CONNECT.
            self.first += data
        elif not self.ended and not self.is_leaving and not self.transport.is_closing():
            self.transport.write(data)

    def abort(self):
        """Ends without a word, with a reset."""
        if self.transport is not None:
            own = self.transport.get_extra_info("socket")
            try:
                own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            except OSError:
                pass
            self.transport.abort()

    def flush(self):
        """A future that is done when the server has done all that was asked of it until now."""
        future = asyncio.get_running_loop().create_future()
        self._pongs.append((self.court.versions.sent, future))
        if self.ended:
            future.set_exception(ConnectionError(self.why()))
        self.send(b"PING\r\n")
        return future

    def why(self):
        return f"a client of the kind {self.kind.name} was cut: {self.errors}"

    def subscribe(self, sid, pattern, group=None):
        self.groups[sid] = group
        self.send(f"SUB {pattern} {group + ' ' if group else ''}{sid}\r\n".encode())

    def publish(self, subject, padding=0):
        number = self.court.publish(self.kind, subject)
        payload = b"%d " % number + b"x" * padding
        self.send(b"PUB %s %d\r\n%s\r\n" % (subject.encode(), len(payload), payload))
        return number

    def data_received(self, data):
        buffer = self._buffer + data if self._buffer else data
        at = 0
        while True:
            end = buffer.find(b"\r\n", at)
            if end < 0:
                break
            line = buffer[at:end]
            if line.startswith(b"MSG "):
                words = line.split(b" ")
                next = end + 2 + int(words[-1]) + 2
                if len(buffer) < next:
                    break
                self._take(words, buffer[end + 2:next - 2])
                at = next
                continue
            at = end + 2
            self._line(line)
        self._buffer = buffer[at:]

    def _take(self, words, payload):
        number = int(payload.split(b" ", 1)[0])
        self.court.deliver(number, words[1].decode(), self.kind, self.groups.get(words[2].decode()))
        if self.got is not None:
            self.got.append(number)

    def _line(self, line):
        if line.startswith(b"INFO "):
            if not self.ready:
                self._sign_in(json.loads(line[5:]))
        elif line == b"PING":
            self.send(b"PONG\r\n")
        elif line == b"PONG":
            if self._pongs:
                _, future = self._pongs.pop(0)
                if not future.done():
                    future.set_result(None)
        elif line.startswith(b"-ERR"):
            self._error(line.decode())

    def _sign_in(self, info):
        self.ready = True
        words = {
            "verbose": False, "pedantic": False, "lang": "soak", "version": "1", "protocol": 1, "headers": True,
            "jwt": self.credentials.token, "sig": self.credentials.key.sign_nonce(info["nonce"])}
        self.send(f"CONNECT {json.dumps(words)}\r\n".encode() + self.first)

    def _error(self, text):
        word = 'Permissions Violation for Publish to "'
        if word in text:
            self.court.violate(self.kind, text.partition(word)[2].partition('"')[0], self.since)
        else:
            self.errors.append(text)


class Garbage(asyncio.Protocol):
    """Says something that is no NATS, or nothing, and waits to be thrown out."""

    def __init__(self, bytes, is_half_closed):
        self._bytes, self._is_half_closed = bytes, is_half_closed
        self.end = asyncio.get_running_loop().create_future()

    def connection_made(self, transport):
        self.transport = transport
        transport.write(self._bytes)
        if self._is_half_closed:
            transport.write_eof()

    def eof_received(self):
        return False

    def connection_lost(self, error):
        if not self.end.done():
            self.end.set_result(None)


def garbage(random):
    """Bytes that somebody might send first."""
    return random.choice((
        lambda: b"",
        lambda: random.randbytes(random.randrange(1, 3000)),
        lambda: b"GET / HTTP/1.1\r\nHost: a\r\n\r\n",
        lambda: b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + random.randbytes(200),
        lambda: b"CONNECT {" + b"\"a\":[" * random.randrange(1, 2000),
        lambda: b"CONNECT " + b"x" * random.randrange(1, 9000),
        lambda: b"PUB a 1000000000000000000000\r\n",
        lambda: b"PUB a 5000\r\n" + bytes(random.randrange(4000)),
        lambda: b"SUB " + b"a." * random.randrange(1, 4000) + b"b 1\r\n",
        lambda: b"CONNECT {\"jwt\":\"" + random.randbytes(30).hex().encode() + b"\"}\r\nPING\r\n",
        lambda: b"PING\r\n" * random.randrange(1, 500),
        lambda: b"\0" * random.randrange(1, 5000),
    ))()
