"""What each function weighs and how long its import takes.

    python -m benchmarks.functions

The zips and layers are those that CDK makes: of the stage `dev` for their sizes (what AWS runs), of the stage
`local` for the import (what this machine can run). A handler is imported in a fresh process that sees the
standard library, that function's asset and its layers, and nothing else; boto3 is therefore excluded, as the
clients import it when the first one is made. On Lambda no bytecode can be written, so that each cold start
compiles what it imports: `import` is measured like that, `with bytecode` with everything compiled before.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aws_cdk import App
from rich.console import Console
from rich.table import Table

from infra.app import build_app
from infra.paths import REPOSITORY
from infra.settings import read_settings

RUNS = 5
HEAVIEST = 8
BEGIN = "--- the interpreter is up"


@dataclass(frozen=True)
class Package:
    """A function as it is deployed: its handler, its unpacked zip, and its layers' folders by name."""

    name: str
    handler: str
    folder: Path
    layers: dict[str, Path]


@dataclass(frozen=True)
class ImportTime:
    """One import of a handler: in all, and by top-level package (each module's own time), in milliseconds."""

    total_ms: float
    by_package_ms: dict[str, float]


def list_packages(stage: str, folder: Path) -> list[Package]:
    """The functions of a stage, from its synthesised templates."""
    flags = json.loads((REPOSITORY / "cdk.json").read_text())["context"]
    context = {**flags, "stage": stage, "aws:cdk:enable-asset-metadata": True}
    app = App(outdir=str(folder), context=context, analytics_reporting=False)
    build_app(app, read_settings(app.node.try_get_context))
    app.synth()
    templates = [json.loads(file.read_text())["Resources"] for file in sorted(folder.glob("*.template.json"))]
    return [
        _package(resource, resources, folder)
        for resources in templates
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::Function"
        and resource["Properties"].get("Handler", "").startswith("functions.")
        # What it needs besides lies in its image, or in the emulator's environment: no zip to weigh.
        and ".analyse_image." not in resource["Properties"]["Handler"]
    ]


def _package(resource: dict[str, Any], resources: dict[str, Any], folder: Path) -> Package:
    handler = resource["Properties"]["Handler"].removesuffix(".handler")
    layers = {layer["Ref"]: resources[layer["Ref"]] for layer in resource["Properties"]["Layers"]}
    return Package(
        name=handler.split(".")[1],
        handler=handler,
        folder=_asset_folder(resource, folder),
        layers={
            reference.partition("Layer")[0].lower(): _asset_folder(layer, folder)
            for reference, layer in layers.items()
        },
    )


def _asset_folder(resource: dict[str, Any], folder: Path) -> Path:
    return folder / str(resource["Metadata"]["aws:asset:path"])


def files_of(folder: Path) -> list[Path]:
    return [file for file in sorted(folder.rglob("*")) if file.is_file()]


def bytes_of(files: Iterable[Path]) -> int:
    return sum(file.stat().st_size for file in files)


def zip_bytes(folder: Path) -> int:
    """Size of the folder as a zip."""
    with tempfile.TemporaryFile() as sink:
        with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files_of(folder):
                archive.write(file, file.relative_to(folder))
        return sink.tell()


def measure_imports(package: Package, *, bytecode: bool) -> list[ImportTime]:
    """Import the handler in a fresh process, `RUNS` times, after once to warm the file cache."""
    with tempfile.TemporaryDirectory(prefix="floorsight-bytecode-") as cache:
        # -B: reads the bytecode that lies there (the standard library's, as on Lambda) and writes none.
        options = ["-X", f"pycache_prefix={cache}"] if bytecode else ["-B"]
        return [_import_once(package, options) for _ in range(RUNS + 1)][1:]


def _import_once(package: Package, options: list[str]) -> ImportTime:
    path = [str(package.folder), *(str(folder / "python") for folder in package.layers.values())]
    begin = f"import sys; sys.path[:0] = {path!r}; print({BEGIN!r}, file=sys.stderr)"
    code = f"{begin}; import {package.handler}"
    answer = subprocess.run(
        # No site-packages (-S), no environment and no working folder on the path (-I).
        [sys.executable, "-I", "-S", *options, "-X", "importtime", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ["PATH"]},
    )
    return read_import_time(answer.stderr.partition(BEGIN)[2], package.handler)


def read_import_time(report: str, handler: str) -> ImportTime:
    """From lines `import time: own time [us] | cumulative | module`, each after those of what it imports."""
    by_package: Counter[str] = Counter()
    total_us = 0
    for line in report.split("import time:")[1:]:
        own, cumulative, module = map(str.strip, line.split("|"))
        by_package[module.partition(".")[0]] += int(own)
        # The packages around the handler come before it, each with a line of its own.
        if f"{handler}.".startswith(f"{module}."):
            total_us += int(cumulative)
    return ImportTime(total_us / 1000, {name: us / 1000 for name, us in by_package.items()})


def heaviest(runs: list[ImportTime]) -> list[tuple[str, float]]:
    """The packages whose own modules take longest, by the median of the runs."""
    names = {name for run in runs for name in run.by_package_ms}
    medians = {name: statistics.median(run.by_package_ms.get(name, 0.0) for run in runs) for name in names}
    return sorted(medians.items(), key=lambda entry: entry[1], reverse=True)[:HEAVIEST]


def describe_sizes(packages: list[Package]) -> Table:
    table = Table("function", "zip", "unzipped", "files", "layers, unzipped", title="Sizes (stage dev)")
    for package in packages:
        files = files_of(package.folder)
        layers = (
            f"{name} {bytes_of(files_of(folder)):,} bytes, {len(files_of(folder))} files"
            for name, folder in package.layers.items()
        )
        table.add_row(
            package.name,
            f"{zip_bytes(package.folder):,} bytes",
            f"{bytes_of(files):,} bytes",
            str(len(files)),
            "\n".join(layers),
        )
    return table


def describe_imports(packages: list[Package]) -> Table:
    table = Table(
        "function",
        "import",
        "with bytecode",
        f"{HEAVIEST} heaviest, own time compiling",
        title=f"Import of the handler, median of {RUNS}",
    )
    for package in packages:
        compiling, compiled = (measure_imports(package, bytecode=bytecode) for bytecode in (False, True))
        table.add_row(
            package.name,
            *(f"{statistics.median(run.total_ms for run in runs):.0f} ms" for runs in (compiling, compiled)),
            ", ".join(f"{name} {ms:.0f} ms" for name, ms in heaviest(compiling)),
        )
    return table


def main() -> None:
    console = Console()
    scratch = Path(tempfile.mkdtemp(prefix="floorsight-functions-"))
    try:
        deployed = list_packages("dev", scratch / "dev")
        runnable = list_packages("local", scratch / "local")
        console.print(describe_sizes(deployed))
        console.print(describe_imports(runnable))
    finally:
        shutil.rmtree(scratch)


if __name__ == "__main__":
    main()
