"""A scenario of leads: its file, read and checked against the records of its project, into values that the rest works with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from compplan.assignment.leads.form import FAIRNESS, REVENUE, ChanceForm, LeadRuleForm, LeadsForm
from compplan.assignment.scenario.checks import Checks
from compplan.diagnostics.model import Problems
from compplan.immutable import immutable
from compplan.records.form_problems import form_problems
from compplan.records.project import load_project
from compplan.records.project_file import Project
from compplan.records.yaml_marks import Marks, Place, read_yaml
from compplan.schema import RecordKind, ReferenceType, TextType

TEXTS = (TextType, ReferenceType)


@immutable
class LeadsScenario:
    """A checked scenario of leads: its file, what it says, the project whose records it uses, and which kinds of record those are."""

    file: Path
    form: LeadsForm
    project: Project
    kinds: tuple[str, ...]
    marks: Marks


def is_of_leads(file: Path) -> bool:
    """Whether a file holds a scenario of leads. Raises `Problems` where it cannot be read."""
    value, _ = read_yaml(file)
    return isinstance(value, dict) and "leads" in value


def read_leads_scenario(file: Path) -> LeadsScenario:
    """The scenario of a file. Raises `Problems`, all at once, each at its place in the file."""
    value, marks = read_yaml(file)
    if not isinstance(value, dict):
        message = "The file should hold settings, each a name, a colon and a value."
        hint = "Start with `title:`, `leads:`, `reps:` and `value:`."
        raise Problems([marks.problem("scenario-form", "This is no scenario", message, marks.value(()), hint)])
    if "accounts" in value and "leads" not in value:
        message = "This is a scenario of territories: it assigns accounts."
        hint = "Use `compplan assign territories`."
        raise Problems([marks.problem("scenario-form", "This is no scenario of leads", message, marks.key(("accounts",)), hint)])
    try:
        form = LeadsForm.model_validate(value)
    except ValidationError as error:
        details: list[Any] = list(error.errors(include_url=False))
        raise Problems(form_problems(LeadsForm, details, value, marks)) from None
    project = load_project(file.parent / form.project)
    checker = _Checker(form, project, marks)
    checker.check()
    if checker.collector.has_errors:
        raise Problems(checker.collector.sorted())
    return LeadsScenario(file, form, project, tuple(sorted(checker.used)), marks)


@dataclass(slots=True)
class _Checker(Checks[LeadsForm]):
    def check(self) -> None:
        form = self.form
        leads, reps = self._kind(form.leads.records, ("leads", "records")), self._kind(form.reps.records, ("reps", "records"))
        self._objective()
        if leads is None or reps is None:
            return
        for kind, place in ((leads, ("leads",)), (reps, ("reps",))):
            if len(kind.key) != 1:
                self._say("no-key", "One key column is needed", f"The rows of {kind.name} are not named by one column.", place)
        self._where(leads, form.leads.where, ("leads", "where"))
        self._where(reps, form.reps.where, ("reps", "where"))
        self._figure(leads, form.value, ("value",))
        for setting, column in (("capacity", form.capacity), ("weight", form.weight)):
            if column is not None:
                self._figure(reps, column, (setting,))
        if form.owner is not None:
            self._reference(leads, form.owner, reps, ("owner",))
        if form.chance is not None:
            self._chance(form.chance, leads, reps)
        for name, rule in form.rules.items():
            self._rule(leads, reps, rule, ("rules", name))

    def _objective(self) -> None:
        objective = self.form.objective
        if objective.give_up is not None and objective.greatest != FAIRNESS:
            message = "`give_up` says how much fairness is given up, and none is asked for."
            self._say("objective", "These do not go together", message, ("objective", "give_up"), "Leave it out.")
        if objective.at_least is not None and objective.greatest != REVENUE:
            message = "A floor goes with the greatest revenue; the fairest assignment needs none."
            hint = "Write `greatest: revenue`, or leave `at_least` out."
            self._say("objective", "These do not go together", message, ("objective", "at_least"), hint)

    def _chance(self, chance: ChanceForm, leads: RecordKind, reps: RecordKind) -> None:
        if (chance.column is None) == (chance.records is None):
            message = "The chance comes from a column of leads, or from a kind of record with a row for each pair."
            hint = "As in `chance: chance`, or `chance: {records: chances, lead: lead, rep: rep, chance: chance}`."
            self._say("rule", "Where the chance comes from is not clear", message, ("chance",), hint)
        if chance.column is not None:
            self._figure(leads, chance.column, ("chance", "column"))
        table = None if chance.records is None else self._kind(chance.records, ("chance", "records"))
        if table is None:
            return
        self._reference(table, chance.lead, leads, ("chance", "lead"))
        self._reference(table, chance.rep, reps, ("chance", "rep"))
        self._figure(table, chance.chance, ("chance", "chance"))
        if set(table.key) != {chance.lead, chance.rep}:
            message = f"A pair can stand twice in {table.name}: its key is not its lead and its rep."
            self._say(
                "no-key", "The pairs are not told apart", message, ("chance",), f"Give {table.name} the key [{chance.lead}, {chance.rep}]."
            )

    def _rule(self, leads: RecordKind, reps: RecordKind, rule: LeadRuleForm, place: Place) -> None:
        self._where(leads, rule.leads, (*place, "leads"))
        kinds = {
            "reps": rule.reps is not None,
            "among": rule.among is not None or rule.column is not None,
            "works": any(v is not None for v in (rule.works, rule.call_at, rule.zone, rule.call_zone)),
            "stay": rule.stay,
        }
        said = [word for word, there in kinds.items() if there]
        if len(said) != 1:
            message = "This rule does not say what it wants." if not said else f"This rule wants several things: {', '.join(said)}."
            hint = "A rule has one of `reps`, `among` with `column`, `works` with `call_at`, and `stay: yes`."
            self._say("rule", "What the rule wants is not clear", message, place, hint)
        if rule.reps is not None:
            self._where(reps, rule.reps, (*place, "reps"))
        if kinds["among"]:
            self._among(leads, reps, rule, place)
        if kinds["works"]:
            self._works(leads, reps, rule, place)
        if rule.stay and self.form.owner is None:
            message = "Who owns a lead today is not said."
            self._say("no-owner", "The owner is missing", message, place, "Add `owner:`, a column of the leads.")

    def _among(self, leads: RecordKind, reps: RecordKind, rule: LeadRuleForm, place: Place) -> None:
        if rule.column is None or rule.among is None:
            message = "`column` names what a lead needs, `among` the rep's column that lists what the rep has."
            self._say("rule", "Half of a rule", message, place, "As in `column: language` and `among: languages`.")
            return
        self._column(leads, rule.column, TEXTS, "texts", (*place, "column"))
        self._column(reps, rule.among, TEXTS, "texts", (*place, "among"))

    def _works(self, leads: RecordKind, reps: RecordKind, rule: LeadRuleForm, place: Place) -> None:
        if rule.works is None or rule.call_at is None:
            message = "`call_at` names the lead's column that says when to call, `works` the rep's column with working hours."
            self._say("rule", "Half of a rule", message, place, "As in `call_at: call_at`, `works: hours` and `zone: zone`.")
            return
        if rule.call_zone is not None and rule.zone is None:
            message = "`call_zone` says in which time zone a lead is to be called, and nothing says in which a rep works."
            self._say("rule", "Half of a rule", message, (*place, "call_zone"), "Add `zone:`, a column of the reps.")
        for word in ("call_at", "call_zone"):
            if getattr(rule, word) is not None:
                self._column(leads, getattr(rule, word), TEXTS, "texts", (*place, word))
        for word in ("works", "zone"):
            if getattr(rule, word) is not None:
                self._column(reps, getattr(rule, word), TEXTS, "texts", (*place, word))
