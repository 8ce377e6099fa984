"""A headless Chromium that opens a page, where there is one: spoken to through two pipes, in the DevTools protocol."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
HOW_TO_HAVE_IT = "no Chromium here; on Debian: apt-get install chromium"
PATIENCE = 60.0
_FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--disable-extensions", "--disable-dev-shm-usage", "--hide-scrollbars", "--remote-debugging-pipe",
)  # fmt: skip


def chromium() -> str | None:
    """The path of the program; None where there is none."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@dataclass
class Page:
    """An open page: `requests` are the addresses that it asked for, `complaints` what it wrote to the console or broke."""

    process: subprocess.Popen[bytes]
    write: int
    read: int
    session: str = ""
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    loaded: bool = False
    _asked: int = 0
    _rest: bytes = b""

    def call(self, method: str, **params: Any) -> dict[str, Any]:  # noqa: ANN401 - whatever the method takes
        """The result of a method of the protocol."""
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": params, **({"sessionId": self.session} if self.session else {})}
        os.write(self.write, json.dumps(message).encode() + b"\0")
        while (answer := self._next())["id" if "id" in answer else "method"] != self._asked:
            self._heard(answer)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']}")
        result: dict[str, Any] = answer["result"]
        return result

    def open(self, file: Path) -> None:
        """Opens a file and waits until it is there."""
        self.loaded = False
        self.call("Page.navigate", url=file.resolve().as_uri())
        while not self.loaded:
            self._heard(self._next())

    def value(self, script: str) -> Any:  # noqa: ANN401 - whatever the script gives
        """What an expression of JavaScript gives on the page."""
        found = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in found:
            raise RuntimeError(str(found["exceptionDetails"]))
        return found["result"].get("value")

    def press(self, key: str, code: str = "") -> None:
        """Presses a key and lets it go."""
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key, code=code or key, text="" if len(key) > 1 else key)

    def point_at(self, x: float, y: float, *, click: bool = False) -> None:
        """Moves the pointer there, in pixels of the window; and clicks."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        for kind in ("mousePressed", "mouseReleased") if click else ():
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", clickCount=1)

    def _heard(self, event: dict[str, Any]) -> None:
        params = event.get("params", {})
        match event.get("method"):
            case "Page.loadEventFired":
                self.loaded = True
            case "Network.requestWillBeSent":
                self.requests.append(params["request"]["url"])
            case "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" | "Log.entryAdded":
                self.complaints.append(json.dumps(params))

    def _next(self) -> dict[str, Any]:
        until = time.monotonic() + PATIENCE
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self.read], [], [], max(0.0, until - time.monotonic()))
            more = os.read(self.read, 1 << 20) if ready else b""
            if not more:
                raise TimeoutError("the browser does not answer")
            self._rest += more
        message, self._rest = self._rest.split(b"\0", 1)
        answer: dict[str, Any] = json.loads(message)
        return answer


@contextmanager
def opened_page(program: str, *, width: int = 1400, height: int = 1000) -> Iterator[Page]:
    """An empty page of this size in a new browser, which is ended afterwards."""
    ours_read, theirs_write = os.pipe()
    theirs_read, ours_write = os.pipe()
    with tempfile.TemporaryDirectory(prefix="chromium-", ignore_cleanup_errors=True) as profile:
        process = _started(program, theirs_read, theirs_write, profile)
        for end in (theirs_read, theirs_write):
            os.close(end)
        try:
            page = Page(process, ours_write, ours_read)
            target = page.call("Target.createTarget", url="about:blank")["targetId"]
            page.session = page.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
            for part in ("Page", "Runtime", "Network", "Log"):
                page.call(f"{part}.enable")
            page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
            yield page
        finally:
            process.kill()
            process.wait()
            for end in (ours_read, ours_write):
                with suppress(OSError):
                    os.close(end)


def _started(program: str, read: int, write: int, profile: str) -> subprocess.Popen[bytes]:
    """The browser, which reads from its descriptor 3 and writes to 4."""
    command = ["bash", "-c", f'exec "$@" 3<&{read} 4>&{write}', "browser", program, *_FLAGS, f"--user-data-dir={profile}"]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, pass_fds=(read, write), stdin=quiet, stdout=quiet, stderr=quiet)
