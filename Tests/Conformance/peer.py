"""One connection of a scenario: lines out, lines in, and a record of everything that came.

What the client protocol sends between the lines is taken care of: a PING of the server is answered, an INFO line is
recorded and kept. A message is read as a whole, and its size checked.
"""

import base64
import os
import socket
import ssl
import struct
import time

import masks

# Longer than any answer needs, so that only a missing answer runs into it.
DEADLINE = 5.0


class Ended(Exception):
    """The server has closed the connection."""


class Silent(Exception):
    """Nothing came before the deadline."""


class TCP:
    """A stream of bytes. TLS may be put on it later."""

    def __init__(self, address, local=None):
        self.socket = socket.create_connection(address, timeout=DEADLINE, source_address=(local, 0) if local else None)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def secure(self, context):
        try:
            self.socket = context.wrap_socket(self.socket, server_hostname="localhost")
        except (OSError, ssl.SSLError) as failure:
            raise Ended(f"no TLS: {failure}") from None

    def send(self, data):
        try:
            self.socket.sendall(data)
        except OSError:
            # The next read tells.
            pass

    def receive(self, end):
        left = end - time.monotonic()
        if left <= 0:
            raise Silent
        self.socket.settimeout(left)
        try:
            data = self.socket.recv(1 << 16)
        except (TimeoutError, ssl.SSLWantReadError):
            raise Silent from None
        except OSError as failure:
            raise Ended(str(failure)) from None
        if not data:
            raise Ended("the end of the stream")
        return data

    def close(self):
        try:
            self.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        self.socket.close()


class WebSocket:
    """The same bytes in the binary frames of a WebSocket (RFC 6455)."""

    def __init__(self, stream, path="/", headers=()):
        self._stream = stream
        self._buffer = b""
        fields = {
            "Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
            "Sec-WebSocket-Key": base64.b64encode(bytes(16)).decode()} | dict(headers)
        head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        stream.send(f"GET {path} HTTP/1.1\r\n{head}\r\n".encode())
        end = time.monotonic() + DEADLINE
        while b"\r\n\r\n" not in self._buffer:
            self._buffer += stream.receive(end)
        answer, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
        self.status = answer.split(b"\r\n")[0].decode()
        if " 101 " not in self.status:
            raise Ended(f"no WebSocket: {self.status}")

    def send(self, data, opcode=2):
        mask = os.urandom(4)
        size = len(data)
        head = bytes([0x80 | opcode])
        head += bytes([0x80 | size]) if size < 126 else (
            struct.pack("!BH", 0xFE, size) if size < 65536 else struct.pack("!BQ", 0xFF, size))
        whole = (mask * (size // 4 + 1))[:size]
        body = (int.from_bytes(data, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")
        self._stream.send(head + mask + body)

    def send_raw(self, data):
        self._stream.send(data)

    def receive(self, end):
        while True:
            head = self._bytes(2, end)
            opcode, size = head[0] & 0x0F, head[1] & 0x7F
            if size == 126:
                size = int.from_bytes(self._bytes(2, end), "big")
            elif size == 127:
                size = int.from_bytes(self._bytes(8, end), "big")
            body = self._bytes(size, end)
            if opcode == 8:
                words = body[2:].decode(errors="backslashreplace")
                raise Ended(f"close frame {int.from_bytes(body[:2], 'big')} {words}".rstrip())
            if opcode in (0, 1, 2) and body:
                return body

    def _bytes(self, count, end):
        while len(self._buffer) < count:
            self._buffer += self._stream.receive(end)
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def close(self):
        self._stream.close()


class Peer:
    """A named connection of a scenario."""

    def __init__(self, name, stream, plain=False):
        self.name = name
        self.stream = stream
        # A plain connection speaks something else than the client protocol: nothing is answered or left out.
        self.plain = plain
        self.answers_pings = True
        self.signed_in = False
        self.is_open = True
        self.infos = []
        self.record = []
        self.opened = self.last_sent = time.monotonic()
        self.sids = []
        self._buffer = b""
        # Lines of a message that has been read.
        self._payload = []

    def send(self, data):
        self.last_sent = time.monotonic()
        for line in data.split(b"\r\n"):
            words = line.split()
            if len(words) > 2 and words[0].upper() == b"SUB":
                self.sids.append(words[-1])
        self.stream.send(data)

    def frame(self, seconds=DEADLINE, wants_info=False):
        """The next line, or the lines of the next message, as texts. Raises Ended or Silent."""
        end = time.monotonic() + seconds
        while True:
            if self._payload:
                rest, self._payload = self._payload, []
                return rest
            line = self._line(end)
            if self.plain:
                return [line]
            if line == "PING" and self.answers_pings:
                self.stream.send(b"PONG\r\n")
                continue
            if line.startswith("INFO "):
                self.infos.append(line)
                self.record.append(masks.info(line))
                if wants_info:
                    return [line]
                continue
            words = line.split(" ")
            if words[0] in ("MSG", "HMSG"):
                size = int(words[-1])
                while len(self._buffer) < size + 2:
                    self._buffer += self.stream.receive(end)
                body, self._buffer = self._buffer[:size + 2], self._buffer[size + 2:]
                if body[-2:] != b"\r\n":
                    raise AssertionError(f"{self.name}: a payload that ends with {body[-2:]!r} after {line!r}")
                return [line, *body[:-2].decode("utf-8", "surrogateescape").split("\r\n")]
            return [line]

    def line(self, seconds=DEADLINE):
        """The next line; the lines of a message come one by one."""
        first, *rest = self.frame(seconds)
        self._payload = rest
        return first

    def _line(self, end):
        while b"\r\n" not in self._buffer:
            self._buffer += self.stream.receive(end)
        line, _, self._buffer = self._buffer.partition(b"\r\n")
        return line.decode("utf-8", "surrogateescape")

    @property
    def rest(self):
        """What came without an end of line."""
        return self._buffer

    def bytes(self, count, seconds):
        end = time.monotonic() + seconds
        while len(self._buffer) < count:
            self._buffer += self.stream.receive(end)
        data, self._buffer = self._buffer[:count], self._buffer[count:]
        return data

    def rest_of_body(self, seconds):
        """Reads bytes that end without a line."""
        self._buffer += self.stream.receive(time.monotonic() + seconds)

    def close(self):
        self.is_open = False
        self.stream.close()
