"""Asks the client verifier of Python's `cryptography` about every variant of a JSON list on standard input."""

import base64
import datetime
import json
import sys

from cryptography import x509
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError


def certificate(der):
    return x509.load_der_x509_certificate(base64.b64decode(der))


def verdict(variant):
    try:
        now = datetime.datetime.fromtimestamp(variant["now"], datetime.timezone.utc).replace(tzinfo=None)
        store = Store([certificate(variant["anchor"])])
        verifier = PolicyBuilder().store(store).time(now).build_client_verifier()
        chain = [certificate(der) for der in variant["chain"]]
        verifier.verify(chain[0], chain[1:])
    except (VerificationError, ValueError, TypeError) as error:
        return "refused: " + " ".join(str(error).split())
    return "accepted"


for variant in json.load(sys.stdin):
    print(verdict(variant))
