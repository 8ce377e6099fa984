"""What territories mean for pay: what people are paid if others have the accounts."""
