"""From a problem to an assignment with prices that prove how near the best it is."""
