"""Who looks after which account, and who is given which lead: fairly, near the best there is, and with a proof."""
