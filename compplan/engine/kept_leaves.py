"""What holds and clawbacks read of a credit: an earning carries it along, so that what becomes of it is worked out from it alone."""

from __future__ import annotations

from sqlglot import exp

from compplan.engine import sql
from compplan.engine.columns import node_of
from compplan.engine.emit import Emitter
from compplan.language import typed as ty
from compplan.language.formulas_of import kept_formulas
from compplan.language.walk import every

KeptLeaf = ty.RecordField | ty.CreditField | ty.PayeeField


def kept_leaves(plan: ty.Plan, component: str) -> tuple[KeptLeaf, ...]:
    """The fields of the credit, its record and its payee that they read, each once."""
    inside = (e for f in kept_formulas(plan, component) for e in every(f))
    found = (e for e in inside if isinstance(e, (ty.RecordField, ty.CreditField)) or (isinstance(e, ty.PayeeField) and e.path))
    return tuple(dict.fromkeys(found))


def kept_column(plan: ty.Plan, component: str, leaf: KeptLeaf) -> str:
    """The column of an earning that carries such a field."""
    return f"read_{kept_leaves(plan, component).index(leaf)}"


def carried_columns(plan: ty.Plan, component: ty.Component, emitter: Emitter) -> tuple[exp.Expr, ...]:
    """What an earning carries along of its credit."""
    leaves = kept_leaves(plan, component.name)
    return tuple(sql.alias(node_of(emitter.leaf(leaf)), kept_column(plan, component.name, leaf)) for leaf in leaves)
