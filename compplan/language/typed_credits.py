"""The typed plan: credits, and the measures and quotas that are made of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from compplan.diagnostics import Span
from compplan.immutable import immutable
from compplan.language.span_field import span_field
from compplan.language.typed_figures import RecordField
from compplan.language.typed_formulas import Expr
from compplan.language.units import Unit
from compplan.schema import Period


@immutable
class Recipient:
    """Who a share goes to: the person, every manager above the person, or everyone whose `group` column has the value.

    Of one person that the plan itself names, `target` is the key, a text.
    """

    how: str  # "person", "managers" or "group"
    target: Expr
    group: str | None = None


@immutable
class Give:
    """One `give` of a credit; a share of None is the rest. `child` is the kind whose rows it goes through, if any.

    With `equally` all that it reaches have the share between them: equal parts of 12 decimals, what does not divide a last digit each for
    the first by key.
    """

    share: Expr | None
    equally: bool
    recipient: Recipient
    where: Expr | None
    overlay: bool
    child: str | None
    child_reference: str | None
    span: Span = span_field()


@immutable
class Repeat:
    """A record counts `times` times: on its day, and again after each month, quarter, half or year."""

    period: Period
    times: Expr
    span: Span = span_field()


@immutable
class Credit:
    """Who is credited with which part of what.

    `source` is a kind of record or, where `from_credit`, another credit; `kind` is the record's kind in the end. `amounts` holds `credited`
    and the named amounts, each before it is shared out. `total` is what the shares that are no overlays add up to. `repeat` is how often
    each record counts; `repeated` is whether that, or the credit that it comes from, says so: then `repetition` is a field, and the day
    is the repetition's.
    """

    name: str
    source: str
    from_credit: bool
    kind: str
    where: tuple[Expr, ...]
    dated: RecordField
    amounts: Mapping[str, Expr]
    gives: tuple[Give, ...]
    total: Fraction
    has_overlay: bool
    repeat: Repeat | None
    repeated: bool
    span: Span = span_field()


@immutable
class Aggregate:
    """A sum or count of credits: `value` is None for a count of rows.

    With `different`, it is counted how many values there are, each once; an empty one is none. `overlays` is whether the plan says that
    overlays count as well.
    """

    credit: str
    value: Expr | None
    where: Expr | None
    unit: Unit
    span: Span = span_field()
    different: bool = False
    overlays: bool = False


@immutable
class Measure:
    """A formula over sums and counts of credits, for each payee, each group (a column of people) or the company."""

    name: str
    group: str | None  # a column of people, "" for the company, None for each payee
    parts: tuple[Aggregate, ...]
    formula: Expr
    unit: Unit
    span: Span = span_field()


@immutable
class Quota:
    """What a measure is held against, for each period of a kind."""

    measure: str
    period: Period
    value: Expr
    unit: Unit
    ramp: Expr | None
    """What multiplies it month by month: a ratio."""
    span: Span = span_field()
