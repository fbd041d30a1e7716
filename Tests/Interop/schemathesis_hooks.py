"""What schemathesis spares: the token that it signs in with is not taken back, and nobody waits for records to come."""
import os

import schemathesis

SPARED = os.environ["SPARED"]


@schemathesis.hook
def filter_case(context, case):
    return (case.path_parameters or {}).get("token") != SPARED


@schemathesis.hook
def map_case(context, case):
    if case.operation.path == "/v1/events":
        query = dict(case.query or {})
        since = str(query.get("since", 0))
        if since.isascii() and since.isdigit():
            case.query = {**query, "since": 0}
    return case
