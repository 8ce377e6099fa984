"""The report of a comparison of plans: charts, and a page that stands alone."""
