"""Deterministic ids: from what happened, never from when it was sent."""

from __future__ import annotations

import hashlib

from floorsight.platform.errors import Malformed

# Ids that people choose (sites, cameras): safe in URLs, object keys and table keys alike.
IDENTIFIER_PATTERN = r"^[a-z0-9][a-z0-9-]{0,62}$"


def derived_id(kind: str, *parts: str | int) -> str:
    """32 hexadecimal characters that follow from the parts alone.

    Parts are length-prefixed before hashing (SHA-256, first 128 bits), so that ("a", "bc") and
    ("ab", "c") differ.
    """
    if not parts:
        raise Malformed(f"an id of kind {kind} needs parts")
    digest = hashlib.sha256()
    for part in (kind, *map(str, parts)):
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(4, "big"))
        digest.update(encoded)
    return digest.hexdigest()[:32]
