"""Why an account is where it is, what binds a rep, what rules cost: figures that add up, and that hold when all is looked at."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings

from compplan.assignment.bound import PRICE_UNIT
from compplan.assignment.problem import Problem, standing
from compplan.assignment.scenario.check import read_scenario
from compplan.assignment.scenario.facts import Facts
from compplan.assignment.scenario.read_problem import Territories, read_problem
from compplan.assignment.solver.solve import Limits, Solution, solve
from compplan.assignment.territories.certificate import certify
from compplan.assignment.territories.demands import Demand, with_demands
from compplan.assignment.territories.why_account import only_at, why_account
from compplan.assignment.territories.why_rep import why_rep
from compplan.assignment.territories.why_rules import why_rules
from compplan.assignment.territories.why_words import account_lines, option_rows
from tests.assignment.small_problems import best_total, problems
from tests.support.territory_project import SCENARIO, write_territories

FEW = "  few: {moves_at_most: 4}\n"


@pytest.fixture(scope="module")
def north(tmp_path_factory: pytest.TempPathFactory) -> tuple[Territories, Solution]:
    territories = read_problem(read_scenario(write_territories(tmp_path_factory.mktemp("north"), SCENARIO + FEW)))
    return territories, solve(territories.problem, Limits(None, rounds=3))


def test_a_claim_is_cost_less_worth_and_with_moves(north: tuple[Territories, Solution]) -> None:
    territories, solution = north
    certificate = certify(territories.problem, solution)
    for account in range(24):
        why = why_account(territories, solution.assigned, certificate, account)
        for option in why.options:
            assert option.claim == option.cost * PRICE_UNIT - sum(option.worth) + option.move
        assert [o.claim for o in why.options] == sorted(o.claim for o in why.options)
        refused = [rep for _, reps in why.refused for rep in reps]
        assert sorted(refused + [o.rep for o in why.options]) == ["ana", "ben", "cy"]


def test_who_may_not_have_it_is_told_with_the_rule(north: tuple[Territories, Solution]) -> None:
    territories, solution = north
    why = why_account(territories, solution.assigned, certify(territories.problem, solution), 3)
    assert why.refused == ((("rule language",), ("ben",)),)
    assert "ben may not have it: rule language." in list(account_lines(territories.problem, why))
    head, rows = option_rows(territories.problem, why)
    assert head == ("rep", "cost", "potential there", "its moves", "claim", "given to it alone")
    assert len(rows) == len(why.options)


def test_given_to_it_alone_is_what_changing_that_one_account_does(north: tuple[Territories, Solution]) -> None:
    territories, solution = north
    problem = territories.problem
    why = why_account(territories, solution.assigned, certify(problem, solution), 0)
    for option in why.options:
        changed = solution.assigned.copy()
        changed[0] = list(problem.reps).index(option.rep)
        assert option.alone == standing(problem, changed).total - why.total


@settings(max_examples=40, deadline=None)
@given(problems())
def test_what_another_rep_costs_at_least_is_never_too_much(problem: Problem) -> None:
    assume(best_total(problem) is not None)
    territories = _as_territories(problem)
    problem = territories.problem  # with its measures in the order of the demands
    solution = solve(problem, Limits(None, rounds=2))
    why = why_account(territories, solution.assigned, certify(problem, solution), 0)
    for option, least in zip(why.options, why.least, strict=True):
        best = best_total(only_at(problem, 0, option.rep))
        assert best is None or least <= best * PRICE_UNIT


@settings(max_examples=25, deadline=None)
@given(problems())
def test_without_a_rule_no_more_is_saved_than_was_said(problem: Problem) -> None:
    best = best_total(problem)
    assume(best is not None)
    assert best is not None
    territories = _as_territories(problem)
    problem = territories.problem  # with its measures in the order of the demands
    solution = solve(problem, Limits(None, rounds=2))
    for rule in why_rules(territories, solution.assigned, certify(problem, solution), None):
        if rule.name == "rule few":
            freed = best_total(replace(problem, most_moves=None))
        elif rule.name == "rule apart":
            freed = best_total(replace(problem, apart=()))
        else:
            freed = best_total(replace(problem, measures=tuple(m for m in problem.measures if f"balance of {m.name}" != rule.name)))
        assert freed is not None
        assert best - freed <= rule.saves_at_most


def test_solved_again_without_a_rule(north: tuple[Territories, Solution]) -> None:
    territories, solution = north
    found = {r.name: r for r in why_rules(territories, solution.assigned, certify(territories.problem, solution), Limits(None, rounds=3))}
    assert set(found) == {"balance of potential", "rule language", "rule named", "rule few"}
    for rule in found.values():
        assert rule.saved is not None
        assert 0 <= rule.saved <= rule.saves_at_most
    assert found["rule few"].marginal is not None


def test_what_binds_a_rep(north: tuple[Territories, Solution]) -> None:
    territories, solution = north
    problem = territories.problem
    certificate = certify(problem, solution)
    for number, rep in enumerate(problem.reps):
        why = why_rep(territories, solution.assigned, certificate, number)
        after = np.count_nonzero(solution.assigned[territories.member] == number)
        assert why.kept + len(why.came) == after
        assert why.kept + len(why.gone) == sum(1 for b in territories.before if b == rep)
        assert why.bounds[0].load == standing(problem, solution.assigned).loads[0, number]
        margins = [n.margin for n in why.coming]
        assert margins == sorted(margins)
        assert all(n.other != rep for n in (*why.leaving, *why.coming))


def _as_territories(problem: Problem) -> Territories:
    """A problem as territories of accounts with no family; its measures, moves and pairs apart are demands."""
    n, _ = problem.shape
    open_ = replace(problem, measures=tuple(m for m in problem.measures if m.price is not None), apart=(), most_moves=None)
    demands = [Demand(f"balance of {m.name}", measure=m) for m in problem.measures if m.price is None]
    demands += [Demand("rule few", most_moves=problem.most_moves)] if problem.most_moves is not None else []
    demands += [Demand("rule apart", apart=problem.apart)] if problem.apart else []
    facts = Facts(None, None, None, problem.cost, problem.eligible, (), np.zeros(n, np.int64))
    names = tuple(problem.items)
    nobody = np.full(n, -1, np.int64)
    return Territories(with_demands(open_, demands), names, np.arange(n), nobody, ("",) * n, open_, tuple(demands), facts)
