"""The report of an assignment of territories: a page that stands alone, and a workbook with all of it."""
