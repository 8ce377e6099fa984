"""What has a name: definitions gathered, typed, and told where they are given twice or never used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from itertools import pairwise

from compplan.diagnostics import Collector, Related
from compplan.language import tree as t
from compplan.language.amendments import in_force
from compplan.language.changes import named_as
from compplan.language.check.credits import type_credit
from compplan.language.check.environment import Environment
from compplan.language.check.measures import type_measure, type_quota_of
from compplan.language.check.names import did_you_mean
from compplan.language.check.parameters import type_parameter
from compplan.language.check.tables import type_table
from compplan.language.check.tenure import check_tenure
from compplan.language.codes import problem


def report_doubles(collector: Collector, items: Sequence[t.Plan | t.Definitions | t.Amendment]) -> None:
    """Reports two plans, or two blocks of definitions, of one name."""
    seen: dict[tuple[type, str], t.Name] = {}
    for item in items:
        if isinstance(item, t.Amendment):
            continue
        first = seen.setdefault((type(item), item.name.text), item.name)
        if first is not item.name:
            related = (Related(first.span, "the other one"),)
            what = "plans" if isinstance(item, t.Plan) else "definitions"
            collector.add(problem("duplicate-name", f"There are two {what} named {item.name.text}.", item.name.span, None, related))


def _names(lines: Sequence[t.PlanLine | t.SharedLine]) -> Iterator[tuple[str, t.Name]]:
    """What lines define, with the kind of thing; a quota goes by its measure's name and shares it."""
    for line in lines:
        match line:
            case t.Let() | t.Parameter() | t.Credit() | t.Measure() | t.Table() | t.Component() | t.Draw() | t.Hold() | t.Clawback():
                yield "", line.name
            case t.Leave():
                yield "leave", line.name
            case t.ContractCost():
                yield "", line.name
            case t.Quota():
                yield "quota", line.measure
            case _:
                pass


def check_alone(item: t.Definitions, env: Environment) -> None:
    """Definitions are checked by themselves, so that what no plan uses yet is checked as well."""
    fill(env, item.lines, ())
    type_all(env)


def fill(env: Environment, own: Sequence[t.PlanLine | t.SharedLine], used: Sequence[t.SharedLine]) -> None:
    """Gathers what has a name in a plan and in the definitions that it uses; reports a name that is given twice."""
    lines = [*used, *own]
    env.lets = {x.name.text: x for x in lines if isinstance(x, t.Let)}
    env.credits = {x.name.text: x for x in lines if isinstance(x, t.Credit)}
    env.measures = {x.name.text: x for x in lines if isinstance(x, t.Measure)}
    env.quotas = {x.measure.text: x for x in lines if isinstance(x, t.Quota)}
    env.tables = {x.name.text: x for x in lines if isinstance(x, t.Table)}
    env.parameters = {x.name.text: x for x in lines if isinstance(x, t.Parameter)}
    env.leaves = {x.name.text: x for x in lines if isinstance(x, t.Leave)}
    env.tenure = next((x for x in lines if isinstance(x, t.Tenure)), None)
    check_tenure(env, [x for x in lines if isinstance(x, t.Tenure)])
    seen: dict[tuple[str, str], t.Name] = {}
    for what, name in _names(lines):
        first = seen.setdefault((what, name.text), name)
        if first is not name and not _are_versions(lines, name):
            related = (Related(first.span, "the other one"),)
            env.problem("duplicate-name", f"The name {name.text} is given twice.", name.span, None, related)


def _are_versions(lines: Sequence[t.PlanLine | t.SharedLine], name: t.Name) -> bool:
    """Whether all that has a name are components of one word that follow each other in time."""
    same = [
        line
        for line in lines
        if (key := named_as(line)) is not None and key[0] not in ("quota", "example", "leave") and key[1] == name.text
    ]
    components = [line for line in same if isinstance(line, t.Component)]
    if not components or len(components) < len(same) or len({c.word for c in components}) > 1:
        return False
    dates = sorted((first or date.min, last or date.max) for first, last in map(in_force, components))
    return all(before[1] < after[0] for before, after in pairwise(dates))


def type_all(env: Environment) -> None:
    """Types all that was gathered, whether or not anything uses it."""
    for parameter in env.parameters:
        type_parameter(env, parameter)
    for credit in env.credits:
        type_credit(env, credit)
    for measure in env.measures:
        type_measure(env, measure)
    for name, quota in env.quotas.items():
        if name in env.measures:
            type_quota_of(env, name)
        else:
            hint = did_you_mean(name, list(env.measures))
            env.problem("unknown-name", f"There is no measure {name}.", quota.measure.span, hint)
    for table in env.tables:
        type_table(env, table)
    if env.leaves:
        from compplan.language.check.leave import type_leave  # rarely needed, and at start all is loaded

        for leave in env.leaves:
            type_leave(env, leave)


def report_unused(collector: Collector, lines: Sequence[t.PlanLine | t.SharedLine], is_used: Callable[[str], bool]) -> None:
    """Warns of definitions that nothing uses."""
    for line in lines:
        if isinstance(line, t.Leave) and not is_used(f"leave {line.name.text}"):
            collector.add(problem("unused", f"Nothing uses {line.name.text} leave.", line.name.span, "Use it, or leave it out."))
        if isinstance(line, (t.Let, t.Parameter, t.Credit, t.Measure, t.Table)) and not is_used(line.name.text):
            collector.add(problem("unused", f"Nothing uses {line.name.text}.", line.name.span, "Use it, or leave it out."))
