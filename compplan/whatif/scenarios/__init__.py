"""Scenarios: what somebody would try, written beside the plans and the records, neither of which is edited."""
