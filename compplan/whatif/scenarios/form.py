"""The form of a file of scenarios: which settings there are, and what each may be. What they mean together is `check`'s business."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator


def _listed(value: Any) -> Any:  # noqa: ANN401 - whatever stands in the file
    return value if isinstance(value, list) else [value]


def _settings(value: Any) -> Any:  # noqa: ANN401
    return {} if value is None else value


Text = str | None
"""What would stand in a cell; nothing for an empty one."""
Texts = Annotated[tuple[Text, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])]
Row = dict[str, Text]
Written = Annotated[Any, PlainValidator(lambda value: value, json_schema_input_type=str | list[str] | dict[str, str])]
"""Sentences of the plan language: one, a list of them, or rows with what stands behind each colon."""


class _Form(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class RowsForm(_Form):
    """Rows of a kind of record that are chosen, and what becomes of them; or rows that are added."""

    where: dict[str, Texts] = Field(default_factory=dict, description="Columns, and what stands in each of the rows; all rows if left out.")
    set_: Row = Field(default_factory=dict, alias="set", description="Columns, and what shall stand there.")
    times: dict[str, str] = Field(
        default_factory=dict, description="Columns of figures, and what each figure is multiplied by, as in 110%."
    )
    leave_out: bool = Field(False, description="`yes`: the rows are left out.")
    add: Annotated[tuple[Row, ...], BeforeValidator(_listed, json_schema_input_type=list[Row])] = Field(
        (), description="Rows that are added, each with its columns."
    )


Rows = Annotated[tuple[RowsForm, ...], BeforeValidator(_listed, json_schema_input_type=list[RowsForm])]


class ScenarioForm(_Form):
    """What a scenario changes."""

    label: str | None = Field(None, description="What it is about, in words.")
    from_: date | None = Field(None, alias="from", description="The day from which parameters and changes hold; always, if left out.")
    plans: Annotated[tuple[str, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str])] = Field(
        (), description="Plan files that take the place of the project's, from the folder of this file."
    )
    parameters: dict[str, Written] = Field(default_factory=dict, description="Parameters of the plans, each with its figure.")
    changes: dict[str, Written] = Field(
        default_factory=dict, description="Components, as in `account_executive.own`, or plans, each with sentences that change it."
    )
    quotas: dict[str, Written] = Field(
        default_factory=dict, description="Measures, each with how many percent of the quota there shall be, or another figure."
    )
    people: dict[str, Row] = Field(default_factory=dict, description="People, each with the columns in which something else shall stand.")
    new_hires: dict[str, Row] = Field(default_factory=dict, description="People who are not in the records yet, each with its columns.")
    leavers: dict[str, date] = Field(default_factory=dict, description="People who leave, each with the last day.")
    records: dict[str, Rows] = Field(default_factory=dict, description="Kinds of record, each with what becomes of which rows.")


Scenario = Annotated[ScenarioForm, BeforeValidator(_settings, json_schema_input_type=ScenarioForm)]


class ScenariosForm(_Form):
    """A file of scenarios."""

    project: str = Field(".", description="The folder of the project, from the file's own folder.")
    scenarios: Annotated[dict[str, Scenario], Field(min_length=1)] = Field(description="Scenarios, each with a name of your choice.")
