"""Who may connect to the servers, made by the command line that users have."""

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "BENCH"

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
    for user, permissions in USERS.items():
        files[user] = home / f"{user}.creds"
        run("add", "user", "--account", ACCOUNT, "--name", user, *permissions)
        run("generate", "creds", "--account", ACCOUNT, "--name", user, "--output-file", str(files[user]))
    resolver = home / "resolver.conf"
    run("generate", "config", "--mem-resolver", "--config-file", str(resolver))
    return Credentials(resolver.read_text(), files)
