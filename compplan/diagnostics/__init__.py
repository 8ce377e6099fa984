"""Problems as values, and the ways to print them."""

from compplan.diagnostics.model import Collector, Diagnostic, Problems, Related, Severity, Span

__all__ = ["Collector", "Diagnostic", "Problems", "Related", "Severity", "Span"]
