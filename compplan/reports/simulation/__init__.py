"""The report of a simulated period: charts, and a page that stands alone."""
