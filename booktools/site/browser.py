"""Find a Chromium for the browser tests; install Debian's where that is possible."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-background-networking")
MISSING = (
    "Chromium이 없어 브라우저 시험을 할 수 없습니다. Debian과 Ubuntu에서는 "
    "'sudo apt-get install chromium'으로 설치한 뒤 다시 실행하세요."
)


def find() -> str | None:
    """Return the path of the first Chromium on PATH."""
    return next((path for path in map(shutil.which, NAMES) if path), None)


def ensure() -> int:
    """Return 0 when a Chromium is there; install it as root on Debian, else say what to do."""
    if find():
        return 0
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        print("Chromium을 설치합니다 …", flush=True)
        for arguments in (["update"], ["install", "-y", "chromium"]):
            subprocess.run(["apt-get", "-qq", *arguments], check=False, stdout=subprocess.DEVNULL)
    if find():
        return 0
    print(MISSING, file=sys.stderr)
    return 1
