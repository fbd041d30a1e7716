"""Who may connect to the servers, made by the command line that users have."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "BENCH"
# It imports the streams and the service of the other.
IMPORTER = "IMPORTER"

# Every client works under permissions; nobody may do more than its scenario needs, apart from a few entries that make
# the lists as long as real ones. The responder may publish nothing but one answer to each request.
USERS = {
    "publisher": [
        "--allow-pub=bench.>,orders.*.created,telemetry.*.*.readings,_INBOX.>",
        "--deny-pub=bench.private.>",
        "--allow-sub=_INBOX.>",
    ],
    "subscriber": ["--allow-sub=bench.>,orders.*.created", "--deny-sub=bench.private.>", "--deny-pub=>"],
    "requester": ["--allow-pub=bench.request,orders.*.create", "--allow-sub=_INBOX.requester.>"],
    "responder": ["--allow-sub=bench.request", "--allow-pub-response=1"],
}

# 1,250 rules of a role for `bench.wide.000.0` to `bench.wide.999.9`: those that let some in, and others.
ROLE = "governed"
RULES = {
    "--allow-pub": [f"bench.wide.{number:03}.*" for number in range(1000)]
    + [f"orders.{number:03}.created" for number in range(200)],
    "--deny-pub": [f"bench.private.{number:02}.>" for number in range(50)],
}


class CredentialsFailed(Exception):
    """The command line refused: what it was asked and what it said."""


@dataclass(frozen=True)
class Credentials:
    # The part of a server's configuration that names the operator and the accounts.
    resolver: str
    # The creds file of each user.
    files: dict[str, Path]


def make(chancery: Path, home: Path) -> Credentials:
    """Makes an operator, an account and the users in `home`, with the program at `chancery`."""

    def run(*words: str) -> None:
        environment = os.environ | {"CHANCERY_HOME": str(home / "directory")}
        done = subprocess.run([chancery, *words], env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise CredentialsFailed(f"chancery {' '.join(words)}: {done.stderr.strip() or done.stdout.strip()}")

    run("add", "operator", "--name", "BENCH", "--sys")
    run("add", "account", "--name", ACCOUNT)
    files = {}

    def add(account: str, user: str, *words: str) -> None:
        files[user] = home / f"{user}.creds"
        run("add", "user", "--account", account, "--name", user, *words)
        run("generate", "creds", "--account", account, "--name", user, "--output-file", str(files[user]))

    for user, permissions in USERS.items():
        add(ACCOUNT, user, *permissions)
    rules = [f"{option}={','.join(subjects)}" for option, subjects in RULES.items()]
    run("edit", "signing-key", "--account", ACCOUNT, "--role", ROLE, "--sk", "generate", *rules)
    add(ACCOUNT, "governed", "-K", ROLE)
    share(run)
    add(IMPORTER, "importer", *USERS["requester"], "--allow-pub=services.request", "--allow-sub=streams.>")
    resolver = home / "resolver.conf"
    run("generate", "config", "--mem-resolver", "--config-file", str(resolver))
    return Credentials(resolver.read_text(), files)


def share(run: Callable[..., None]) -> None:
    """Lets an account of its own have the streams, under other names, and the service."""
    run("add", "account", "--name", IMPORTER)
    run("add", "export", "--account", ACCOUNT, "--subject", "bench.one")
    run("add", "export", "--account", ACCOUNT, "--subject", "bench.request", "--service=true")
    imports = ["add", "import", "--account", IMPORTER, "--src-account", ACCOUNT]
    run(*imports, "--remote-subject", "bench.one", "--local-subject", "streams.bench.one")
    run(*imports, "--remote-subject", "bench.request", "--local-subject", "services.request", "--service=true")
