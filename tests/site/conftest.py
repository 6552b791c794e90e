from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from booktools.site.browser import FLAGS, MISSING, find


@pytest.fixture(scope="session")
def browser():
    path = find()
    if path is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
