"""The report of several scenarios: charts that put them beside each other, and a page that stands alone."""
