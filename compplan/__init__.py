"""Sales compensation as code: plans in a small language, payouts to the cent, each one explained."""
