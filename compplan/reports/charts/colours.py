"""The colours of charts, each by what it stands for; told apart also by the colour-blind and when printed in grey."""

from __future__ import annotations

BEFORE, AFTER = "#9aa3ab", "#1f6091"
MORE, LESS, SAME = "#00636f", "#d1500f", "#8a939b"
INK, SOFT, LINE, BAND = "#1b1f24", "#59636e", "#d9dee3", "#d5e3ee"

ON_PAGE = {
    BEFORE: "var(--before)",
    AFTER: "var(--after)",
    MORE: "var(--more)",
    LESS: "var(--less)",
    SAME: "var(--same)",
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    BAND: "var(--band)",
}
"""What stands for each colour on a page, which has others where it is dark (`compplan/reports/charts/charts.css`)."""
