"""What other plans would have cost on the same records."""
