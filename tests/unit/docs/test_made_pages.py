"""The pages in docs/ that are made from code say what the code says."""

from __future__ import annotations

from pathlib import Path

import pytest

from floorsight.events.catalogue import EVENTS
from floorsight.platform.items import ItemType
from infra import docs


@pytest.mark.parametrize("name", ["events.md", "tables.md", "openapi.json"])
def test_a_page_is_up_to_date(name: str) -> None:
    made = docs.make_pages()[name]
    assert (docs.DOCS / name).read_text() == made, "run `python -m infra.docs write`"


def test_every_item_type_of_every_store_is_documented() -> None:
    declared = {
        item.name: item
        for store in docs.find_stores()
        for item in vars(store).values()
        if isinstance(item, ItemType)
    }
    assert set(declared.values()) == set(docs.find_item_types())
    page = docs.make_pages()["tables.md"]
    assert all(f"### {name} " in page for name in declared)


def test_every_event_and_its_fields_are_documented() -> None:
    page = docs.make_pages()["events.md"]
    for event in EVENTS:
        assert f"## {event.detail_type()}\n" in page
        assert all(f"| `{field}` |" in page for field in event.model_fields)


def test_a_stale_or_missing_page_is_found(tmp_path: Path) -> None:
    for name, text in docs.make_pages().items():
        (tmp_path / name).write_text(text)
    assert docs.find_stale(tmp_path) == []
    (tmp_path / "events.md").write_text("old")
    (tmp_path / "tables.md").unlink()
    assert docs.find_stale(tmp_path) == ["events.md", "tables.md"]


def test_item_keys_do_not_meet() -> None:
    """Two kinds of item with the same key templates would overwrite each other."""
    places = [(item.table, item.pk, item.sk) for item in docs.find_item_types()]
    assert len(set(places)) == len(places)


def test_check_answers_by_exit_status(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(docs, "DOCS", tmp_path)
    assert docs.main(["check"]) == 1
    assert "python -m infra.docs write" in capsys.readouterr().err
    assert docs.main(["write"]) == 0
    assert docs.main(["check"]) == 0
