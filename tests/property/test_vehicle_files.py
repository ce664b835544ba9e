"""What is exported can be imported again: any lists come back as they were, whatever their texts are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from floorsight.sites.fields import MAX_NAME_LENGTH
from floorsight.vehicles.lists.csv_rows import COLUMNS, write_cells
from floorsight.vehicles.lists.model import Entry
from floorsight.vehicles.model import ListName
from functions.query_api.csv_files import write_csv
from tests.fakes.clock import NOON
from tests.fakes.register import Register
from tests.fakes.scene import SITE

BERLIN = ZoneInfo("Europe/Berlin")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
PLATES = st.from_regex(r"[A-Z0-9]{2,12}", fullmatch=True)
# With what spreadsheets take for formulas, separators, quotes and line breaks of all kinds.
LETTERS = st.one_of(st.sampled_from("=+-@',;\"\t' aé\U0001f69a"), st.characters(codec="utf-8"))
TEXTS = (
    st.text(LETTERS, min_size=1, max_size=MAX_NAME_LENGTH)
    .map(str.strip)
    .filter(lambda text: text and text.isprintable())
)
MOMENTS = st.builds(lambda seconds, micros: BEGIN + timedelta(seconds=seconds, microseconds=micros),
                    st.integers(0, 10**8), st.integers(0, 999_999))  # fmt: skip


@st.composite
def rows(draw: st.DrawFn) -> tuple[ListName, str, dict[str, object]]:
    """A list, a plate, and what may be said of it there."""
    list_name = draw(st.sampled_from(ListName))
    start = draw(st.none() | MOMENTS)
    end = draw(st.none() | MOMENTS)
    if list_name is ListName.VISITOR:
        end = end or BEGIN + timedelta(days=5000)
    if start and end and end <= start:
        end = start + timedelta(microseconds=1)
    if end and not start and end <= NOON:  # it would be over before it was listed
        start = end - timedelta(microseconds=1)
    fields: dict[str, object] = {"valid_from": start, "valid_until": end, "note": draw(st.none() | TEXTS)}
    if list_name is ListName.BLOCKED:
        fields["reason"] = draw(TEXTS)
    if list_name is ListName.VISITOR:
        fields |= {"host": draw(TEXTS), "max_visits": draw(st.none() | st.integers(1, 1000))}
    return list_name, draw(PLATES), fields


def export(register: Register) -> str:
    return write_csv(COLUMNS, (write_cells(entry.vehicle, BERLIN) for entry in register.listed()))


def says(entries: list[Entry]) -> list[dict[str, object]]:
    """What a list says of its vehicles, without who wrote it and when."""
    ours = ("created_at", "created_by", "revision")
    return [{k: v for k, v in vars(each.vehicle).items() if k not in ours} for each in entries]


@settings(max_examples=150, deadline=None)
@given(st.lists(rows(), min_size=1, max_size=8))
def test_an_export_imported_elsewhere_is_the_same_lists(
    wanted: list[tuple[ListName, str, dict[str, object]]],
) -> None:
    here, there = Register(), Register()
    for list_name, plate, fields in wanted:
        listed = {(e.vehicle.list_name, e.vehicle.plate): e.vehicle for e in here.listed()}
        if (list_name, plate) not in listed:
            here.add(list_name, plate, **fields)
    text = export(here)
    there.imports_on(there.registry).import_file(SITE, text.encode(), by="olga")
    assert says(there.listed()) == says(here.listed())
    assert export(there) == text
    # And here it changes nothing.
    again = here.imports_on(here.registry).import_file(SITE, text.encode(), by="olga")
    assert (again.new, again.changed, again.repeated) == (0, 0, 0)
