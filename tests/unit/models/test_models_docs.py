from infra.local.models_docs import DOCUMENT, render_document


def test_the_document_says_what_the_catalogues_say() -> None:
    text = DOCUMENT.read_text()
    assert text == render_document(text), "run: python -m infra.local.models_docs"
