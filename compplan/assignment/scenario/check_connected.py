"""What a scenario says of connected territories, checked against the project's kinds of records."""

from __future__ import annotations

from dataclasses import dataclass

from compplan.assignment.scenario.checks import Checks
from compplan.assignment.scenario.form import RuleForm, ScenarioForm
from compplan.records.yaml_marks import Place
from compplan.schema import RecordKind, ReferenceType, TextType


@dataclass(slots=True)
class ConnectedChecks(Checks[ScenarioForm]):
    """Finds what is wrong with the rule that says what borders on what."""

    def check(self, accounts: RecordKind) -> None:
        """Tells of a second such rule, and of what is wrong with each."""
        names = [name for name, rule in self.form.rules.items() if rule.connected is not None]
        for name in names:
            self._rule(accounts, self.form.rules[name], ("rules", name))
        for name in names[1:]:
            message = "Another rule says already which accounts border on each other."
            self._say("rule", "Two rules of borders", message, ("rules", name), "Put the rows of both into one kind of record.")

    def _rule(self, accounts: RecordKind, rule: RuleForm, place: Place) -> None:
        if rule.connected is None or rule.of is None:
            message = "`connected` names a kind of record, `of` its two columns that name what borders on each other."
            self._say("rule", "Half of a rule", message, place, "As in `connected: borders` and `of: [first, second]`.")
            return
        if rule.accounts:
            message = "What a rep has is connected as a whole: the rule is about all accounts."
            self._say("rule", "A rule about all accounts", message, (*place, "accounts"), "Leave `accounts` out of this rule.")
        table = self._kind(rule.connected, (*place, "connected"))
        where = None if rule.column is None else self._column(accounts, rule.column, (TextType, ReferenceType), "texts", (*place, "column"))
        if table is None or (rule.column is not None and where is None):
            return
        for position, column in enumerate(rule.of):
            if where is None:
                self._reference(table, column, accounts, (*place, "of", position))
            elif isinstance(where.type, ReferenceType):
                self._reference(table, column, self.project.schema.kinds[where.type.kind], (*place, "of", position))
            else:
                self._column(table, column, (TextType,), "texts", (*place, "of", position))
