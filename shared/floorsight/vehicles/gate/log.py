"""The gates' log and visits as they are stored, newest first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from floorsight.platform.clock import to_sort_key
from floorsight.platform.items import Item
from floorsight.platform.table import Page, Table, key_names
from floorsight.vehicles.gate.changes import PLATE
from floorsight.vehicles.gate.items import ON_SITE, PASSAGE, VISIT
from floorsight.vehicles.gate.layout import read_decided, read_visit
from floorsight.vehicles.gate.model import GateDecision
from floorsight.vehicles.gate.subjects import name_text
from floorsight.vehicles.gate.visits import Visit

# Longer than it takes to be asked for: a page of something rare may have to look at many.
MAX_LOOKED_AT = 5000
_AT_ONCE = 200
_LAST = "~"  # sorts after every time

Found = TypeVar("Found")


@dataclass(frozen=True)
class PlateVisit:
    """A visit, and whose it is."""

    plate: str
    visit: Visit


@dataclass(frozen=True)
class Slice:
    """Of what begins from `since` on and before `until`, up to `limit` after an earlier page's `next_key`."""

    since: datetime | None
    until: datetime | None
    limit: int
    start_key: Item | None = None


@dataclass(frozen=True)
class GateLog:
    """Lists of a site, by the index and hence a moment late, or of one of its plates, read consistently.

    A page may be short, even empty, and yet not be the last: it ends when many were looked at. All raise
    Malformed (`bad_cursor`).
    """

    table: Table

    def list_decisions(
        self, site_id: str, plate: str | None, wanted: Slice, wants: Callable[[GateDecision], bool]
    ) -> Page[GateDecision]:
        if plate is not None:
            return self._list_of_plate(site_id, plate, wanted, wants)
        pk = str(PASSAGE.gsi1pk).format(site_id=site_id)
        return self._sift(pk, "", wanted, read_decided, wants, index=True)

    def _list_of_plate(
        self, site_id: str, plate: str, wanted: Slice, wants: Callable[[GateDecision], bool]
    ) -> Page[GateDecision]:
        """As a plate, then as a text that was none: a site that changed its formats may have both."""
        subjects = (PLATE + plate, name_text(plate))
        pks = [PASSAGE.partition(site_id=site_id, subject=subject) for subject in subjects]
        if wanted.start_key is not None and wanted.start_key.get("PK") == pks[1]:
            return self._sift(pks[1], "PASSAGE#", wanted, read_decided, wants, index=False)
        page = self._sift(pks[0], "PASSAGE#", wanted, read_decided, wants, index=False)
        if page.next_key is not None:
            return page
        rest = wanted.limit - len(page.items)
        if not rest:  # it goes on before the first of the texts, if there is one
            texts = self._query(pks[1], "PASSAGE#", wanted, 1, None, index=False)
            start = {"PK": pks[1], "SK": "PASSAGE#" + _until(wanted)} if texts.items else None
            return Page(page.items, start)
        remaining = replace(wanted, start_key=None, limit=rest)
        found = self._sift(pks[1], "PASSAGE#", remaining, read_decided, wants, index=False)
        return Page(page.items + found.items, found.next_key)

    def list_visits(
        self, site_id: str, plate: str | None, wanted: Slice, wants: Callable[[PlateVisit], bool]
    ) -> Page[PlateVisit]:
        if plate is not None:
            pk = VISIT.partition(site_id=site_id, subject=PLATE + plate)
            return self._sift(pk, "VISIT#", wanted, _read_visit, wants, index=False)
        pk = str(VISIT.gsi1pk).format(site_id=site_id)
        return self._sift(pk, "", wanted, _read_visit, wants, index=True)

    def list_on_site(
        self, site_id: str, *, limit: int | None = None, start_key: Item | None = None
    ) -> Page[PlateVisit]:
        """Visits that go on, by plate; read consistently."""
        pk = ON_SITE.partition(site_id=site_id)
        return self.table.query(pk, limit=limit, start_key=start_key).map(_read_visit)

    def _sift(
        self,
        pk: str,
        begins: str,
        wanted: Slice,
        read: Callable[[Item], Found],
        wants: Callable[[Found], bool],
        *,
        index: bool,
    ) -> Page[Found]:
        found: list[Found] = []
        looked_at, start_key, at_once = 0, wanted.start_key, wanted.limit
        while True:
            page = self._query(pk, begins, wanted, at_once, start_key, index=index)
            for number, item in enumerate(page.items, start=1):
                each = read(item)
                if wants(each):
                    found.append(each)
                if len(found) == wanted.limit:
                    is_last = number == len(page.items) and page.next_key is None
                    place = {name: item[name] for name in key_names(index=index)}
                    return Page(found, None if is_last else place)
            looked_at, start_key, at_once = looked_at + len(page.items), page.next_key, _AT_ONCE
            if start_key is None or looked_at >= MAX_LOOKED_AT:
                return Page(found, start_key)

    def _query(
        self, pk: str, begins: str, wanted: Slice, limit: int, start_key: Item | None, *, index: bool
    ) -> Page[Item]:
        """Sort keys go on after the time, which is why `since` is included and `until` is not."""
        after = to_sort_key(wanted.since) if wanted.since else ""
        return self.table.query(
            pk,
            after=begins + after,
            until=begins + _until(wanted),
            limit=limit,
            newest_first=True,
            start_key=start_key,
            index=index,
        )


def _until(wanted: Slice) -> str:
    return to_sort_key(wanted.until) if wanted.until else _LAST


def _read_visit(item: Item) -> PlateVisit:
    return PlateVisit(item["plate"], read_visit(item))
