"""How the program ends before its time: asked to by the system, or with nowhere to write to."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import TextIO

_SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))


@contextmanager
def stopped_by_signals(codes: list[int]) -> Iterator[None]:
    """Inside, a request to end stops the work as Ctrl-C does, so that it is cleared away; then `codes` has the exit code.

    A second request waits until the clearing is done. Signals that whoever started us ignores stay ignored.
    """

    def stop(number: int, _: FrameType | None) -> None:
        if not codes:
            codes.append(128 + number)
            raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    taken = [number for number in _SIGNALS if signal.getsignal(number) == signal.SIG_DFL]
    for number in taken:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)


def last_word(text: str) -> None:
    """A line on the standard error, if it takes one; what the standard output does not take is given up."""
    try:
        sys.stdout.flush()
    except (OSError, ValueError):
        give_up_output()
    try:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()
    except (OSError, ValueError):
        _to_nowhere(sys.stderr)


def give_up_output() -> None:
    """From here on the standard output goes nowhere, so that nothing is complained of when the program ends."""
    _to_nowhere(sys.stdout)


def _to_nowhere(stream: TextIO) -> None:
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
