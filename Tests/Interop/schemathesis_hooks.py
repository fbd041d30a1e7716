"""What schemathesis spares, and what it would never find by itself.

The tokens that testers sign in with are not taken back, and nobody waits for records to come. A key of idempotency goes with
what is asked, mostly: another one for each request, the same one for the same. Who says which version he means does not say
beside it, mostly, that nothing may be there yet.
"""
import hashlib
import os

import schemathesis

SPARED = os.environ["SPARED"].split()
# The key that stands for one of the request's own.
OWN_KEY = "first-idempotency-key"


def own(case):
    """A number of a request that another one does not have."""
    text = repr([case.method, case.operation.path, case.path_parameters, case.query, case.body])
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


@schemathesis.hook
def filter_case(context, case):
    return (case.path_parameters or {}).get("token") not in SPARED


@schemathesis.hook
def map_case(context, case):
    if case.operation.path == "/v1/events":
        query = dict(case.query or {})
        since = str(query.get("since", 0))
        if since.isascii() and since.isdigit():
            case.query = {**query, "since": 0}
    headers = dict(case.headers or {})
    number = own(case)
    if headers.get("Idempotency-Key") == OWN_KEY and number[0] not in "0":
        headers["Idempotency-Key"] = number
    if headers.get("If-Match") == "*" and headers.get("If-None-Match") == "*" and number[1] not in "0123":
        del headers["If-None-Match"]
    if case.headers is not None:
        case.headers = headers
    return case
