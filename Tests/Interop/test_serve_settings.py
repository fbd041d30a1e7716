"""The settings of `chancery serve`: flag before environment before file, and everything that is wrong, in its place."""

import json
import os
import subprocess

import pytest

from certificates import Authority

CHANCERY = os.environ.get("CHANCERY", ".build/debug/chancery")


def check(tmp_path, text=None, *flags, exits=0, **environment):
    """What `serve --check` says about a file's text."""
    words = [os.path.abspath(CHANCERY), "serve", "--check", "--json", *flags]
    if text is not None:
        (tmp_path / "serve.yaml").write_text(text)
        words += ["--config", "serve.yaml"]
    done = subprocess.run(
        words, capture_output=True, text=True, cwd=tmp_path, timeout=120,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path), **environment})
    assert done.returncode == exits, done.stderr
    assert not (tmp_path / ".local").exists(), "nothing is made"
    return json.loads(done.stdout) if exits == 0 else done.stderr


def test_a_flag_comes_before_the_environment_and_that_before_the_file(tmp_path):
    text = "listen: 127.0.0.1:1\nnats: '[::1]:2'\nrate: 3\nsocket: s\n"
    found = check(tmp_path, text, "--listen", "127.0.0.1:9", CHANCERY_LISTEN="127.0.0.1:8", CHANCERY_RATE="7")
    assert found == {
        "listen": "127.0.0.1:9", "nats": "[::1]:2", "rate": "7", "socket": "s", "failure_rate": "5", "resolver": "false"}
    assert check(tmp_path)["listen"] == "127.0.0.1:8420"
    assert check(tmp_path, "# nothing\n") == check(tmp_path)
    (tmp_path / "other.yaml").write_text("failure_rate: 0\n")
    assert check(tmp_path, CHANCERY_CONFIG=str(tmp_path / "other.yaml"))["failure_rate"] == "0"


@pytest.mark.parametrize("text, words", [
    ("listen: x\n", 'serve.yaml:1:9: listen is a host and a port, not "x"'),
    ("rate: 1\nliste: 127.0.0.1:1\n", 'serve.yaml:2:1: there is no setting "liste"; there are listen, nats'),
    ("tls:\n  cert: a\n  keys: b\n", 'serve.yaml:3:3: there is no setting "tls.keys"; there are tls.cert'),
    ("tls.cert: a\n", 'serve.yaml:1:1: there is no setting "tls.cert"'),
    ("tls: a\n", "serve.yaml:1:6: tls must have settings below it"),
    ("tls:\n  cert: a\n", "tls.cert and tls.key are given together"),
    ("rate: -1\n", 'serve.yaml:1:7: rate is 0 or a positive number, not "-1"'),
    ("rate: [1]\n", "serve.yaml:1:7: rate must have one value"),
    ("engine: ftp://x\n", 'serve.yaml:1:9: engine is the address of a NATS server, not "ftp://x"'),
    ("- listen\n", "serve.yaml:1:1: must be a list of settings"),
    ("rate: 1\nrate: 2\n", "line 1, column 1: a setting is given twice: rate"),
    ("a: [\n", "serve.yaml: line "),
    ("socket: &a [*a]\n", "serve.yaml"),
])
def test_what_is_wrong_is_told_with_its_place(tmp_path, text, words):
    said = check(tmp_path, text, exits=1)
    assert words in said, said


def test_everything_is_told_at_once(tmp_path):
    said = check(tmp_path, "listen: x\nnats: y\nz: 1\n", "--rate", "many", exits=1, CHANCERY_FAILURE_RATE="few")
    for words in ("1:9: listen", "2:7: nats", '"z"', "--rate is", "CHANCERY_FAILURE_RATE is"):
        assert words in said, said


def test_files_that_cannot_be_read_are_errors(tmp_path):
    assert "cannot read" in check(tmp_path, None, "--config", "nowhere.yaml", exits=1)
    (tmp_path / "bad.yaml").write_bytes(b"listen: \xff\n")
    assert "is not UTF-8" in check(tmp_path, None, "--config", "bad.yaml", exits=1)
    (tmp_path / "large.yaml").write_bytes(b"#" * 100_000)
    assert "large.yaml" in check(tmp_path, None, "--config", "large.yaml", exits=1)


def test_a_certificate_that_is_wrong_is_told_with_the_setting_that_names_it(tmp_path):
    Authority(tmp_path).issue("one", "127.0.0.1").issue("other", "127.0.0.1")
    (tmp_path / "x.pem").write_text("x")
    (tmp_path / "folder").mkdir()
    text = "tls:\n  cert: {}\n  key: {}\n"
    good = text.format("one.pem", "one-key.pem")
    assert check(tmp_path, good)["tls.cert"] == "one.pem"
    # All that cannot be read are told at once.
    said = check(tmp_path, text.format("none.pem", "folder"), "--tls-client-ca", "away.pem", exits=1)
    for words in ("serve.yaml:2:9: tls.cert: none.pem cannot be read: no such file", "serve.yaml:3:8: tls.key: folder cannot",
                  "--tls-client-ca: away.pem cannot be read", "give the path of a PEM file"):
        assert words in said, said
    assert "CHANCERY_TLS_KEY: none.pem cannot be read" in check(tmp_path, good, exits=1, CHANCERY_TLS_KEY="none.pem")
    assert "--tls-cert: x.pem holds no certificate in PEM" in check(tmp_path, good, "--tls-cert", "x.pem", exits=1)
    assert "serve.yaml:3:8: tls.key: x.pem holds no private key" in check(tmp_path, text.format("one.pem", "x.pem"), exits=1)
    assert "--tls-client-ca: x.pem holds no certificate" in check(tmp_path, good, "--tls-client-ca", "x.pem", exits=1)
    said = check(tmp_path, text.format("one.pem", "other-key.pem"), exits=1)
    assert "serve.yaml:3:8: tls.key: other-key.pem is not the key of the certificate in one.pem" in said, said


def test_authorities_of_a_service_that_are_wrong_are_told_with_the_flag(tmp_path):
    (tmp_path / "x.pem").write_text("x")
    for file, words in (("x.pem", "--ca: x.pem holds no certificate"), ("none.pem", "--ca: none.pem cannot be read: no such")):
        done = subprocess.run(
            [os.path.abspath(CHANCERY), "list", "accounts", "--server", "https://127.0.0.1:1", "--access-token", "chy_x",
             "--ca", file], capture_output=True, text=True, cwd=tmp_path, timeout=120)
        assert done.returncode == 1 and words in done.stderr, done.stderr
