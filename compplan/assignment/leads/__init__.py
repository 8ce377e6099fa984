"""A batch of leads, given to reps: fairly, or for the greatest revenue, with a proof of how near the best it is."""
