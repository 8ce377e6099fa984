"""Which credits the figure of a period is spread over, and by what."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.generators.known import Known, one_of, pick

OF_DEALS = (
    "credited",
    "credited",
    "max(credited, 1 USD)",
    "share",
    "1",
    "units * share",
    "margin",
    "if(strategic, 3, 0)",
    "credited - 50 USD",
)
OF_LEADS = ("credited", "share", "2.5")


@st.composite
def spread(draw: st.DrawFn, known: Known, text: str, *, in_order: bool = True) -> list[str]:
    """A sentence that spreads a component of such a text, with a factor that runs along where it is in order; or nothing."""
    if pick(draw, False, True, False):
        return []
    credit = one_of(draw, known.credits)
    measures = [m.name for m in known.measured("money", credit.name)]
    if in_order and measures and credit.record and "deal_count" not in text and "ties sharing" not in text and draw(st.booleans()):
        measure = one_of(draw, measures)
        factor = pick(draw, f"if({measure} >= 60 USD, 1.5x, 1x)", f"min({measure} / 100 USD, 2x)", f"if({measure} > 0 USD, 1x, 33.3333%)")
        return [f"times {factor}", f"spread over {credit.name} in order of close_date"]
    return [f"spread over {credit.name} in proportion to {one_of(draw, OF_DEALS if credit.record else OF_LEADS)}"]
