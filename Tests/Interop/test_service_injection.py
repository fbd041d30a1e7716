"""Names and headers that try to be something else: a line of a header, another path, another request."""
import http.client
import urllib.parse

import pytest

from test_service import ACCOUNT, HEAD, Service, problem, service  # noqa: F401


def test_names_stay_names_in_headers(service):
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    for name in ['ü b"c', "a:revoke", "a%0d%0ab", "..%2f..", "{x}", "a;b=c, d", "'", "%"]:
        path = ACCOUNT + "A/users/" + urllib.parse.quote(name, safe="")
        status, made, headers = service.send("PUT", path, {})
        assert status == 201 and made["name"] == name, made
        location = headers["location"]
        assert location.isascii() and not set(location) & set('\r\n "\\,;')
        assert service.send("GET", location)[1]["name"] == name
    status, page, headers = service.send("GET", ACCOUNT + "A/users?limit=1")
    assert headers["link"].isascii() and "\n" not in headers["link"]
    for name in ("a%0d%0aSet-Cookie:%20b", "a%0ab", "a%00b", "%e2%80", "a%7f"):
        assert service.send("PUT", ACCOUNT + "A/users/" + name, {})[0] == 400


@pytest.mark.parametrize("data, code", [
    (b"GET /v1/operators/%252e%252e HTTP/1.1\r\n" + HEAD + b"\r\n", "not_found"),
    (b"GET /v1/operators/operator%2f..%2fx HTTP/1.1\r\n" + HEAD + b"\r\n", "not_found"),
    (b"GET /v1/operators/./operator HTTP/1.1\r\n" + HEAD + b"\r\n", "bad_request"),
    (b"GET /v1/operators;x/operator HTTP/1.1\r\n" + HEAD + b"\r\n", "not_found"),
    (b"GET /v1\\operators HTTP/1.1\r\n" + HEAD + b"\r\n", "not_found"),
    (b"GET /healthz#x HTTP/1.1\r\nHost: x\r\n\r\n", "bad_request"),
    (b"POST /v1/tokens HTTP/1.1\r\n" + HEAD
     + b"Content-Type: application/json\r\nIdempotency-Key: a\tb567890123456\r\nContent-Length: 2\r\n\r\n{}",
     "bad_request"),
    (b"POST /v1/tokens HTTP/1.1\r\n" + HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", "bad_request"),
    (b"POST /v1/tokens HTTP/1.1\r\n" + HEAD
     + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "bad_request"),
])
def test_what_can_be_read_in_two_ways_is_refused(service, data, code):
    assert problem(service.raw(data.replace(b"%s", service.token.encode()))) == code
    assert service.send("GET", "/healthz")[0] == 200


def test_a_verb_that_is_encoded_is_a_name(service):
    assert service.send("PUT", ACCOUNT + "A", {})[0] == 201
    assert service.send("PUT", ACCOUNT + "A/users/u", {})[0] == 201
    assert service.send("POST", ACCOUNT + "A/users/u%3Arevoke")[0] == 405
    assert not service.send("GET", ACCOUNT + "A/users/u")[1]["revoked"]
