"""Typing proration: what of a payee is averaged over the days of a period, how, and what is not."""

from __future__ import annotations

from compplan.diagnostics import Span
from compplan.language import tree as t
from compplan.language import typed as ty
from compplan.language.check.dated import on_the_way
from compplan.language.check.environment import Environment
from compplan.language.check.names import follow
from compplan.language.check.place import Grain, Place
from compplan.language.check.prorated import cap_mark, cut_by_plan, draw_mark
from compplan.language.units import Kind
from compplan.schema import PEOPLE

MOST_DAYS_OF_A_MONTH = 35


def read_prorations(env: Environment, lines: list[t.Prorate]) -> None:
    """Fills in how each column and quota is prorated; each is named once."""
    for line in lines:
        if env.schema.kinds[PEOPLE].valid is None and not all(
            isinstance(w, t.ProratedCap) and cut_by_plan(env, w.period) for w in line.what
        ):
            message = "People hold no days here, so that everyone is a payee all the time."
            env.problem("proration", message, line.span, "Say in the project file from when through when rows of people hold: valid.")
            return
        check_method(env, line.by, line.least, line.span)
        for what in line.what:
            found = _named(env, what)
            if (
                found is not None
                and env.prorations.setdefault(found, ty.Proration(line.by, line.least)) is not None
                and found in env.prorated
            ):
                env.problem("duplicate-sentence", f"It is said twice how {_words(what)} is prorated.", what.span)
            if found is not None:
                env.prorated.add(found)


def check_method(env: Environment, by: str, least: int, span: Span) -> None:
    """A month has so many days, and where working days are counted, the project says which they are."""
    if least > MOST_DAYS_OF_A_MONTH:
        env.problem("proration", f"No month has {least} days.", span)
    if by == "working days" and env.schema.working_days is None:
        message = "The project file does not say which days are working days."
        env.problem("proration", message, span, "Write working_days there, with weekdays and, if there are any, holidays.")


def _words(what: t.Path | t.Call | t.ProratedCap | t.ProratedDraw) -> str:
    match what:
        case t.Path():
            return what.text
        case t.ProratedCap():
            return f"the cap each {what.period}"
        case t.ProratedDraw():
            return f"the draw {what.name.text}"
        case _:
            return "this quota"


def _named(env: Environment, what: t.Path | t.Call | t.ProratedCap | t.ProratedDraw) -> str | None:
    """A column of people by its name, a quota by that of its measure behind a mark, caps and draws by theirs; None after a report."""
    if isinstance(what, t.ProratedCap):
        return cap_mark(what.period)
    if isinstance(what, t.ProratedDraw):
        return draw_mark(what.name.text)
    if isinstance(what, t.Path):
        reached = follow(env, env.schema.kinds[PEOPLE], what.names, "A payee")
        if reached is not None and not reached.unit.is_quantity:
            env.problem("proration", f"{what.text} is {reached.unit}, and has no average.", what.span, "It is that of the last day.")
            return None
        return None if reached is None else ".".join(reached.path)
    argument = what.arguments[0] if len(what.arguments) == 1 else None
    if what.name.text != "quota" or not isinstance(argument, t.Path) or argument.text not in env.quotas:
        env.problem(
            "proration",
            "A column of people, a quota, a cap or a draw is prorated.",
            what.span,
            "Write target_incentive, quota(arr), cap each year or draw monthly.",
        )
        return None
    env.use(argument.text)
    if env.measures[argument.text].group is not None:
        env.problem("proration", f"{argument.text} is not the goal of one payee, whose days could count.", what.span)
        return None
    return quota_mark(argument.text)


def quota_mark(measure: str) -> str:
    """The mark of a quota among what is prorated."""
    return f"quota({measure})"


def averaged(env: Environment, place: Place, column: ty.PayeeField) -> ty.Expr:
    """A payee's column for a period: averaged where it is a quantity that may change within; else that of the last day."""
    people = env.schema.kinds[PEOPLE]
    if people.valid is None or place.grain is not Grain.PERIOD or place.as_of or place.period is None or not column.path:
        return column
    if not column.unit.is_quantity or on_the_way(env, people, column.path) is not None:
        return column
    how = env.prorations.get(".".join(column.path), ty.Proration("asked", 0))
    if how.by == "not":
        return column
    longer = place.window.period if place.to_date and place.window is not None else place.period
    return ty.Averaged(column, ty.Window(longer), how, column.unit.kind is Kind.MONEY, column.unit, column.span)
