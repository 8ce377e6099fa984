"""Typing contract costs: what is earned for a record, spread over its contract's time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from compplan.diagnostics import Related
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check import formulas
from compplan.language.check.environment import Environment
from compplan.language.check.holds import Components, kept_places
from compplan.language.check.place import Place
from compplan.language.units import DATE, NUMBER, Kind
from compplan.language.walk import every

_OF_THE_RECORD = (
    ty.Const, ty.RecordField, ty.Arith, ty.Div, ty.Neg, ty.Scale, ty.Func, ty.Shift, ty.Cmp, ty.In, ty.Within, ty.Empty, ty.NotE, ty.AndOr,
    ty.Lookup, ty.Named,
)  # fmt: skip
"""What is the same for everyone who is credited with a record, whenever that is."""


def type_costs(env: Environment, trees: Sequence[t.ContractCost], components: Components) -> tuple[ty.ContractCost, ...]:
    """The contract costs of a plan, each once for every component that it is about."""
    found: list[ty.ContractCost] = []
    for tree in trees:
        for cost in _costs(env, tree, components):
            twice = next((c for c in found if c.component == cost.component), None)
            if twice is not None:
                related = (Related(twice.span, "the other one"),)
                message = f"{cost.component} is in two contract costs, and would be an expense twice."
                env.problem("duplicate-name", message, tree.name.span, "Name it in one of them.", related)
            else:
                found.append(cost)
    return tuple(found)


def _costs(env: Environment, tree: t.ContractCost, components: Components) -> Iterator[ty.ContractCost]:
    term, expense, off = _one(env, tree, t.Term, "over"), _one(env, tree, t.Expense, "expense"), _one(env, tree, t.WriteOff, "write off")
    if term is None:
        message = f"The contract cost {tree.name.text} does not say over which time it is spread."
        env.problem("missing-sentence", message, tree.name.span, "For example: over 60 months from close_date, by months")
    for name, place in kept_places(env, tree, components):
        if not isinstance(term, t.Term):
            continue
        cost = _typed(env, tree, place, name, term, expense, off)
        if cost is None:
            return  # what is wrong was told; of the next component it would be told again
        yield cost


def _typed(
    env: Environment, tree: t.ContractCost, place: Place, name: str, term: t.Term, expense: t.CostLine | None, off: t.CostLine | None
) -> ty.ContractCost | None:
    if not term.by_days and env.calendar.pattern != "months":
        message = "The months of this calendar are weeks, and no contract runs for so many of them."
        env.problem("wrong-arguments", message, term.span, "Write by days.")
        return None
    begins, last = _date(env, place, term.begins), None if term.last is None else _date(env, place, term.last)
    months = None if term.months is None else _months(env, place, term.months)
    expensed = _condition(env, place, expense.where) if isinstance(expense, t.Expense) else None
    dated = _date(env, place, off.dated) if isinstance(off, t.WriteOff) else None
    off_if = _condition(env, place, off.where) if isinstance(off, t.WriteOff) and off.where is not None else None
    wanted = (
        (begins, True),
        (last, term.last is not None),
        (months, term.months is not None),
        (expensed, expense is not None),
        (dated, off is not None),
        (off_if, isinstance(off, t.WriteOff) and off.where is not None),
    )
    if begins is None or any(found is None and is_there for found, is_there in wanted):
        return None
    return ty.ContractCost(tree.name.text, tree.label, name, begins, months, last, term.by_days, expensed, dated, off_if, tree.span)


def _one(env: Environment, tree: t.ContractCost, kind: type[t.CostLine], word: str) -> t.CostLine | None:
    found = [line for line in tree.lines if isinstance(line, kind)]
    for again in found[1:]:
        related = (Related(found[0].span, "it stood here first"),)
        env.problem("duplicate-sentence", f"A contract cost has one sentence with {word}.", again.span, None, related)
    return found[0] if found else None


# ---- the formulas ------------------------------------------------------------------------------------------------------


def _date(env: Environment, place: Place, tree: t.Expression) -> ty.Expr | None:
    typed = formulas.type_expression(env, place, tree)
    if typed is not None and typed.unit != DATE:
        env.problem("wrong-unit", f"Here stands a date; this is {typed.unit}.", tree.span)
        return None
    return typed if typed is not None and _is_of_the_record(env, place, typed) else None


def _condition(env: Environment, place: Place, tree: t.Expression) -> ty.Expr | None:
    typed = formulas.type_condition(env, place, tree)
    return typed if typed is not None and _is_of_the_record(env, place, typed) else None


def _months(env: Environment, place: Place, tree: t.Expression) -> ty.Expr | None:
    """A number of months: written out as a time, or a figure of the record."""
    if isinstance(tree, t.Literal) and tree.kind in (t.LiteralKind.DAYS, t.LiteralKind.MONTHS, t.LiteralKind.YEARS):
        typed: ty.Expr | None = formulas.type_literal(tree)
        assert isinstance(typed, ty.Const)
        if typed.unit.kind is not Kind.MONTHS or not isinstance(typed.value, Fraction) or typed.value < 1:
            env.problem(
                "wrong-unit", "The time of a contract is so many months or years, or ends on a day.", tree.span, "For example: 60 months"
            )
            return None
        return ty.Const(typed.value, NUMBER, tree.span)
    typed = formulas.type_quantity(env, place, tree)
    if typed is not None and typed.unit != NUMBER:
        env.problem("wrong-unit", f"This is a number of months; {typed.unit} is none.", tree.span)
        return None
    return typed if typed is not None and _is_of_the_record(env, place, typed) else None


def _is_of_the_record(env: Environment, place: Place, typed: ty.Expr) -> bool:
    for e in every(typed):
        if not isinstance(e, _OF_THE_RECORD):
            message = (
                f"In {place.title}, formulas read columns of the record: what they say is the same for everyone who earns something for it."
            )
            env.problem("wrong-place", message, e.span, "Let a column of the record say it.")
            return False
    return True
