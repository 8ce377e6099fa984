"""A scenario: its file, checked, and the records that it names, read into a problem."""
