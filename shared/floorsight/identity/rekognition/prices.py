"""What Amazon Rekognition charges for.

List price of us-east-1 for the first million images a month, without free tier: Amazon Rekognition pricing,
"Image analysis", group 1 (IndexFaces and SearchFacesByImage among others), as it was in 2026. Other regions
and tiers differ: what is counted here is an estimate that is never lower than the bill of that region.

Taken as charged is every image that AWS answered about, errors about the image itself included, and every
call that it may have answered: a time-out while reading, an error of the service. Taken as free is what was
refused before any picture was looked at: throttling, missing rights, a collection that is not there, a
connection that never stood. ListFaces, DeleteFaces and CreateCollection look at no picture and are free.
"""

from __future__ import annotations

MICRO_USD_PER_IMAGE = 1_000
MICRO_USD_PER_USD = 1_000_000
# A face that is kept, by the month (the same page, "Face metadata storage").
MICRO_USD_PER_FACE_MONTH = 10
FREE = 0


def estimate_monthly_usd(questions_a_day: float, calls_a_question: float = 1.0, faces: int = 0) -> float:
    """What so many questions a day and so many enrolled faces cost in a month of 30 days, in US dollars."""
    searches = questions_a_day * calls_a_question * 30 * MICRO_USD_PER_IMAGE
    return (searches + faces * MICRO_USD_PER_FACE_MONTH) / MICRO_USD_PER_USD
