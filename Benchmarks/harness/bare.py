"""A NATS client that can do no more than send requests and read the answers: what the same work costs at the least."""

import base64
import json
import socket
import time

import nkeys


def requests(port: int, credentials: str, subject: str, payloads: list[bytes], in_flight: int) -> float:
    """Seconds from connecting to the last answer, with so many requests on their way at once."""
    lines = [line for line in credentials.splitlines() if line and not line.startswith(("-", "*", "NKEY", "NKEYs"))]
    jwt, seed = lines[0], lines[1]
    pair = nkeys.from_seed(bytearray(seed.encode()))
    begun = time.perf_counter()
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        stream = connection.makefile("rb", buffering=1 << 16)
        info = json.loads(stream.readline().split(b" ", 1)[1])
        signature = base64.urlsafe_b64encode(pair.sign(info["nonce"].encode())).rstrip(b"=").decode()
        options = {"verbose": False, "jwt": jwt, "sig": signature, "headers": True, "no_responders": True}
        connection.sendall(b"CONNECT " + json.dumps(options).encode() + b"\r\nSUB _INBOX.bare.* 1\r\nPING\r\n")
        assert stream.readline() == b"PONG\r\n", "the sign-in was refused"
        sent = answered = 0
        while answered < len(payloads):
            batch = payloads[sent : answered + in_flight]
            if batch:
                head = f"PUB {subject} _INBOX.bare."
                connection.sendall(
                    b"".join(
                        f"{head}{sent + index} {len(payload)}\r\n".encode() + payload + b"\r\n"
                        for index, payload in enumerate(batch)
                    )
                )
                sent += len(batch)
            line = stream.readline()
            if not line.startswith(b"MSG"):
                assert not line.startswith(b"-ERR") and line, line
                continue
            body = stream.read(int(line.split()[-1]) + 2)
            assert b'"code":200' in body, body
            answered += 1
    return time.perf_counter() - begun
