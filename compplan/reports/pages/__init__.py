"""What the pages of all reports share: their frame, their look, sorted tables, and charts."""
