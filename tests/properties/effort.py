"""How much of each property is tried."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

SHRINKING = "SHRINK"
"""Set this variable to have a failing case made smaller, which can take minutes; without it, the first one found is shown at once."""
RANDOM = "RANDOM"
"""Set this variable to try other plans each time; without it a test tries the same ones, and says the same of the same code."""


def examples(count: int) -> settings:
    """Settings for a property of generated plans that is tried on so many of them."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if os.environ.get(SHRINKING) else [])]
    return settings(
        max_examples=count, deadline=None, derandomize=not os.environ.get(RANDOM), phases=phases, suppress_health_check=list(HealthCheck)
    )
