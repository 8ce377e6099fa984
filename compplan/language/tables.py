"""What reading a text needs of the grammar: the tables that lark makes, as plain values that load in a thousandth of a second."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from compplan.immutable import immutable

if TYPE_CHECKING:
    from lark import Lark
    from lark.grammar import Rule as LarkRule

BLANKS, NAME = "[ \\t]+", "[A-Za-z][A-Za-z0-9_]*"
"""What the grammar passes over, and how it writes a name."""

Rule = tuple[str, int, str, bool, tuple[tuple[int, bool, int], ...], int]
"""What is made of a rule: its name, how many values it takes, the builder's method (none for `_name`: its values go to the rule around
it), whether a single value stands for itself, which values it keeps (the place, whether its values are many, how many that were left
out stand before it), and how many that were left out stand at its end."""

Word = tuple[str, str, int]
"""A terminal: its name; its text, or its regular expression; and which it is: `TEXT`, `KEYWORD` (which ends with its word), `PATTERN`."""

TABLES_FORM = "1"
"""Another one where these values change, so that older ones that are kept are not taken for them."""

TEXT, KEYWORD, PATTERN = range(3)

_KEYWORD = re.compile(r"([A-Za-z]+)\\b")


@immutable
class Tables:
    """An LALR table. In a state, a terminal leads to another one (zero or more) or ends a rule (its number, below zero: `~number`)."""

    first: int
    last: int
    actions: tuple[dict[str, int], ...]
    targets: tuple[dict[str, int], ...]
    rules: tuple[Rule, ...]
    words: tuple[Word, ...]

    def as_plain(self) -> tuple[Any, ...]:
        """The fields, to be kept in a file."""
        return (self.first, self.last, self.actions, self.targets, self.rules, self.words)


def tables_of(lark: Lark) -> Tables:
    """The tables of a parser, with terminals in the order in which they are tried."""
    from lark.grammar import Rule as LarkRule
    from lark.lexer import TerminalDef

    data, _ = lark.memo_serialize([TerminalDef, LarkRule])
    table = data["parser"]["parser"]
    rules = {kept["@"]: at for at, kept in enumerate(data["rules"])}
    states = {old: new for new, old in enumerate(table["states"])}
    terminals = {term.name for term in lark.terminals} | {"$END"}
    actions: list[dict[str, int]] = []
    targets: list[dict[str, int]] = []
    for found in table["states"].values():
        steps = {str(table["tokens"][n]): ~rules[arg["@"]] if isinstance(arg, dict) else states[arg] for n, (_, arg) in found.items()}
        actions.append({name: step for name, step in steps.items() if name in terminals})
        targets.append({name: step for name, step in steps.items() if name not in terminals})
    (first,), (last,) = table["start_states"].values(), table["end_states"].values()
    words = _words(lark)
    _refuse_doubtful(words, actions)
    return Tables(states[first], states[last], tuple(actions), tuple(targets), tuple(_rule(rule) for rule in lark.rules), words)


def _rule(rule: LarkRule) -> Rule:
    """What is made of one rule, as lark makes it: `[x]` that is left out gives a None, `_name` gives way to its values."""
    options, size = rule.options, len(rule.expansion)
    left_out = [0] * (size + 1)
    if options.empty_indices:
        left_out = [len(ones) for ones in "".join("1" if empty else "0" for empty in options.empty_indices).split("0")]
    kept: list[tuple[int, bool, int]] = []
    waiting = 0
    for at, symbol in enumerate(rule.expansion):
        waiting += left_out[at]
        if options.keep_all_tokens or not (symbol.is_term and getattr(symbol, "filter_out", False)):
            kept.append((at, not symbol.is_term and symbol.name.startswith("_"), waiting))
            waiting = 0
    method = str(rule.alias or options.template_source or rule.origin.name)
    single = bool(options.expand1 and not rule.alias)
    return str(rule.origin.name), size, "" if method.startswith("_") else method, single, tuple(kept), waiting + left_out[size]


def _words(lark: Lark) -> tuple[Word, ...]:
    """The terminals but blanks: those of a higher priority first, then the longer ones, as lark tries them."""
    ordered = sorted(lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name))
    words: list[Word] = []
    for term in ordered:
        text = term.pattern.to_regexp().replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
        if term.name in lark.lexer_conf.ignore:
            assert text == BLANKS, "only blanks are passed over"
        elif term.pattern.type == "str":
            words.append((str(term.name), term.pattern.value, TEXT))
        elif _KEYWORD.fullmatch(text):
            words.append((str(term.name), text.removesuffix(r"\b"), KEYWORD))
        else:
            words.append((str(term.name), text, PATTERN))
    return tuple(words)


def _refuse_doubtful(words: tuple[Word, ...], actions: list[dict[str, int]]) -> None:
    """Where a text fits a pattern, lark prefers the text; the grammar has no state in which both can follow."""
    for name, text, kind in words:
        same = [n for n, pattern, k in words if k == PATTERN and re.fullmatch(pattern, text)] if kind == TEXT else []
        assert not any(name in accepted and n in accepted for n in same for accepted in actions), f"{name} and {same}"
