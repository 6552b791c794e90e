"""Run nbval on the chapters that have no execution of their present code."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from booktools.notebooks.chapter import ROOT, Chapter, chapters

SANITIZE = Path(__file__).with_name("sanitize.cfg")


def execute(root: Path = ROOT) -> int:
    """Return nbval's exit status; 0 without running when nothing changed."""
    stale = [
        chapter.reference
        for chapter in (Chapter(path, root) for path in chapters(root))
        if not chapter.execution.exists()
    ]
    if not stale:
        return 0
    print("노트북을 실행합니다:", ", ".join(path.stem for path in stale), flush=True)
    return nbval(stale, root)


def nbval(notebooks: list[Path], root: Path = ROOT) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "--nbval",
               "--nbval-sanitize-with", str(SANITIZE), *map(str, notebooks)]  # fmt: skip
    return subprocess.run(command, cwd=root, check=False).returncode
