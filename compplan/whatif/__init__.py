"""What would be: under other plans, with other records, in other territories, in a year that nobody knows yet."""
