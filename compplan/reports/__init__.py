"""Results as files that others work with: workbooks and CSV."""
