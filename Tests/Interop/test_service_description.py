"""The description of the service and the running service, in both directions."""
import re
import subprocess

from test_service import CHANCERY, Service

METHODS = ["GET", "PUT", "POST", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"]


def test_what_is_routed_is_described_and_what_is_described_is_routed(tmp_path):
    service = Service(tmp_path / "home", "--rate", "0")
    service.first_token()
    document = service.send("GET", "/openapi.json")[1]
    assert document["openapi"].startswith("3.1")
    for path, operations in document["paths"].items():
        described = {method.upper() for method in operations}
        if "GET" in described:
            described.add("HEAD")
        target = re.sub(r"\{[^}]*\}", "~name~", path)
        for method in METHODS:
            if method in described:
                continue
            status, problem, headers = service.send(method, target)
            assert status == 405 and problem["code"] == "method_not_allowed", (method, path, problem)
            assert set(headers["allow"].split(", ")) == described, (method, path)
        for method in described - {"HEAD"}:
            status, problem, _ = service.send(method, target) if "event" not in path else (400, {}, None)
            assert status in {int(code) for code in operations[method.lower()]["responses"]}, (method, path, status)
            assert status != 405
    for path in ["/v2", "/v1", "/v1/", "/v1/nothing", "/openapi.yaml", "/V1/operators", "/v1/operators/"]:
        status, problem, _ = service.send("GET", path)
        assert status == 404 and problem["code"] == "not_found", path
    assert service.end() == 0


def test_the_description_is_printed_as_it_is_served(tmp_path):
    service = Service(tmp_path / "home")
    service.first_token()
    served = service.raw(b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n").partition(b"\r\n\r\n")[2].strip()
    printed = subprocess.run(
        [CHANCERY, "serve", "--describe", "openapi"], capture_output=True, check=True).stdout.strip()
    assert served == printed
    assert service.end() == 0
