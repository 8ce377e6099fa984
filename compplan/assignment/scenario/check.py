"""A scenario of territories: its file, read and checked against the records of its project, into values that the rest works with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from compplan.assignment.scenario.check_connected import ConnectedChecks
from compplan.assignment.scenario.check_pay import PayChecks
from compplan.assignment.scenario.checks import Checks
from compplan.assignment.scenario.form import GivenForm, HomesForm, MeasureForm, RuleForm, ScenarioForm
from compplan.assignment.scenario.new_hires import new_hire_problems
from compplan.assignment.scenario.pay_limits import PayLimits
from compplan.diagnostics.model import Problems
from compplan.immutable import immutable
from compplan.records.form_problems import form_problems
from compplan.records.project import load_project
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Marks, Place, read_yaml
from compplan.schema import RecordKind, ReferenceType, TextType


@immutable
class Scenario:
    """A checked scenario: its file, what it says, the project whose records it uses, and which kinds of record those are.

    `pay_limits` has, for each measure of expected pay, what the plans make of its band; they are not known when the file is read.
    """

    file: Path
    form: ScenarioForm
    project: Project
    kinds: tuple[str, ...]
    marks: Marks
    pay_limits: Mapping[str, PayLimits] = field(default_factory=dict)


def read_scenario(file: Path) -> Scenario:
    """The scenario of a file. Raises `Problems`, all at once, each at its place in the file."""
    value, marks = read_yaml(file)
    if not isinstance(value, dict):
        message = "The file should hold settings, each a name, a colon and a value."
        hint = "Start with `title:`, `accounts:`, `reps:`, `balance:` and `cost:`."
        raise Problems([marks.problem("scenario-form", "This is no scenario", message, marks.value(()), hint)])
    if "leads" in value and "accounts" not in value:
        message = "This is a scenario of leads."
        hint = "Use `compplan assign leads`."
        raise Problems([marks.problem("scenario-form", "This is no scenario of territories", message, marks.key(("leads",)), hint)])
    try:
        form = ScenarioForm.model_validate(value)
    except ValidationError as error:
        details: list[Any] = list(error.errors(include_url=False))
        raise Problems(form_problems(ScenarioForm, details, value, marks)) from None
    project = load_project(file.parent / form.project)
    checker = _Checker(form, project, marks)
    checker.check()
    if checker.collector.has_errors:
        raise Problems(checker.collector.sorted())
    return Scenario(file, form, project, tuple(sorted(checker.used)), marks)


@dataclass(slots=True)
class _Checker(Checks[ScenarioForm]):
    def check(self) -> None:
        accounts = self._kind(self.form.accounts.records, ("accounts", "records"))
        reps = self._kind(self.form.reps.records, ("reps", "records"))
        if accounts is None or reps is None:
            return
        for kind, place in ((accounts, ("accounts",)), (reps, ("reps",))):
            if len(kind.key) != 1:
                self._say("no-key", "One key column is needed", f"The rows of {kind.name} are not named by one column.", place)
        self._where(accounts, self.form.accounts.where, ("accounts", "where"))
        self._where(reps, self.form.reps.where, ("reps", "where"))
        if self.form.owner is not None:
            self._reference(accounts, self.form.owner, reps, ("owner",))
        if self.form.family is not None:
            self._column(accounts, self.form.family, (TextType, ReferenceType), "texts", ("family",))
        for problem in new_hire_problems(self.form, reps, self.marks):
            self.collector.add(problem)
        for name, measure in self.form.balance.items():
            self._measure(accounts, reps, measure, ("balance", name))
        self._cost(accounts, reps)
        for name, rule in self.form.rules.items():
            self._rule(accounts, reps, rule, ("rules", name))
        PayChecks(self.form, self.project, self.marks, self.collector, self.used).check(accounts, reps)
        ConnectedChecks(self.form, self.project, self.marks, self.collector, self.used).check(accounts)

    def _measure(self, accounts: RecordKind, reps: RecordKind, measure: MeasureForm, place: Place) -> None:
        if measure.sum_ is not None:
            self._figure(accounts, measure.sum_, (*place, "sum"))
        if measure.share_by is not None:
            self._figure(reps, measure.share_by, (*place, "share_by"))
        if measure.of is not None:
            self._figure(reps, measure.of, (*place, "of"))
        said = [w for w in ("within", "limits") if getattr(measure, w) is not None]
        if measure.at_least is not None or measure.at_most is not None:
            said.append("at_least")
        if not said:
            message = "It is not said how much of it each rep shall have."
            hint = "Write `within: 5%` for a band around each rep's share, `at_least` and `at_most`, or `limits` from a table."
            self._say("no-band", "A measure without a band", message, place, hint)
        if len(said) > 1:
            message = "How much of it each rep shall have is said in two ways."
            self._say(
                "two-bands", "A measure with two bands", message, place, "Keep one of `within`, `limits`, and `at_least` with `at_most`."
            )
        if measure.share_by is not None and measure.within is None:
            self._say("no-band", "A share without a band", "`share_by` needs `within`.", (*place, "share_by"), "As in `within: 5%`.")
        if measure.limits is not None:
            table = self._kind(measure.limits.records, (*place, "limits", "records"))
            if table is not None:
                self._reference(table, measure.limits.rep, reps, (*place, "limits", "rep"))
                for word in ("at_least", "at_most"):
                    column = getattr(measure.limits, word)
                    if column is not None:
                        self._figure(table, column, (*place, "limits", word))

    def _cost(self, accounts: RecordKind, reps: RecordKind) -> None:
        cost = self.form.cost
        if cost.travel is not None:
            place: Place = ("cost", "travel")
            for position in (0, 1):
                self._figure(reps, cost.travel.from_[position], (*place, "from", position))
                self._figure(accounts, cost.travel.to[position], (*place, "to", position))
            if cost.travel.times is not None:
                self._figure(accounts, cost.travel.times, (*place, "times"))
            if cost.travel.homes is not None:
                self._homes(cost.travel.homes, (*place, "homes"))
        for number, given in enumerate(cost.given):
            self._given(accounts, reps, given, ("cost", "given", number))
        if cost.disruption is not None:
            if self.form.owner is None:
                message = "What it costs to leave a rep needs to know who has the account today."
                self._say("no-owner", "The owner is missing", message, ("cost", "disruption"), "Add `owner:`, a column of the accounts.")
            if cost.disruption.times is not None:
                self._figure(accounts, cost.disruption.times, ("cost", "disruption", "times"))

    def _homes(self, homes: HomesForm, place: Place) -> None:
        table = self._kind(homes.records, (*place, "records"))
        if table is None:
            return
        for position, column in enumerate(homes.at):
            self._figure(table, column, (*place, "at", position))
        if len(table.key) != 1:
            self._say("no-key", "One key column is needed", f"The rows of {table.name} are not named by one column.", place)

    def _given(self, accounts: RecordKind, reps: RecordKind, given: GivenForm, place: Place) -> None:
        table = self._kind(given.records, (*place, "records"))
        if table is None:
            return
        self._reference(table, given.account, accounts, (*place, "account"))
        self._reference(table, given.rep, reps, (*place, "rep"))
        self._figure(table, given.amount, (*place, "amount"))
        if set(table.key) != {given.account, given.rep}:
            message = f"A pair can stand twice in {table.name}: its key is not its account and its rep."
            self._say(
                "no-key", "The pairs are not told apart", message, place, f"Give {table.name} the key [{given.account}, {given.rep}]."
            )

    def _rule(self, accounts: RecordKind, reps: RecordKind, rule: RuleForm, place: Place) -> None:
        self._where(accounts, rule.accounts, (*place, "accounts"))
        kinds = {
            "reps": rule.reps is not None,
            "among": rule.among is not None or (rule.column is not None and rule.connected is None),
            "stay": rule.stay,
            "apart": rule.apart is not None or (rule.of is not None and rule.connected is None),
            "connected": rule.connected is not None,
            "moves_at_most": rule.moves_at_most is not None,
        }
        said = [word for word, there in kinds.items() if there]
        if len(said) != 1:
            message = "This rule does not say what it wants." if not said else f"This rule wants several things: {', '.join(said)}."
            hint = "A rule has one of `reps`, `among` with `column`, `stay: yes`, `apart` or `connected` with `of`, and `moves_at_most`."
            self._say("rule", "What the rule wants is not clear", message, place, hint)
        if rule.reps is not None:
            self._where(reps, rule.reps, (*place, "reps"))
        if kinds["among"]:
            self._among(accounts, reps, rule, place)
        if kinds["apart"]:
            self._apart(accounts, rule, place)
        if (rule.stay or rule.moves_at_most is not None) and self.form.owner is None:
            message = "Who has an account today is not said."
            self._say("no-owner", "The owner is missing", message, place, "Add `owner:`, a column of the accounts.")

    def _among(self, accounts: RecordKind, reps: RecordKind, rule: RuleForm, place: Place) -> None:
        if rule.column is None or rule.among is None:
            message = "`column` names what an account needs, `among` the rep's column that lists what the rep has."
            self._say("rule", "Half of a rule", message, place, "As in `column: language` and `among: languages`.")
            return
        self._column(accounts, rule.column, (TextType,), "texts", (*place, "column"))
        self._column(reps, rule.among, (TextType,), "texts", (*place, "among"))

    def _apart(self, accounts: RecordKind, rule: RuleForm, place: Place) -> None:
        if rule.apart is None or rule.of is None:
            message = "`apart` names a kind of record, `of` its two columns that refer to accounts."
            self._say("rule", "Half of a rule", message, place, "As in `apart: rivals` and `of: [first, second]`.")
            return
        table = self._kind(rule.apart, (*place, "apart"))
        if table is not None:
            for position, column in enumerate(rule.of):
                self._reference(table, column, accounts, (*place, "of", position))
