"""The pages that are made from code: `python -m infra.docs write`, or `check` to compare.

docs/events.md from the event classes, docs/tables.md from the item types of every store, docs/openapi.json
from the API's routes.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import floorsight
from floorsight.events.catalogue import EVENTS
from floorsight.events.envelope import Event
from floorsight.platform.bus import SOURCE
from floorsight.platform.items import ItemType, TableName
from functions.analyse_image.app import create_app as create_image_app
from functions.gateway.application import describe_api
from functions.query_api.app import create_app
from functions.query_api.console import Console
from infra.paths import REPOSITORY

DOCS = REPOSITORY / "docs"
MADE = "<!-- Made from the code by `python -m infra.docs write`. -->"


# No items of ours: what the Kinesis Client Library writes, and how to tell one table from another.
LEASE_TABLES = [
    "",
    "## Tables of the fleet",
    "",
    "The Kinesis Client Library keeps three tables of its own, `{application}` being "
    "`floorsight-{stage}-workers` (ADR 0043). Nothing of ours reads or writes them.",
    "",
    "| table | key | holds |",
    "|---|---|---|",
    "| `{application}` | `leaseKey` (a shard); index `LeaseOwnerToLeaseKeyIndex`: `leaseOwner`, `leaseKey` | "
    "whose each shard is, and up to which sequence number it is settled |",
    "| `{application}-WorkerMetricStats` | `wid` (a worker) | the workers' reports on themselves |",
    "| `{application}-CoordinatorState` | `key` | who leads, and the version of KCL that all are at |",
]


def make_pages() -> dict[str, str]:
    """The text of every page by its name in docs/."""
    return {
        "events.md": render_events(EVENTS),
        "tables.md": render_tables(find_item_types()),
        "openapi.json": render_openapi(),
    }


def find_item_types() -> list[ItemType]:
    """What the `store` modules of all rooms declare as their ITEM_TYPES."""
    return [item for store in find_stores() for item in getattr(store, "ITEM_TYPES", ())]


def find_stores() -> list[ModuleType]:
    """The `store` module of every room that has one."""
    found = pkgutil.walk_packages(floorsight.__path__, "floorsight.")
    names = sorted(module.name for module in found if module.name.endswith(".store"))
    return [importlib.import_module(name) for name in names]


def render_openapi() -> str:
    """The API's OpenAPI document."""
    apps = create_app(_no_services, Console(REPOSITORY / "console" / "dist")), create_image_app(_no_services)
    return json.dumps(describe_api(*apps), indent=2, ensure_ascii=False) + "\n"


def _no_services() -> Any:
    raise AssertionError("describing the API calls no route")


def render_events(events: Iterable[type[Event]]) -> str:
    """One section an event: its fields beyond the envelope's, which are listed once."""
    lines = [
        "# Events",
        "",
        MADE,
        "",
        f"Events go over the bus with the source `{SOURCE}`, the detail type of their class and the fields "
        "below as detail. They are facts: frozen, with ids that follow from what happened, so that the same "
        "fact published twice has the same `event_id`. Unknown fields are refused when publishing and "
        "ignored when reading; an incompatible change is a new version beside the old.",
        "",
        "## The envelope",
        "",
        "Every event has these fields.",
        "",
        *_field_table(Event, without=()),
    ]
    for event in events:
        lines += ["", f"## {event.detail_type()}", "", _paragraph(event.__doc__), ""]
        lines += _field_table(event, without=Event.model_fields)
    return "\n".join(lines) + "\n"


def _field_table(event: type[Event], without: Iterable[str]) -> Iterator[str]:
    schema = event.model_json_schema()
    yield "| field | type | meaning |"
    yield "|---|---|---|"
    for name, field in schema["properties"].items():
        if name not in set(without):
            meaning = field.get("description", "")
            optional = "" if name in schema["required"] else " (optional)"
            yield f"| `{name}` | {_type_text(field, schema.get('$defs', {}))}{optional} | {meaning} |"


def _type_text(field: dict[str, Any], definitions: dict[str, Any]) -> str:
    """A JSON schema's type in a few words."""
    if "$ref" in field:
        return _type_text(definitions[field["$ref"].rpartition("/")[2]], definitions)
    if "enum" in field:
        return " or ".join(f"`{value}`" for value in field["enum"])
    if "anyOf" in field:
        return " or ".join(_type_text(option, definitions) for option in field["anyOf"])
    if "prefixItems" in field:
        return f"[{', '.join(_type_text(entry, definitions) for entry in field['prefixItems'])}]"
    if field["type"] == "array":
        return f"list of {_type_text(field['items'], definitions)}"
    kind = "time" if field.get("format") == "date-time" else str(field["type"])
    return kind + _bounds_text(field)


def _bounds_text(field: dict[str, Any]) -> str:
    match field:
        case {"minimum": low, "maximum": high}:
            return f" {low:g} to {high:g}"
        case {"minimum": low}:
            return f" from {low:g}"
    return ""


def render_tables(item_types: Iterable[ItemType]) -> str:
    """One section a table: every item with its keys, writers, readers and retention."""
    lines = [
        "# Tables",
        "",
        MADE,
        "",
        "Every item has `PK`, `SK`, `type` and `v` (the version of its layout); some have `GSI1PK` and "
        "`GSI1SK`, the keys of the index GSI1. An item with `expires_at` (epoch seconds) is deleted by "
        "DynamoDB some time after it; readers compare it themselves.",
    ]
    known = list(item_types)
    for table in TableName:
        items = [item for item in known if item.table is table]
        lines += ["", f"## {table.value}"]
        lines += [line for item in items for line in _item_lines(item)]
    return "\n".join(lines + LEASE_TABLES) + "\n"


def _item_lines(item: ItemType) -> list[str]:
    rows = {
        "PK": f"`{item.pk}`",
        "SK": f"`{item.sk}`",
        "GSI1PK": f"`{item.gsi1pk}`" if item.gsi1pk else "",
        "GSI1SK": f"`{item.gsi1sk}`" if item.gsi1sk else "",
        "written by": ", ".join(item.writers),
        "read by": ", ".join(item.readers),
        "retention": item.retention,
    }
    return [
        "",
        f"### {item.name} (version {item.version})",
        "",
        _paragraph(item.purpose),
        "",
        "| | |",
        "|---|---|",
        *(f"| {name} | {value} |" for name, value in rows.items() if value),
    ]


def _paragraph(text: str | None) -> str:
    return " ".join((text or "").split())


def find_stale(folder: Path) -> list[str]:
    """The pages in `folder` that differ from what the code says."""
    return [
        name
        for name, text in make_pages().items()
        if not (folder / name).exists() or (folder / name).read_text() != text
    ]


def main(arguments: list[str] | None = None) -> int:
    """Exit status 1 when `check` finds a page that is out of date."""
    parser = argparse.ArgumentParser(prog="python -m infra.docs", description=__doc__)
    parser.add_argument("action", choices=["write", "check"])
    if parser.parse_args(arguments).action == "write":
        for name, text in make_pages().items():
            (DOCS / name).write_text(text)
        return 0
    stale = find_stale(DOCS)
    for name in stale:
        sys.stderr.write(f"docs/{name} is not what the code says: run `python -m infra.docs write`\n")
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
