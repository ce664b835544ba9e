"""The catalogues `models.toml` and `media.toml`: what there is, and exactly which bytes it is.

    [[model]]                     [[media]]
    name = "nanodet-g-416"        name = "vtest"
    source = { kind = "npm", … }  source = { kind = "debian", … }

See docs/models.md for all fields.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Annotated, Any, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator, model_validator

from floorsight.models.conversion import Conversion
from floorsight.models.sources import Sha256, Source, Strict, Text
from floorsight.platform.errors import Malformed, NotFound

Task = Literal[
    "detector", "face-detector", "face-embedder", "plate-detector", "text-detector", "plate-reader"
]
Contract = Literal["yolo", "end-to-end", "yunet", "sface", "clp", "db", "ctc"]
CONTRACTS: dict[Task, tuple[Contract, ...]] = {
    "detector": ("yolo", "end-to-end"),
    "face-detector": ("yunet",),
    "face-embedder": ("sface",),
    "plate-detector": ("clp",),
    "text-detector": ("db",),
    "plate-reader": ("ctc",),
}
GRIDLESS: tuple[Task, ...] = ("face-embedder", "plate-reader")
GRID_PIXELS = 32  # of the coarsest grid of any detector


class Entry(Strict):
    """What every entry says of its file.

    `sha256` is that of the finished file. It can be left out where the one source file is the finished one.
    """

    name: Annotated[str, Field(pattern="^[a-z0-9][a-z0-9.-]*$")]
    version: Text
    licence: Text
    note: str = ""
    source: Source
    sha256: Sha256 = ""

    @property
    def file_name(self) -> str:
        """The finished file's name in the folder it is pulled into."""
        return self.name + PurePosixPath(self.source.files[0].path).suffix

    @property
    def converts(self) -> bool:
        """Whether the finished file is made from the source files, not one of them."""
        return False

    @model_validator(mode="after")
    def _know_the_hash(self) -> Self:
        if self.converts:
            if not self.sha256:
                raise ValueError("sha256 of the converted file is missing")
            return self
        if len(self.source.files) != 1:
            raise ValueError("without a conversion the source has exactly one file")
        found = self.source.files[0].sha256
        if self.sha256 not in ("", found):
            raise ValueError("sha256 differs from the source file's")
        object.__setattr__(self, "sha256", found)  # frozen, and complete only now
        return self


class ModelEntry(Entry):
    """A model; its file is `<name>.onnx`.

    `contract` says what the ONNX graph makes of what (docs/models.md), and suits the `task`. `input_size` is
    the side of its pictures in pixels; of a detector of faces, plates or text, which takes any, the longest
    side that pictures are given; of a plate reader the height of a line. `classes`, of a detector, are in
    the order of the model's numbers; in the file it is a list, or the name of one under `[classes]`.
    """

    task: Task
    contract: Contract
    input_size: Annotated[int, Field(gt=0)]
    classes: tuple[Text, ...] = ()
    convert: Conversion | None = None

    @model_validator(mode="after")
    def _suit_the_task(self) -> Self:
        if self.contract not in CONTRACTS[self.task]:
            known = " or ".join(CONTRACTS[self.task])
            raise ValueError(f"a {self.task}'s contract is {known}, not {self.contract}")
        if (self.task == "detector") != bool(self.classes):
            raise ValueError("a detector has classes, and nothing else has")
        return self

    @field_validator("input_size")
    @classmethod
    def _fit_the_grids(cls, value: int, info: ValidationInfo) -> int:
        if info.data.get("task") not in GRIDLESS and value % GRID_PIXELS:
            raise ValueError(f"should be a multiple of {GRID_PIXELS}")
        return value

    @field_validator("classes", mode="before")
    @classmethod
    def _find_classes(cls, value: Any, info: ValidationInfo) -> Any:
        lists = (info.context or {}).get("classes", {})
        if isinstance(value, str) and value not in lists:
            raise ValueError(f"there is no list {value!r} under [classes]")
        return lists[value] if isinstance(value, str) else value

    @property
    def converts(self) -> bool:
        return self.convert is not None

    @property
    def file_name(self) -> str:
        return f"{self.name}.onnx"


def check_task(entry: ModelEntry, task: Task) -> ModelEntry:
    """The entry, if it is for that task. Raises Malformed: `wrong_model`."""
    if entry.task != task:
        raise Malformed(f"{entry.name} is a {entry.task}, not a {task}", code="wrong_model")
    return entry


class MediaEntry(Entry):
    """A sample video or picture; its file is `<name>` with the source file's suffix."""


EntryType = TypeVar("EntryType", bound=Entry)


@dataclass(frozen=True)
class Catalogue(Generic[EntryType]):
    """The entries of one file, in its order."""

    path: Path
    entries: tuple[EntryType, ...]

    def entry(self, name: str) -> EntryType:
        """The entry of that name.

        Raises:
            NotFound: there is none; the names that there are, are named.
        """
        for entry in self.entries:
            if entry.name == name:
                return entry
        known = ", ".join(entry.name for entry in self.entries) or "nothing"
        raise NotFound(
            f"{self.path.name} has no {name!r}; it has {known}", code="unknown_entry", field="name"
        )


def load_catalogue(path: Path) -> Catalogue[ModelEntry]:
    """Read a catalogue of models.

    Raises:
        NotFound: there is no such file. Malformed: it has mistakes; all of them are named.
    """
    return Catalogue(path, _read(path, _ModelFile).model)


def load_entry(path: Path, name: str, task: Task) -> ModelEntry:
    """The entry of a catalogue that is for that task; raises as `load_catalogue` and `check_task` do, and
    NotFound (`unknown_entry`)."""
    return check_task(load_catalogue(path).entry(name), task)


def load_media_catalogue(path: Path) -> Catalogue[MediaEntry]:
    """Read a catalogue of sample media; raises as `load_catalogue` does."""
    return Catalogue(path, _read(path, _MediaFile).media)


def _refuse_twins(entries: tuple[EntryType, ...]) -> tuple[EntryType, ...]:
    twins = [name for name, count in Counter(entry.name for entry in entries).items() if count > 1]
    if twins:
        raise ValueError(f"more than one entry is named {', '.join(twins)}")
    return entries


class _ModelFile(Strict):
    classes: dict[str, tuple[Text, ...]] = Field(default_factory=dict)
    model: Annotated[tuple[ModelEntry, ...], AfterValidator(_refuse_twins)] = ()


class _MediaFile(Strict):
    media: Annotated[tuple[MediaEntry, ...], AfterValidator(_refuse_twins)] = ()


FileType = TypeVar("FileType", _ModelFile, _MediaFile)


def _read(path: Path, file_type: type[FileType]) -> FileType:
    content = _read_toml(path)
    context = {"folder": path.parent, "classes": content.get("classes", {})}
    try:
        return file_type.model_validate(content, context=context)
    except ValidationError as error:
        faults = "; ".join(f"{_name_place(fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise Malformed(f"{path.name}: {faults}", code="bad_catalogue") from error


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        raise NotFound(f"there is no catalogue at {path}", code="no_catalogue") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Malformed(f"{path.name} is not valid TOML: {error}", code="bad_catalogue") from error


def _name_place(location: tuple[int | str, ...]) -> str:
    """`("model", 0, "source")` as `model 1.source`, counted as people count."""
    return "".join(f" {part + 1}" if isinstance(part, int) else f".{part}" for part in location).lstrip(".")
