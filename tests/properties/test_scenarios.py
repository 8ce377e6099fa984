"""A scenario is the plan written out, and the records edited by hand: whatever is tried, and whatever is tried beside it."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml
from hypothesis import assume, given, note
from hypothesis import strategies as st

from compplan.api import open_project, period_of
from compplan.language import typed as ty
from compplan.language.parse import parse
from compplan.project_plans import ProjectPlans
from compplan.whatif.scenarios.asked import Asked, read_file
from compplan.whatif.scenarios.plans import edited_plans
from compplan.whatif.scenarios.try_scenarios import try_scenarios
from tests.generators import Case, cases
from tests.generators.amended import EXTRA, Changed, changes, written_as_second
from tests.properties.effort import examples
from tests.properties.test_changed_plans import typed
from tests.support.scenario_project import QUARTER, Row, copied, edit_plan, edit_rows, paid, write_scenario_project


@examples(25)
@given(cases(), st.data())
def test_a_change_that_is_tried_is_the_plan_written_out(case: Case, data: st.DataObject) -> None:
    assume("\namend " not in case.plan_text)
    changed = data.draw(changes(case.plan_text))
    assume(changed is not None)
    assert changed is not None
    note(changed.changing)
    asked = read_text({"tried": {"changes": sentences(changed)}})
    files = (parse(case.plan_text, "generated.plan").file,)
    base = ProjectPlans((), files, {"generated.plan": case.plan_text.encode()}, ())
    found = edited_plans(case.schema, case.calendar, asked, base)
    assert found.diagnostics == ()
    (plan,) = found.side.plans
    (written,) = typed(written_as_second(case.plan_text, changed), case.calendar, case.schema)
    assert what_it_says(plan) == what_it_says(replace(written, name=plan.name, label=plan.label))


def sentences(changed: Changed) -> dict[str, list[str]]:
    """A change as a scenario would have it: lines of a component below its name, all else below the plan's."""
    also = [EXTRA, 'payees where role = "AE"', "currency USD, each earning rounded to 0.1, half even"]
    head, *lines = changed.changing.split("\n")
    if not head.startswith("change "):
        return {"generated": [changed.changing, *also]}
    return {f"generated.{changed.component.name}": [line.strip() for line in lines[:-1]], "generated": also}


def read_text(scenarios: dict[str, object]) -> Asked:
    """The one scenario of a file that is written for it."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tried.yaml"
        file.write_text(yaml.safe_dump({"scenarios": scenarios}, width=1_000_000))
        (asked,) = read_file(file).scenarios
    return asked


def what_it_says(plan: ty.Plan) -> ty.Plan:
    return replace(plan, examples=(), amended=(), file="")


# ---- records -------------------------------------------------------------------------------------------------------

PRODUCTS, OWNERS = ("Core", "Guard"), ("ana", "ben", "cy", "dee")


@st.composite
def edits(draw: st.DrawFn) -> dict[str, object]:
    """Something that a scenario says of the small company, which can be done by hand as well."""
    return {
        "rate": draw(st.sampled_from([None, "4%", "5%", "7.5%"])),
        "row": draw(st.sampled_from([None, "1.4x", "3x"])),
        "quota": draw(st.sampled_from([None, "90%", "123.4%"])),
        "product": draw(st.sampled_from(PRODUCTS)),
        "least": draw(st.sampled_from([0, 300, 450])),
        "times": draw(st.sampled_from([None, "110%", "33.333%", "0%"])),
        "gives": draw(st.sampled_from([None, ("d3", "cy"), ("d5", "ana")])),
        "target": draw(st.sampled_from([None, "12345.67"])),
    }


def as_scenario(edit: dict[str, object]) -> dict[str, object]:
    """The edit, as a scenario says it."""
    said: dict[str, object] = {}
    if edit["rate"]:
        said["parameters"] = {"rate": edit["rate"]}
    if edit["row"]:
        said["changes"] = {"ae.own": {"from 100%": edit["row"]}}
    if edit["quota"]:
        said["quotas"] = {"arr": edit["quota"]}
    rules: list[object] = []
    if edit["times"]:
        rules.append({"where": {"product": edit["product"], "amount": f"from {edit['least']}"}, "times": {"amount": edit["times"]}})
    if isinstance(edit["gives"], tuple):
        rules.append({"where": {"deal": edit["gives"][0]}, "set": {"owner": edit["gives"][1]}})
    if rules:
        said["records"] = {"deals": rules}
    if edit["target"]:
        said["people"] = {"ben": {"target": edit["target"]}}
    return said


def by_hand(edit: dict[str, object], folder: Path) -> None:
    """The edit, made in the files."""

    def deals(rows: list[Row]) -> list[Row]:
        for row in rows:
            if edit["times"] and row["product"] == edit["product"] and Decimal(row["amount"]) >= Decimal(str(edit["least"])):
                factor = Decimal(str(edit["times"]).removesuffix("%")) / 100
                row["amount"] = str((Decimal(row["amount"]) * factor).quantize(Decimal("0.01"), ROUND_HALF_UP))
            if isinstance(edit["gives"], tuple) and row["deal"] == edit["gives"][0]:
                row["owner"] = edit["gives"][1]
        return rows

    edit_rows(folder, "deals", deals)
    if edit["rate"]:
        edit_plan(folder, "sales", ("rate = 5%", f"rate = {edit['rate']}"))
    if edit["row"]:
        edit_plan(folder, "sales", ("from 100%: 1.5x\n", f"from 100%: {edit['row']}\n"), ("1.5x becomes", f"{edit['row']} becomes"))
    if edit["quota"]:
        edit_plan(folder, "company", ("sum(quotas.amount)", f"sum(quotas.amount) * {edit['quota']}"))
    if edit["target"]:
        edit_rows(folder, "people", lambda rows: [{**r, "target": str(edit["target"])} if r["person"] == "ben" else r for r in rows])


@examples(2)
@given(st.lists(edits(), min_size=2, max_size=3))
def test_scenarios_together_are_projects_edited_by_hand(drawn: list[dict[str, object]]) -> None:
    with TemporaryDirectory() as temporary:
        folder = write_scenario_project(Path(temporary) / "small")
        file = Path(temporary) / "tried.yaml"
        file.write_text(yaml.safe_dump({"scenarios": {f"s{n}": as_scenario(edit) for n, edit in enumerate(drawn)}}))
        note(file.read_text())
        tried = try_scenarios(open_project(folder).project, read_file(file).scenarios, period_of(QUARTER))
        before = paid(folder)
        for n, (edit, one) in enumerate(zip(drawn, tried, strict=True)):
            edited = copied(folder, Path(temporary) / f"edited{n}")
            by_hand(edit, edited)
            (part,) = one.comparison.currencies
            assert {p.payee: p.amounts.after for p in part.payees if p.amounts.after} == paid(edited)
            assert {p.payee: p.amounts.before for p in part.payees if p.amounts.before} == before
