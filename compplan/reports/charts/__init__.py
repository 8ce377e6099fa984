"""Charts of Vega-Lite, as Altair objects: shapes that all reports draw with, and how a page shows them."""
