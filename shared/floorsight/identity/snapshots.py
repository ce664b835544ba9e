"""Where faces' pictures are kept: an employee's all under one prefix, so that erasing them misses none.

Beside the crossings' pictures of the site; an id of a camera begins with no underscore.
"""

from __future__ import annotations

from floorsight.identity.model import Track

PICTURE_TYPE = "image/jpeg"


def site_prefix(site_id: str) -> str:
    """What the keys of all pictures of a site begin with, those of crossings too."""
    return f"snapshots/{site_id}/"


def employee_prefix(site_id: str, employee_id: str) -> str:
    """What the keys of all pictures begin with that were taken of an employee."""
    return f"{site_prefix(site_id)}_people/{employee_id}/"


def employee_key(track: Track, employee_id: str) -> str:
    """The picture of a track that is an employee."""
    prefix = employee_prefix(track.site_id, employee_id)
    return f"{prefix}{track.camera_id}/{track.stream_session}/{track.track_id}.jpg"


def unknown_prefix(site_id: str) -> str:
    """What the keys of all pictures of people begin with who are not known."""
    return f"{site_prefix(site_id)}_unknown/"


def review_key(site_id: str, review_id: str) -> str:
    """The picture of somebody who is not known."""
    return f"{unknown_prefix(site_id)}{review_id}.jpg"
