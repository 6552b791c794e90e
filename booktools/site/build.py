"""Build the staged book with Jupyter Book; any warning is an error."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
STAGE = ROOT / "_build" / "stage"
SITE = ROOT / "_build" / "html"
LOG = ROOT / "_build" / "build.log"
UNANSWERED = "ConnectionRefusedError"
CHECKERS = {"audit.py", "browser.py", "build.py", "look.py", "pages.py"}
"""Modules that look at the built site and do not shape it."""


def build() -> int:
    """Return jupyter-book's exit status; show its log only when it fails.

    The formula server's socket is there a moment before it listens, and katex does not wait:
    a build that met this moment is tried again.
    """
    forget_an_older_site()
    status = run_jupyter_book()
    if status != 0 and UNANSWERED in LOG.read_text(encoding="utf-8"):
        shutil.rmtree(ROOT / "_build" / ".doctrees", ignore_errors=True)
        status = run_jupyter_book()
    if status != 0:
        # A second run would skip the pages that warned and succeed.
        shutil.rmtree(ROOT / "_build" / ".doctrees", ignore_errors=True)
        print(LOG.read_text(encoding="utf-8"), file=sys.stderr)
        print("책을 만들지 못했습니다. 위의 경고와 오류를 고치세요.", file=sys.stderr)
    return status


def run_jupyter_book() -> int:
    """Run it in a session of its own, which ends the formula server that outlives a failed build.

    The server's socket lies in the temporary folder, so each build has one of its own.
    """
    command = [
        str(Path(sys.executable).with_name("jupyter-book")), "build", str(STAGE),
        "--path-output", str(ROOT), "-W", "-n", "--keep-going",
    ]  # fmt: skip
    LOG.parent.mkdir(exist_ok=True)
    with LOG.open("w", encoding="utf-8") as log, tempfile.TemporaryDirectory() as scratch:
        process = subprocess.Popen(
            command, stdout=log, stderr=subprocess.STDOUT, cwd=ROOT, start_new_session=True,
            env={**environment(), "TMPDIR": scratch},
        )  # fmt: skip
        status = process.wait()
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    return status


def environment() -> dict[str, str]:
    """The extension is found from the repository, node from the environment's own folder."""
    folder = str(Path(sys.executable).parent)
    home = Path(__file__).parents[2]
    path = os.pathsep.join([folder, os.environ.get("PATH", "")])
    return {**os.environ, "PATH": path, "PYTHONPATH": str(home)}


def forget_an_older_site() -> None:
    """Sphinx rebuilds only changed pages: start over when what shapes every page has changed."""
    digest = hashlib.sha256()
    shaping = [file for file in sorted((ROOT / "booktools" / "site").rglob("*")) if file.name not in CHECKERS]
    for file in (*shaping, ROOT / "_toc.yml", *sorted(ROOT.glob("lossbook/*.py"))):
        if file.is_file() and file.suffix != ".pyc":
            digest.update(file.read_bytes())
    record = ROOT / "_build" / "site-key"
    if not record.exists() or record.read_text(encoding="utf-8") != digest.hexdigest():
        shutil.rmtree(ROOT / "_build" / ".doctrees", ignore_errors=True)
        shutil.rmtree(ROOT / "_build" / "html", ignore_errors=True)
        record.write_text(digest.hexdigest(), encoding="utf-8")
