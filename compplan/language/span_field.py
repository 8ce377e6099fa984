"""The field of a tree, or of a typed plan, that says where it is written."""

from __future__ import annotations

from dataclasses import field

from compplan.diagnostics import Span


def span_field() -> Span:
    """A field for a place in the text; two things that say the same are equal wherever they stand, and are shown without it."""
    return field(compare=False, repr=False)  # type: ignore[no-any-return]
