"""Sphinx extension of the book: table of sections, Korean interface, fonts, notebooks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config

from booktools.site import api, fonts, korean, sections

HERE = Path(__file__).parent


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("section-table", sections.SectionTable)
    app.add_directive("api-reference", api.ApiReference)
    korean.install(app)
    app.connect("config-inited", add_templates)
    app.connect("builder-inited", add_static_files)
    app.connect("html-page-context", tidy_page, priority=900)
    app.connect("autodoc-process-docstring", api.separate_particles, priority=900)
    app.connect("build-finished", put_reader_notebooks)
    app.connect("build-finished", fonts.subset_for_site)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def add_templates(app: Sphinx, config: Config) -> None:
    config.templates_path.insert(0, str(HERE / "templates"))


def add_static_files(app: Sphinx) -> None:
    app.config.html_static_path.append(str(HERE / "static"))
    for name in ("fonts.css", "book.css", "figures.css"):
        app.add_css_file(name)
    app.add_js_file("book.js", loading_method="defer")


def tidy_page(
    app: Sphinx, name: str, template: str, context: dict[str, Any], doctree: object
) -> None:
    """Leave out thebe, which is off and declares its address twice, and an English label."""
    context["script_files"] = [
        script for script in context.get("script_files", []) if "thebe" not in _described(script)
    ]
    if "body" in context:
        context["body"] = context["body"].replace(' aria-label="Toggle hidden content"', "")


def _described(script: Any) -> str:
    attributes = getattr(script, "attributes", {})
    return f"{getattr(script, 'filename', script)} {attributes.get('body', '')}".lower()


def put_reader_notebooks(app: Sphinx, error: Exception | None) -> None:
    """The download button leads to `_sources`: put the notebooks for readers there."""
    if error is not None:
        return
    readers = Path(app.srcdir) / "notebooks"
    for notebook in sorted(readers.rglob("*.ipynb")):
        target = Path(app.outdir) / "_sources" / notebook.relative_to(readers)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(notebook.read_bytes())
