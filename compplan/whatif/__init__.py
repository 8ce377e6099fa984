"""What would be: what people are paid by the plans if territories were others."""
