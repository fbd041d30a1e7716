"""Very many users in a directory, quickly: rows like that of a user that is there, with names and keys of their own."""

import sqlite3
from pathlib import Path

from harness import keys


def fill(database: Path, count: int) -> None:
    """Copies the user `pattern` as user00000000 and so on; all share its token."""
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA synchronous = OFF")
    account, token, created = connection.execute(
        "SELECT account, token, created_at FROM users WHERE name = 'pattern'").fetchone()
    connection.executemany(
        "INSERT INTO users (account, public_key, name, token, created_at) VALUES (?, ?, ?, ?, ?)",
        ((account, keys.user_key(number), f"user{number:08}", token, created) for number in range(count)))
    connection.commit()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
