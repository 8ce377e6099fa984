"""What a period may come to that nobody knows yet: many replicates of its records, drawn from history, and what plans pay for each."""
