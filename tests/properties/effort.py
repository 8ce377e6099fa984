"""How much of each property is tried."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, Phase, settings

SHRINKING = "SHRINK"
"""Set this variable to have a failing case made smaller, which can take minutes; without it, the first one found is shown at once."""


def examples(count: int) -> settings:
    """Settings for a property of generated plans that is tried on so many of them."""
    phases = [Phase.explicit, Phase.reuse, Phase.generate, *([Phase.shrink] if os.environ.get(SHRINKING) else [])]
    return settings(max_examples=count, deadline=None, phases=phases, suppress_health_check=list(HealthCheck))
