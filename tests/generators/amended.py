"""Changes of a generated plan: as an amendment or another plan says them, and the plan written out as it then stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.generators.known import block, one_of, pick

NEW = {"pay": "11 USD", "times": "0.75x", "only if": "hire_date < 2027-02-15", "cap at": "7 USD", "floor at": "0.5 USD"}
ADDED = ("times 0.25x", "only if hire_date < 2028-01-01", "only if tenure >= 2", 'only if team != "North"', "cap at 8 USD")
_HEAD = re.compile(r'^(?P<word>commission|bonus|award) (?P<name>\w+) "(?P<label>[^"]*)" \{$')
_KEYWORD = re.compile(r"^(pay|times|only if|cap at|floor at)\s+")
_TIERS = re.compile(r"^(pay|times)\s+(each slice of|the step reached by|the curve at) ")
_FACTOR, _MONEY = re.compile(r"^[0-9.]+(x|%)$"), re.compile(r"^[0-9.,]+ USD$")


@dataclass(frozen=True, slots=True)
class Component:
    """A component as text, sentence by sentence."""

    word: str
    name: str
    label: str
    sentences: tuple[str, ...]

    @property
    def text(self) -> str:
        """The component written out."""
        return block(f'{self.word} {self.name} "{self.label}"', self.sentences)

    @property
    def has_weight(self) -> bool:
        """Whether it pays a share of the target, which the plan's weights count."""
        return any(s.startswith("pay") and "of target per" in s for s in self.sentences)

    @property
    def is_pool(self) -> bool:
        """Whether what it comes to is shared out, so that its conditions are those of a group."""
        return any(s.startswith("share among") for s in self.sentences)

    def dated(self, sentence: str) -> Component:
        """The same with dates of its own."""
        return replace(self, sentences=(sentence, *self.sentences))

    def instead(self, old: str, new: Sequence[str]) -> Component:
        """The same with other sentences in the place of one."""
        at = self.sentences.index(old)
        return replace(self, sentences=(*self.sentences[:at], *new, *self.sentences[at + 1 :]))


@dataclass(frozen=True, slots=True)
class Changed:
    """A plan's text with one change: as `changing` sentences, and in the text written out."""

    component: Component
    changing: str
    becomes: tuple[Component, ...]


def components_of(text: str) -> list[Component]:
    """The components of a plan that have no dates of their own and are paid for credits, months or quarters.

    One that is spread in order needs a factor that runs along, which a change could take away.
    """
    found = []
    for part in re.split(r"\n(?=  \S)", text):
        head, *rest = [line[2:] for line in part.split("\n")]
        match = _HEAD.match(head)
        if match and not re.search(r"for +each (half|year)\b|effective |spread over \w+ in order", part):
            lines = [line[2:] for line in rest if line.startswith("  ")]
            found.append(Component(match["word"], match["name"], match["label"], tuple(re.split(r"\n(?=[^ }|])", "\n".join(lines)))))
    return found


@st.composite
def changes(draw: st.DrawFn, text: str) -> Changed | None:
    """A change of one component of a plan; None where it has none that can be changed."""
    found = components_of(text)
    if not found:
        return None
    component = one_of(draw, found)
    how = pick(draw, "change", "change", "change", "replace", "remove")
    if how == "replace":
        new = replace(component, sentences=(*component.sentences, "times 0.25x" if component.is_pool else pick(draw, *ADDED[1:4])))
        return Changed(component, f"replace {new.text}", (new,))
    is_read = len(re.findall(rf"\b{component.name}\b", text)) > 2  # its name and its label
    if how == "remove" and not component.has_weight and not is_read:
        return Changed(component, f"remove {component.word} {component.name}", ())
    lines, new = [], component
    for _ in range(pick(draw, 1, 2)):
        line, new = draw(one_line(new))
        lines.append(line)
    return Changed(component, block(f"change {component.word} {component.name}", lines), (new,))


@st.composite
def one_line(draw: st.DrawFn, component: Component) -> tuple[str, Component]:
    """One sentence of a change, and the component after it."""
    found = [*_of_sentences(component), *_of_rows(component), *_added(component)]
    return one_of(draw, found)


def _of_sentences(component: Component) -> list[tuple[str, Component]]:
    """Sentences of one line that are replaced, or taken away."""
    found = []
    for sentence in component.sentences:
        match = _KEYWORD.match(sentence)
        if match is None or "\n" in sentence or (match[1] == "pay" and component.has_weight):
            continue
        new = f"{match[1]} {NEW[match[1]]}"
        if component.is_pool and match[1] == "only if":
            continue
        if component.sentences.count(sentence) == 1:
            found.append((f"{sentence} becomes {NEW[match[1]]}", component.instead(sentence, [new])))
            if match[1] != "pay":
                found.append((f"remove {sentence}", component.instead(sentence, [])))
        if sum(s.startswith(match[1]) for s in component.sentences) == 1 and "at" not in match[1]:
            found.append((f"replace {new}", component.instead(sentence, [new])))
    return found


