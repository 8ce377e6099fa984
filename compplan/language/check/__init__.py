"""Syntax tree to typed plan: every name resolved, every unit, grain and bound checked, all problems in one run."""
