"""SARIF 2.1.0, the interchange format that code hosts and editors take reports of checkers in."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from urllib.parse import quote

from compplan.diagnostics.model import Diagnostic, Related, Span

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render_sarif(diagnostics: Sequence[Diagnostic]) -> str:
    """One SARIF log with one run; each code is a rule, named by the title of its first diagnostic."""
    titles: dict[str, str] = {}
    for diagnostic in diagnostics:
        titles.setdefault(diagnostic.code, diagnostic.title)
    rules = {code: index for index, code in enumerate(titles)}
    driver: dict[str, object] = {"name": "compplan", **_version()}
    driver["rules"] = [{"id": code, "shortDescription": {"text": title}} for code, title in titles.items()]
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [_result(d, rules[d.code]) for d in diagnostics],
    }
    return json.dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _version() -> dict[str, str]:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return {"version": version("compplan")}
    except PackageNotFoundError:
        return {}


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, object]:
    text = diagnostic.message if diagnostic.hint is None else f"{diagnostic.message}\n{diagnostic.hint}"
    result: dict[str, object] = {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": diagnostic.severity.value,
        "message": {"text": text},
    }
    if diagnostic.span is not None:
        result["locations"] = [{"physicalLocation": _place(diagnostic.span)}]
    if diagnostic.related:
        result["relatedLocations"] = [_related(number, r) for number, r in enumerate(diagnostic.related)]
    return result


def _related(number: int, related: Related) -> dict[str, object]:
    return {"id": number, "message": {"text": related.message}, "physicalLocation": _place(related.span)}


def _place(span: Span) -> dict[str, object]:
    place: dict[str, object] = {"artifactLocation": {"uri": _uri(span.file)}}
    if span.line >= 1:
        region = {"startLine": span.line, "startColumn": max(span.column, 1)}
        if (span.end_line, span.end_column) >= (span.line, max(span.column, 1)):
            region |= {"endLine": span.end_line, "endColumn": max(span.end_column, 1)}
        place["region"] = region
    return place


def _uri(file: str) -> str:
    """The file as a URI: relative paths stay relative to where the log is read."""
    path = PurePath(file).as_posix()
    quoted = quote(path, safe="/", errors="surrogatepass")
    return f"file://{quoted}" if path.startswith("/") else quoted