def _of_rows(component: Component) -> list[tuple[str, Component]]:
    """Rows of tiers that get another value, and that are added or taken away."""
    found = []
    tiers = [s for s in component.sentences if _TIERS.match(s) and s.endswith("}")]
    rows = [line.strip() for s in tiers for line in s.split("\n")[1:-1]]
    for sentence in tiers:
        first, *lines, last = sentence.split("\n")
        for n, line in enumerate(lines):
            bound, _, value = line.strip().partition(": ")
            new = "0.65x" if _FACTOR.match(value) else "6.5 USD" if _MONEY.match(value) else None
            if new is None or rows.count(line.strip()) > 1:
                continue
            written = "\n".join([first, *lines[:n], f"  {bound}: {new}", *lines[n + 1 :], last])
            found.append((f"{bound}: {value} becomes {new}", component.instead(sentence, [written])))
            if n > 1 and bound.startswith("from"):  # the row after the first may begin where the one below it ends
                written = "\n".join([first, *lines[:n], *lines[n + 1 :], last])
                found.append((f"remove {bound}: {value}", component.instead(sentence, [written])))
            beyond = "900%" if bound.endswith("%") else "9,000 USD" if re.fullmatch(r"from [0-9.,]+ USD", bound) else None
            if (
                beyond is not None
                and f"from {beyond}:" not in sentence
                and len(tiers) == 1
                and n == len(lines) - 1
                and bound.startswith("from")
            ):
                row = f"from {beyond}: {new}"
                found.append((f"add {row}", component.instead(sentence, ["\n".join([first, *lines, f"  {row}", last])])))
    return found


def _added(component: Component) -> list[tuple[str, Component]]:
    """Sentences that are added."""
    fitting = [a for a in ADDED if not (component.word == "award" and not a.startswith("only if"))]
    fitting = [a for a in fitting if not (a.startswith("cap at") and any(s.startswith("cap at") for s in component.sentences))]
    fitting = [a for a in fitting if not (a.startswith("only if") and component.is_pool)]
    return [(f"add {a}", replace(component, sentences=(*component.sentences, a))) for a in fitting]


def amended(text: str, changed: Changed, day: date) -> str:
    """The plan with an amendment."""
    amendment = [f"effective from {day}", 'because "Tried."', changed.changing, EXTRA, "replace parameter daily = 75%"]
    return text + block('amend generated "Amended"', amendment) + "\n"


EXTRA = block('bonus extra "Extra"', ["for each month", "pay 3 USD", "only if deal_count > 0"])


def written_out(text: str, changed: Changed, day: date) -> str:
    """The plan as it stands with the amendment, without one."""
    until = changed.component.dated(f"effective through {day - timedelta(days=1)}")
    versions = [until, *(c.dated(f"effective from {day}") for c in changed.becomes)]
    last = [] if not changed.changing.startswith("replace ") else versions.pop().text.split("\n")
    new = _instead(text, changed.component, versions)
    head, *rest = EXTRA.split("\n")
    lines = [*last, head, f"  effective from {day}", *rest]
    new = new.rstrip("\n").removesuffix("}") + "\n".join("  " + line for line in lines) + "\n}\n"
    kept = [row for row in re.findall(r"parameter daily \{\n((?: +from .*\n)+)", new)[0].split("\n") if row and row.split()[1] < f"{day}:"]
    return re.sub(r"parameter daily \{\n(?: +from .*\n)+", "parameter daily {\n" + "\n".join([*kept, f"    from {day}: 75%"]) + "\n", new)


def changed_throughout(text: str, changed: Changed) -> str:
    """The plan with the change from its beginning on."""
    return _instead(text, changed.component, changed.becomes)


def _instead(text: str, component: Component, versions: Sequence[Component]) -> str:
    old = "\n".join("  " + line for line in component.text.split("\n")) + "\n"
    new = "".join("".join(f"  {line}\n" for line in v.text.split("\n")) for v in versions)
    assert old in text
    return text.replace(old, new)


def based(text: str, changed: Changed) -> str:
    """The plan, and another that is based on it."""
    lines = ['payees where role = "AE"', "currency USD, each earning rounded to 0.1, half even", changed.changing, EXTRA]
    return text + block('plan second "Second" based on generated', lines) + "\n"


def written_as_second(text: str, changed: Changed) -> str:
    """The other plan, without a base."""
    new = changed_throughout(text, changed)
    new = new.replace('plan generated "Generated"', 'plan second "Second"')
    new = re.sub(r"\n  payees .*", '\n  payees where role = "AE"', new)
    new = re.sub(r"\n  currency .*", "\n  currency USD, each earning rounded to 0.1, half even", new)
    return new.rstrip("\n").removesuffix("}") + "\n".join("  " + line for line in EXTRA.split("\n")) + "\n}\n"
