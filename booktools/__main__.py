"""`python -m booktools COMMAND`: what the Makefile calls."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from booktools.notebooks.execute import StaleNotebook, execute
from booktools.notebooks.refresh import refresh
from booktools.notebooks.source import SourceError
from booktools.notebooks.stage import NotExecuted, stage
from booktools.site.audit import THEMES
from booktools.site.browser import ensure
from booktools.site.build import build
from booktools.site.look import OUT, look


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m booktools", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("book", help="execute what changed, then build the site")
    executing = commands.add_parser("execute", help="run nbval on chapters without an execution")
    executing.add_argument("only", nargs="*", type=Path, metavar="chapter")
    staging = commands.add_parser("stage", help="lay out the folder that Jupyter Book builds")
    staging.add_argument(
        "--draft", nargs="+", type=Path, default=[], metavar="chapter",
        help="take the other chapters from their committed notebooks, without pictures",
    )  # fmt: skip
    commands.add_parser("build", help="build the site from the staged folder")
    commands.add_parser("browser", help="find or install Chromium")
    refreshing = commands.add_parser("refresh", help="write the notebooks of changed chapters")
    refreshing.add_argument("--all", action="store_true", help="execute unchanged chapters too")
    refreshing.add_argument("--text", action="store_true", help="run nothing, keep the outputs")
    refreshing.add_argument("chapters", nargs="*", type=Path)
    looking = commands.add_parser("look", help="take pictures of a built page")
    looking.add_argument("page", help="chapter .md, slug or .html")
    looking.add_argument("--width", nargs="+", type=int, default=[1280, 390])
    looking.add_argument("--theme", nargs="+", choices=THEMES, default=THEMES)
    looking.add_argument("--out", type=Path, default=OUT)
    new = commands.add_parser("new", help="start a chapter that the catalog lists")
    new.add_argument("slug")
    arguments = parser.parse_args()
    try:
        return run(arguments)
    except (NotExecuted, SourceError, StaleNotebook) as error:
        print(error, file=sys.stderr)
        return 1


def run(arguments: argparse.Namespace) -> int:
    if arguments.command == "refresh":
        return refresh(arguments.chapters, force=arguments.all, text_only=arguments.text)
    if arguments.command == "browser":
        return ensure()
    if arguments.command == "new":
        from booktools.notebooks.new import new

        return new(arguments.slug)
    if arguments.command == "look":
        return look(arguments.page, arguments.width, arguments.theme, arguments.out)
    if arguments.command == "execute":
        return execute(only=arguments.only)
    if arguments.command == "book" and (status := execute()):
        return status
    if arguments.command == "stage":
        stage(draft=arguments.draft)
    if arguments.command == "book":
        stage()
    return build() if arguments.command in ("book", "build") else 0


if __name__ == "__main__":
    sys.exit(main())
