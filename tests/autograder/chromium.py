"""Chromium, in which tests open pages as a reader would; Playwright drives the installed browser."""

import contextlib
import os
import shutil
from importlib.util import find_spec

# the shell is the same browser without windows, and needs half the processor time
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
PATH = next(filter(None, map(shutil.which, NAMES)), None)
FLAGS = (
    *("--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    # pages of the address bar, which each window loads
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
# click every link whose scheme might run code, and give the code time to run
CLICK_STRANGE_LINKS = """() => {
    document.querySelectorAll('a').forEach(a => /^(https?|mailto|file):/.test(a.protocol) || a.click());
    return new Promise(done => setTimeout(done, 100));
}"""


def missing() -> str | None:
    """Say what to install if Chromium cannot be started; None if it can."""
    if PATH is None:
        return "needs Chromium, to open pages as a reader would: sudo apt-get install chromium (Fedora: dnf)"
    if find_spec("playwright") is None:
        return "needs Playwright, to drive Chromium: python -m pip install '.[test]'"
    return None


def violations(tab):
    """What axe-core, a checker of accessibility, finds wrong with a page: one line for each rule.

    Both colour schemes are checked; in the dark one, only the rules about colours can find something else.
    """
    from axe_playwright_python.sync_playwright import Axe

    if not tab.evaluate("'axe' in window"):
        tab.evaluate(Axe().axe_script)
    found = []
    for scheme, rules in (("dark", ["color-contrast", "link-in-text-block"]), ("light", None)):
        tab.emulate_media(color_scheme=scheme)
        options = {"resultTypes": ["violations"]} | ({"runOnly": rules} if rules else {})
        result = tab.evaluate("(options) => axe.run(document, options)", options)
        found += [
            f"{scheme}: {rule['id']} ({rule['impact']}): {rule['nodes'][0]['html']:.200}"
            for rule in result["violations"]
        ]
    return found


def wider_than_the_window(tab):
    """By how many pixels a page must be scrolled sideways."""
    return tab.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


@contextlib.contextmanager
def started():
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=60_000)  # milliseconds: no test waits so long unless it fails
    as_root = ("--no-sandbox",) if os.geteuid() == 0 else ()  # Chromium's sandbox does not work for root
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=PATH, args=[*FLAGS, *as_root])
        try:
            yield browser
        finally:
            browser.close()
