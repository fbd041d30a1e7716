"""Policies over HTTP: the same answers as the command line gives."""
import json
import os
import pathlib
import subprocess

import pytest

from test_service import CHANCERY, Service, service  # noqa: F401

POLICIES = "/v1/operators/operator/policies"
PLANT = pathlib.Path("policies/plant")


def files(folder):
    return {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.yaml")}


def command(*arguments, ok=(0, 1)):
    done = subprocess.run([CHANCERY, "policy", *arguments, "--json"], capture_output=True, text=True)
    assert done.returncode in ok, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_files_are_checked_and_tested_as_on_the_command_line(service):
    body = {"files": files(PLANT)}
    for engine in ("chancery", "nats-server"):
        status, answer, _ = service.send("POST", POLICIES + ":check", body | {"engine": engine})
        assert status == 200 and answer["in_order"]
        told = command("check", str(PLANT), "--engine", engine)
        short = [one | {"file": one["file"].removeprefix("policies/plant/")} for one in told]
        assert [(one["code"], one["line"]) for one in answer["items"]] == [(one["code"], one["line"]) for one in short]
    status, answer, _ = service.send("POST", POLICIES + ":test", body)
    assert status == 200 and answer["passed"]
    assert [one["sentence"] for one in answer["items"]] == [one["sentence"] for one in command("test", str(PLANT))]
    # What is wrong is told with its place.
    name = next(path for path in body["files"] if path != "chancery.yaml" and "roles:" in body["files"][path])
    broken = {"files": body["files"] | {name: body["files"][name] + "\nnonsense: 1\n"}}
    status, answer, _ = service.send("POST", POLICIES + ":check", broken)
    assert status == 200 and not answer["in_order"]
    assert any(one["file"] == name and one["severity"] == "error" for one in answer["items"])
    status, answer, _ = service.send("POST", POLICIES + ":test", broken)
    assert status == 422 and answer["errors"][0]["pointer"].startswith("/files/")
    assert service.send("POST", POLICIES + ":check", {"files": {}})[0] == 422
    assert service.send("POST", POLICIES + ":check", {"files": body["files"], "environment": "none"})[0] == 404
    # Nothing is read from the disk, whatever a file names.
    outside = {"chancery.yaml": "chancery: v1\naccounts:\n  A: /etc/passwd\n"}
    status, answer, _ = service.send("POST", POLICIES + ":check", {"files": outside})
    assert status == 200 and not answer["in_order"] and "root" not in json.dumps(answer)


def test_questions_are_answered_as_on_the_command_line(service):
    body = {"files": files(PLANT), "environment": "prod"}
    about = ["--policies", str(PLANT), "--environment", "prod"]
    question = {"subject": "plant.berlin.command.>", "account": "FACTORY"}
    status, answer, _ = service.send("POST", POLICIES + ":who-can", body | question)
    assert status == 200 and answer["items"]
    assert answer["items"] == command("who-can", question["subject"], "--account", "FACTORY", *about)
    status, answer, _ = service.send("POST", POLICIES + ":reach", body | {"account": "FACTORY"})
    assert status == 200 and answer["items"] == command("reach", "FACTORY", *about)
    sentence = "publish plant.berlin.command.press.shutdown"
    status, answer, _ = service.send("POST", POLICIES + ":explain", body | {"as": "anna", "sentence": sentence})
    assert status == 200 and [answer] == command("explain", "--as", "anna", sentence, *about)
    role = {"account": "FACTORY", "role": "sensor", "name": "press-99", "tags": ["line:press"], "sentence": sentence}
    status, answer, _ = service.send("POST", POLICIES + ":explain", body | role)
    assert status == 200 and not answer["allowed"]
    status, answer, _ = service.send(
        "POST", POLICIES + ":diff", {"old": body | {"environment": "staging"}, "new": body})
    assert status == 200
    assert answer["items"] == command("diff", str(PLANT), "--env", "staging", "--env", "prod")
    for wrong in ({}, {"account": "NONE"}, {"account": "FACTORY", "subject": "a b"}):
        assert service.send("POST", POLICIES + ":who-can", body | {"subject": "a"} | wrong)[0] in (404, 422)
    # Without files it is about what is in force.
    assert service.send("POST", POLICIES + ":reach", {"account": "FACTORY"})[0] == 404
    assert service.send("POST", POLICIES + ":reach", {"account": "SYS"})[1]["items"] == []
    status, inforce, headers = service.send("GET", POLICIES)
    assert status == 200 and inforce["sets"] == [] and headers["etag"]
