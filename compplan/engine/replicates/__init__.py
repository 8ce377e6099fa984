"""Many replicates of the same records worked out together: the replicate is one more key in the same steps."""
