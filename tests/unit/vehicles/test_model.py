"""What an entry of a vehicle list may say."""

from __future__ import annotations

from typing import Any

import pytest

from floorsight.platform.errors import Malformed
from floorsight.vehicles.model import MAX_VISITS, ListName
from tests.fakes.listings import DAY, MOMENT, NOW, allowed, blocked, listing, visitor


@pytest.mark.parametrize(
    ("list_name", "wrong", "code", "field"),
    [
        (ListName.BLOCKED, {"reason": None}, "reason_missing", "reason"),
        (ListName.BLOCKED, {"host": "Asha"}, "field_of_other_list", "host"),
        (ListName.ALLOWED, {"reason": "stolen"}, "field_of_other_list", "reason"),
        (ListName.ALLOWED, {"max_visits": 1}, "field_of_other_list", "max_visits"),
        (ListName.VISITOR, {"host": None}, "visitor_incomplete", "host"),
        (ListName.VISITOR, {"valid_until": None}, "visitor_incomplete", "valid_until"),
        (ListName.VISITOR, {"max_visits": 0}, "out_of_range", "max_visits"),
        (ListName.VISITOR, {"max_visits": MAX_VISITS + 1}, "out_of_range", "max_visits"),
        (ListName.ALLOWED, {"valid_from": NOW, "valid_until": NOW}, "never_valid", "valid_until"),
        (ListName.ALLOWED, {"note": " "}, "bad_text", "note"),
        (ListName.ALLOWED, {"site_id": "Plant 1"}, "bad_identifier", "site_id"),
    ],
)
def test_what_makes_no_sense_is_refused(
    list_name: ListName, wrong: dict[str, Any], code: str, field: str
) -> None:
    with pytest.raises(Malformed) as refused:
        listing("MH12AB1234", list_name, **wrong)
    assert (refused.value.code, refused.value.field) == (code, field)


def test_what_makes_sense_is_taken() -> None:
    assert allowed("MH12AB1234", valid_from=NOW, valid_until=NOW + MOMENT, note="forklift").vehicle.note
    assert visitor("MH12AB1234", max_visits=MAX_VISITS).vehicle.max_visits == MAX_VISITS
    assert blocked("MH12AB1234", valid_until=NOW + DAY).vehicle.reason == "stolen"
