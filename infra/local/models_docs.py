"""Makes the table in docs/models.md from the catalogues; a test checks that it is up to date."""

from __future__ import annotations

from floorsight.models.catalogue import Entry, ModelEntry, load_catalogue, load_media_catalogue
from floorsight.models.sources import FileSource, HttpsSource, S3Source, Source
from infra.local.models_cli import MEDIA_CATALOGUE, MODELS_CATALOGUE
from infra.paths import REPOSITORY

DOCUMENT = REPOSITORY / "docs" / "models.md"
BEGIN, END = "<!-- made by infra/local/models_docs.py -->\n", "<!-- end -->\n"
HEADINGS = ("Name", "Task", "Source", "Version", "Licence", "Contract", "SHA-256")


def render_document(text: str) -> str:
    """`text` with what lies between the two marks made anew."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{render_table()}{END}{after}"


def render_table() -> str:
    """Both catalogues as one Markdown table."""
    models, media = load_catalogue(MODELS_CATALOGUE), load_media_catalogue(MEDIA_CATALOGUE)
    rows = [_describe(entry) for entry in (*models.entries, *media.entries)]
    lines = [HEADINGS, ("---",) * len(HEADINGS), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def _describe(entry: Entry) -> tuple[str, ...]:
    model = entry if isinstance(entry, ModelEntry) else None
    return (
        f"`{entry.name}`",
        model.task if model else "sample media",
        _describe_source(entry.source) + (", converted" if entry.converts else ""),
        entry.version,
        entry.licence,
        f"{model.contract}, {model.input_size}" if model else "",
        f"`{entry.sha256[:12]}`",
    )


def _describe_source(source: Source) -> str:
    if isinstance(source, HttpsSource | S3Source | FileSource):
        return f"{source.kind} `{source.files[0].path}`"
    return f"{source.kind} `{source.package}`"


def main() -> None:
    """Write the document."""
    DOCUMENT.write_text(render_document(DOCUMENT.read_text()))


if __name__ == "__main__":
    main()
