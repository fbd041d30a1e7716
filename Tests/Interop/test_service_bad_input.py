"""Requests that are broken on purpose: each is answered with a problem document or the connection ends, nothing that hides
behind it is carried out, and the service goes on. Peers that are slow on purpose are in test_service_slow.py."""
import json
import re
import socket
import time

import pytest

from test_service import ACCOUNT, Service

SMUGGLED = b"PUT /v1/operators/operator/accounts/SMUGGLED HTTP/1.1\r\nHost: x\r\n%s" \
    b"Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    service = Service(tmp_path_factory.mktemp("service") / "home", "--rate", "0")
    service.first_token()
    yield service
    smuggled = service.send("GET", ACCOUNT + "SMUGGLED")[0]
    assert service.end() == 0, "".join(service.words)
    assert smuggled == 404


def sign(service):
    return b"Authorization: Bearer %s\r\n" % service.token.encode()


def put(service, name=b"A"):
    return (b"PUT /v1/operators/operator/accounts/%s HTTP/1.1\r\nHost: x\r\nIf-Match: *\r\n" % name + sign(service)
            + b"Content-Type: application/json\r\n")


def answers(service, *pieces, most=None):
    """The answers to what is sent, as (status, headers, body), until the other side closes or has said `most`."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        received, found = b"", []
        try:
            for piece in pieces:
                connection.sendall(piece)
            while most is None or len(found) < most:
                part = connection.recv(65536)
                if not part:
                    break
                received += part
                while b"\r\n\r\n" in received:
                    head, _, rest = received.partition(b"\r\n\r\n")
                    length = int(re.search(rb"content-length: (\d+)", head, re.I)[1]) if b" 100 " not in head else 0
                    if len(rest) < length:
                        break
                    found.append((int(head.split()[1]), head.decode("latin-1").lower(), rest[:length]))
                    received = rest[length:]
        except ConnectionError:
            pass
        assert received == b"", received
        return found


def problem(answer):
    status, head, body = answer
    assert "content-type: application/problem+json" in head, answer
    document = json.loads(body)
    assert document["status"] == status and document["type"] == "/problems/" + document["code"]
    return document


# Where a request ends can be read in two ways: nothing that comes after it may count.
AMBIGUOUS = {
    "a length and chunks": b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 40\r\n\r\n{}",
    "a list of lengths": b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": b"Content-Length: +2\r\n\r\n{}",
    "a length below zero": b"Content-Length: -2\r\n\r\n{}",
    "a length in hexadecimal digits": b"Content-Length: 0x2\r\n\r\n{}",
    "a length beyond all integers": b"Content-Length: 99999999999999999999999\r\n\r\n{}",
    "an encoding that is none": b"Transfer-Encoding: identity\r\n\r\n{}",
    "an unknown encoding": b"Transfer-Encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "an encoding after chunks": b"Transfer-Encoding: chunked, identity\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "an encoding before chunks": b"Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "chunks twice": b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a blank before the colon": b"Transfer-Encoding : chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    "a chunk beyond all integers": b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n",
    "a chunk below zero": b"Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n0\r\n\r\n",
    "a chunk that is longer than it says": b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}}}\r\n0\r\n\r\n",
    "lines that end with a line feed alone": b"X: y\nContent-Length: 2\n\n{}",
    "a folded header": b"X: y\r\n z\r\nContent-Length: 2\r\n\r\n{}",
    "a carriage return in a header": b"X: y\rContent-Length: 2\r\n\r\n{}",
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_can_be_read_in_two_ways_ends_the_connection(service, name):
    found = answers(service, put(service) + AMBIGUOUS[name] + SMUGGLED % sign(service))
    assert len(found) <= 1, found
    for answer in found:
        assert problem(answer)["code"] in ("bad_request", "body_too_large"), answer
    assert service.send("GET", "/healthz")[0] == 200


@pytest.mark.parametrize("path, statuses", [
    ("/v1/..%2foperators", (404,)), ("/v1/operators/..%2f..%2fhealthz", (404,)),
    ("/v1/operators/%2e%2e/healthz", (400,)), ("/v1/./operators", (400,)), ("/v1/operators/..", (400,)),
    ("/v1/operators/%252e%252e", (404,)), ("/v1/operators/%252e%252e%252fhealthz", (404,)),
    ("/v1/operators/%c0%ae%c0%ae", (400,)), ("/v1/operators/%c0%af", (400,)), ("/v1/operators/%e0%80%af", (400,)),
    ("/v1/operators/%ed%a0%80", (400,)), ("/v1/operators/%f4%90%80%80", (400,)), ("/v1/operators/%ff", (400,)),
    ("/v1/operators/a%00b", (400,)), ("/v1/operators/a%0d%0aSet-Cookie:%20x", (400,)), ("/v1/operators/%7f", (400,)),
    ("/v1/operators/%", (400,)), ("/v1/operators/%zz", (400,)), ("/v1/operators/%2", (400,)),
    ("/v1/operators/operator;x=1", (404,)), ("/v1/operators\\operator", (404,)), ("//v1/operators", (404,)),
    ("/v1//operators", (404,)), ("/v1/operators/operator%2Faccounts", (404,)), ("/v1/operators/operator#x", (400,)),
    ("/v1/operators/operator/accounts/A%3Arevoke", (404,)), ("/v1/operators/" + "a" * 3_000, (404,)),
    ("/" + "a/" * 3_000, (404,)), ("/" + "a" * 9_000, (414,)), ("/" + "a" * 40_000, (414, 431)),
    ("/v1/operators?limit=%00", (400,)), ("/v1/operators?limit=%ff", (400,)), ("/v1/operators?limit=1&limit=1", (400,)),
    ("/v1/operators?limit", (400,)), ("/v1/operators?limit=99999999999999999999", (400,)),
    ("/v1/operators?" + "&".join(f"a{number}=1" for number in range(40)), (400,)),
    ("/v1/operators?cursor=" + "A" * 100, (422,)), ("*", (400,)), ("x:443", (400,)),
])
def test_paths_have_one_reading(service, path, statuses):
    found = answers(
        service, b"GET " + path.encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" + sign(service) + b"\r\n")
    assert len(found) == 1 and found[0][0] in statuses, found
    document = problem(found[0])
    # What was sent comes not back in a header.
    assert "set-cookie" not in found[0][1] and "\n" not in document["detail"]


@pytest.mark.parametrize("data", [
    b"GET /healthz\r\n\r\n", b"GET /healthz HTTP/3.0\r\nHost: x\r\n\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    b"G\x00T /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"get /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
    b"A" * 5_000 + b" /healthz HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
    b"GET /health\tz HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /healthz HTTP/1.1\r\nHost: x\r\nX y: a\r\n\r\n",
    b"GET /healthz HTTP/1.1\r\nHost: x\r\n: a\r\n\r\n",
], ids=range(10))
def test_what_is_not_http_is_answered_once_and_ends(service, data):
    found = answers(service, data)
    assert len(found) == 1 and problem(found[0])["code"] == "bad_request"


def test_what_must_work_does(service):
    get = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    # A header that comes byte by byte.
    assert [one[0] for one in answers(service, *(get[place:place + 1] for place in range(len(get))), most=1)] == [200]
    # One request after the other without waiting, and one that is broken at the end.
    assert [one[0] for one in answers(service, get * 20, most=20)] == [200] * 20
    assert [one[0] for one in answers(service, get + b"nonsense\r\n\r\n" + get)] == [200, 400]
    # A target with a host, and a body that nobody asked for.
    assert answers(service, b"GET http://x/healthz HTTP/1.1\r\nHost: x\r\n\r\n", most=1)[0][0] == 200
    found = answers(service, b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + get, most=2)
    assert [one[0] for one in found] == [400, 200]
    assert answers(service, b"GET /healthz HTTP/1.0\r\n\r\n", most=1)[0][0] == 200
    # Text beyond ASCII in a header.
    assert answers(service, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: \xff\xfe\r\n\r\n", most=1)[0][0] == 200
    # Chunks, with something after them that counts for nothing.
    chunks = b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\n{\r\n1\r\n}\r\n0\r\nAuthorization: Bearer x\r\n\r\n"
    assert [one[0] for one in answers(service, put(service, b"CHUNKS") + chunks + get, most=2)] == [412, 200]


@pytest.mark.parametrize("host", [b"", b"Host: x\r\nHost: x\r\n", b"Host: x\r\nhost: y\r\n"], ids=range(3))
def test_a_request_names_its_host_once(service, host):
    found = answers(service, b"GET /healthz HTTP/1.1\r\n" + host + b"\r\n", most=1)
    assert problem(found[0])["code"] == "bad_request"
    data = put(service, b"HOST").replace(b"Host: x\r\n", host).replace(b"If-Match: *\r\n", b"")
    assert answers(service, data + b"Content-Length: 2\r\n\r\n{}", most=1)[0][0] == 400
    assert service.send("GET", ACCOUNT + "HOST")[0] == 404


def test_whoever_asks_whether_to_send_a_body_is_told(service):
    assert service.send("PUT", ACCOUNT + "EXPECT", {})[0] == 201
    with socket.create_connection(("127.0.0.1", service.port), timeout=30) as connection:
        connection.sendall(put(service, b"EXPECT") + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        begin = time.monotonic()
        assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
        assert time.monotonic() - begin < 5
        connection.sendall(b"{}")
        assert connection.recv(65536).startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("body, pointer", [
    (b"", ""), (b"{", ""), (b"{}x", ""), (b'{"description":"\xff"}', ""), (b'{"a":1,"a":', ""), (b"[" * 200_000, ""),
    (b"{\"description\":" + b"[" * 40 + b"]" * 40 + b"}", ""), (b'{"description":"\\ud800"}', ""), (b"\xef\xbb\xbf{}", ""),
    (b"NaN", ""), (b"'a'", ""), (b'{"description":"a\x00b"}', ""), (b"[]", ""), (b"7", ""), (b'"x"', ""),
    (b'{"description":7}', "/description"), (b'{"tags":["a",7]}', "/tags/1"), (b'{"tags":{}}', "/tags"),
    (b'{"description":"a\\u0000b"}', "/description"), (b'{"limits":{"conn":"1"}}', "/limits/conn"),
    (b'{"limits":{"conn":1.5}}', "/limits/conn"), (b'{"limits":{"conn":1e400}}', ""),
    (b'{"limits":{"conn":-2}}', "/limits/conn"), (b'{"limits":{"a/b~c":1}}', "/limits/a~1b~0c"),
    (b'{"__proto__":{}}', "/__proto__"), (b'{"public_key":"A"}', "/public_key"),
    (b'{"default_permissions":{"pub":{"allow":[null]}}}', "/default_permissions/pub/allow/0"),
])
def test_a_body_at_fault_is_told_with_its_place(service, body, pointer):
    data = put(service, b"NEW").replace(b"If-Match: *\r\n", b"") + b"Content-Length: %d\r\n\r\n" % len(body) + body
    found = answers(service, data, most=1)
    document = problem(found[0])
    assert document["status"] in (400, 422), document
    assert pointer in [fault["pointer"] for fault in document["errors"]], document
    assert service.send("GET", ACCOUNT + "NEW")[0] == 404
