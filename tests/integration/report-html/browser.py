# SPDX-License-Identifier: MIT
"""A page of a report in headless Chromium, for the claims of this folder.

Chromium is driven by Debian's chromium-driver and python3-selenium. Its profile is in a folder of the test's own, and
it ends with the test. What it logged, and what it asked of any network, can be read afterwards.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
NEEDS = {"/usr/bin/chromium": "chromium", "/usr/bin/chromedriver": "chromium-driver"}

try:
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service
    from selenium.common.exceptions import TimeoutException
    from selenium.webdriver.common.by import By
    from selenium.webdriver.support.ui import WebDriverWait
except ImportError:
    webdriver = None


def skip_without_browser():
    missing = [package for path, package in NEEDS.items() if not os.access(path, os.X_OK)]
    if webdriver is None:
        missing.append("python3-selenium")
    if missing:
        print(f"SKIPPED: no browser to open the page with; install {' '.join(missing)}")
        sys.exit(77)


def make_report(*words):
    """The JSON text of a made-up report: make_report(30, "hostile")."""
    command = [sys.executable, HERE / "example.py", *map(str, words)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout


class Page:
    """What a user sees; `report` is the JSON that it should show."""

    def __init__(self, driver, path, report):
        self.driver = driver
        self.path = path
        self.report = report

    def load(self):
        """Opens the page and waits until it is drawn: it measures itself a frame after it was loaded."""
        self.driver.get(self.path.as_uri())
        self.driver.execute_async_script(
            "const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()))")

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def find_all(self, selector):
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def run(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def click(self, selector):
        self.run("arguments[0].scrollIntoView({block: 'center'})", self.find(selector))
        self.find(selector).click()

    def text(self, selector):
        return self.run("return document.querySelector(arguments[0]).textContent", selector)

    def texts(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.textContent)", selector)

    def values(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => e.dataset.value)", selector)

    def boxes(self, selector):
        return self.run("return [...document.querySelectorAll(arguments[0])].map((e) => {"
                        "const b = e.getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })", selector)

    def keys(self, selector, *keys):
        self.run("document.querySelector(arguments[0]).focus()", selector)
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def choose(self, label, value):
        """Chooses in the list with this label."""
        self.run("const field = [...document.querySelectorAll('label.field')]"
                 ".find((one) => one.firstChild.textContent === arguments[0]);"
                 "field.querySelector('select').value = arguments[1];"
                 "field.querySelector('select').dispatchEvent(new Event('change'))", label, value)

    def open_table(self, name):
        """Shows a table with all its rows; returns the selector of its panel."""
        self.click(f'[role="tab"][data-table="{name}"]')
        panel = "#" + self.find(f'[role="tab"][data-table="{name}"]').get_attribute("aria-controls")
        while buttons := self.find_all(f"{panel} .more button"):
            self.run("arguments[0].click()", buttons[-1])
        return panel

    def wait(self, script, expected):
        """Until a script gives what it should, which takes the browser a frame."""
        with contextlib.suppress(TimeoutException):
            WebDriverWait(self.driver, 60, 0.05).until(lambda _: self.run(script) == expected)
        found = self.run(script)
        assert found == expected, (script, found, expected)

    def errors(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses of all that was asked for, the page itself left out."""
        messages = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        sent = [message["params"] for message in messages if message["method"] == "Network.requestWillBeSent"]
        # Chromium opens a page of its own first.
        addresses = [request["request"]["url"] for request in sent if request["documentURL"] == self.path.as_uri()]
        assert self.path.as_uri() in addresses, "the log has not even the page"
        return [address for address in addresses
                if address != self.path.as_uri() and not address.startswith("data:")]


def start(folder):
    options = Options()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--window-size=1440,1000", "--force-device-scale-factor=1", f"--user-data-dir={folder}/profile"):
        options.add_argument(argument)
    options.binary_location = "/usr/bin/chromium"
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)


@contextlib.contextmanager
def opened(html, report):
    """opened(html, report): the page of this file, which shows this JSON."""
    folder = tempfile.mkdtemp(prefix="allocspan-html-")
    # Chromium and its driver leave files where TMPDIR says.
    os.environ["TMPDIR"] = folder
    driver = None
    try:
        driver = start(folder)
        # A machine under load may take its time.
        driver.set_script_timeout(120)
        page = Page(driver, pathlib.Path(html).resolve(), report)
        page.load()
        yield page
    finally:
        if driver:
            driver.quit()
        shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def page_of(report_text):
    """The page of a JSON text, filled without the command."""
    with tempfile.TemporaryDirectory(prefix="allocspan-html-") as folder:
        source = pathlib.Path(folder, "report.json")
        html = pathlib.Path(folder, "report.html")
        source.write_bytes(report_text)
        with html.open("wb") as stream:
            subprocess.run([sys.executable, HERE / "fill.py", os.environ["REPORT_PAGE"], source],
                           check=True, stdout=stream)
        with opened(html, json.loads(report_text)) as page:
            yield page
