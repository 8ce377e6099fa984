"""What a scenario says of expected records and of pay, checked against the project: kinds, columns, dates and texts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from compplan.assignment.scenario.checks import Checks
from compplan.assignment.scenario.form import AmountForm, MeasureForm, OtherForm, PayForm, ScenarioForm
from compplan.assignment.scenario.pay_settings import EACH_MONTH, constant, share_of
from compplan.calendar import parse_period
from compplan.records.yaml_marks import Place
from compplan.schema import PEOPLE, Column, DateType, MoneyType, RecordKind, ReferenceType, TextType


@dataclass(slots=True)
class PayChecks(Checks[ScenarioForm]):
    """Checks `pay`, and the measures of expected pay."""

    def check(self, accounts: RecordKind, reps: RecordKind) -> None:
        """Tells the collector all that is wrong."""
        for name, measure in self.form.balance.items():
            self._measure(measure, ("balance", name))
        pay = self.form.pay
        if pay is None:
            return
        if reps.name != PEOPLE:
            message = f"Plans pay people, and the reps of this scenario are {reps.name}."
            self._say("bad-setting", "Reps who are not paid", message, ("reps",), f"Write `reps: {PEOPLE}`, or leave out `pay`.")
        if self.form.owner is None:
            message = "Who has an account today is not said, so that nothing is known of pay today."
            self._say("no-owner", "The owner is missing", message, ("pay",), "Add `owner:`, a column of the accounts.")
        period = parse_period(pay.period)
        if period is None:
            message = f"`{pay.period}` is no period."
            self._say("invalid-period", "There is no such period", message, ("pay", "period"), "As in 2027, 2027-H1, 2027-Q1 or 2027-01.")
        kind = self._known(pay.records, ("pay", "records"))  # its own rows are not read
        if kind is not None:
            self._records(pay, kind, accounts, reps)
        if pay.when != EACH_MONTH:
            self._day(pay.when)

    def _measure(self, measure: MeasureForm, place: Place) -> None:
        if measure.of is not None and (not measure.expected_pay or measure.within is None or measure.share_by is not None):
            message = "`of` names the amount that expected pay is to be near."
            hint = "As in `{expected_pay: yes, within: 5%, of: target_incentive}`, without `share_by`."
            self._say("bad-setting", "An amount without a band", message, (*place, "of"), hint)
        if not measure.expected_pay:
            return
        if self.form.pay is None:
            message = "What is expected of each account is not said, so that pay cannot be worked out."
            self._say("no-pay", "What is expected is missing", message, (*place, "expected_pay"), "Add `pay:` to the scenario.")
        if measure.sum_ is not None:
            message = "Expected pay is worked out from the plans; there is no column to add up."
            self._say("bad-setting", "A measure of two things", message, (*place, "sum"), "Leave out `sum`, or `expected_pay`.")

    def _records(self, pay: PayForm, kind: RecordKind, accounts: RecordKind, reps: RecordKind) -> None:
        self._reference(kind, pay.rep, reps, ("pay", "rep"))
        for name, amount in pay.amount.items():
            self._figure(kind, name, ("pay", "amount", name))
            self._amount(accounts, amount, ("pay", "amount", name))
        for number, name in enumerate(pay.dates):
            self._column(kind, name, (DateType,), "dates", ("pay", "dates", number))
        for name, other in pay.others.items():
            self._other(kind, name, other, accounts)
        self._key(kind)
        said = [pay.rep, *pay.amount, *pay.dates, *pay.others]
        for name in {n for n in said if said.count(n) > 1}:
            message = f"`{name}` of {kind.name} is said in two ways."
            self._say("bad-setting", "A column is said twice", message, ("pay",), "Name it once.")
        missing = [c.name for c in kind.columns if c.required and c.name not in said and c.name not in kind.key]
        if missing:
            message = f"Records of {kind.name} need {', '.join(missing)} as well, and it is not said what they expect there."
            hint = f"Add them to `others`, as in `{missing[0]}: some text` or `{missing[0]}: {{account: its column}}`."
            self._say("missing-setting", "Columns are missing", message, ("pay",), hint)

    def _amount(self, accounts: RecordKind, amount: AmountForm, place: Place) -> None:
        self._figure(accounts, amount.account, place if amount.times is None else (*place, "account"))
        if amount.times is not None and share_of(amount.times) is None:
            self._figure(accounts, amount.times, (*place, "times"))

    def _other(self, kind: RecordKind, name: str, other: OtherForm, accounts: RecordKind) -> None:
        place: Place = ("pay", "others", name)
        column = self._column(kind, name, (object,), "", place)
        if (other.text is None) == (other.account is None):
            message = f"What stands in `{name}` is either a text or a column of the accounts."
            self._say(
                "bad-setting",
                "This setting cannot be read",
                message,
                place,
                f"As in `{name}: some text` or `{name}: {{account: its column}}`.",
            )
        elif column is not None and other.text is not None and constant(column.type, other.text) is None:
            self._say("bad-setting", "This setting cannot be read", f"“{other.text}” cannot stand in `{name}`.", place)
        elif column is not None and other.account is not None:
            self._taken(column, accounts, other.account, place)

    def _taken(self, column: Column, accounts: RecordKind, name: str, place: Place) -> None:
        """That what stands in an account's column can stand in the record's."""
        texts = (TextType, ReferenceType)
        types: tuple[type, ...] = texts if isinstance(column.type, texts) else (type(column.type),)
        found = self._column(accounts, name, types, f"what `{column.name}` may hold", (*place, "account"))
        if found is None:
            return
        if isinstance(column.type, ReferenceType) and found.type != column.type and not self._is_key(accounts, found, column.type):
            message = f"`{name}` of {accounts.name} does not refer to {column.type.kind}."
            self._say("wrong-reference", "This refers to something else", message, (*place, "account"))
        if isinstance(column.type, MoneyType) and found.type != column.type:
            message = f"`{name}` of {accounts.name} is not in the currency or the digits of `{column.name}`."
            self._say("wrong-column", "This column does not fit", message, (*place, "account"))

    @staticmethod
    def _is_key(accounts: RecordKind, found: Column, wanted: ReferenceType) -> bool:
        return wanted.kind == accounts.name and accounts.key == (found.name,)

    def _key(self, kind: RecordKind) -> None:
        made_up = [c for c in (kind.column(k) for k in kind.key) if c is not None]
        if len(made_up) > 1 or any(not isinstance(c.type, TextType) for c in made_up):
            message = f"The rows of {kind.name} are not named by one text, so that none can be made up for what is expected."
            self._say("no-key", "One key column is needed", message, ("pay", "records"))

    def _day(self, text: str) -> None:
        period = parse_period(self.form.pay.period) if self.form.pay is not None else None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            message = f"`when` is `{EACH_MONTH}`, or a day, as in 2027-06-30."
            self._say("bad-setting", "This setting cannot be read", message, ("pay", "when"))
            return
        calendar = self.project.calendar
        if period is not None and not calendar.start(period) <= day < calendar.end(period):
            message = f"{text} is not in {calendar.spelled(period)}."
            self._say("bad-setting", "A day outside of the period", message, ("pay", "when"), "Name a day of the period.")
