"""What would be: what people are paid by other plans, or by the same plans if territories were others."""
