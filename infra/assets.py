"""What a function's zip holds: its own folder and exactly the modules that it can reach.

A function's asset changes when code that it uses changes, and at no other time; so only that function
is deployed again.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import grimp

from floorsight.platform.errors import NotFound
from infra.paths import REPOSITORY

PACKAGES = {"floorsight": REPOSITORY / "shared" / "floorsight", "functions": REPOSITORY / "functions"}
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc", "py.typed")


def stage_function(name: str, target: Path, extra_folders: Mapping[str, Path] | None = None) -> Path:
    """Copy the function `functions/<name>`, the modules it reaches, and `extra_folders` into `target`.

    `extra_folders` maps a path inside the zip to a folder of this machine.

    Raises:
        NotFound: there is no such function, or an extra folder is missing.
    """
    folder = PACKAGES["functions"] / name
    if not (folder / "handler.py").is_file():
        raise NotFound(f"functions/{name}/handler.py does not exist", code="function_missing")
    for module in sorted(reached_modules(name)):
        source = module_file(module)
        destination = target / source.relative_to(PACKAGES[module.partition(".")[0]].parent)
        destination.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, destination)
    # What a function's folder holds besides modules (an OpenAPI document, a template) goes with it.
    shutil.copytree(folder, target / "functions" / name, ignore=IGNORED, dirs_exist_ok=True)
    for inside, extra in (extra_folders or {}).items():
        if not extra.is_dir():
            raise NotFound(f"{extra} does not exist; the function {name} needs it", code="asset_missing")
        shutil.copytree(extra, target / inside, ignore=IGNORED)
    return target


def reached_modules(function: str) -> set[str]:
    """The modules of `floorsight` and `functions` that the function's own modules import, however far.

    Importing `a.b.c` runs `a` and `a.b` too, so that every package on the way counts, with what it
    imports. Imports for type checkers only do not run and do not count.
    """
    graph = _import_graph()
    root = f"functions.{function}"
    waiting = {root} | graph.find_descendants(root)
    reached: set[str] = set()
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        waiting |= graph.find_modules_directly_imported_by(module)
        if "." in module:
            waiting.add(module.rpartition(".")[0])
    return reached


def module_file(module: str) -> Path:
    """The file of a module or package of this repository."""
    package, *parts = module.split(".")
    base = PACKAGES[package].joinpath(*parts)
    return base / "__init__.py" if base.is_dir() else base.with_suffix(".py")


@cache
def _import_graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, exclude_type_checking_imports=True, cache_dir=None)
