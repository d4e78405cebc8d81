"""Train neural networks and see why they learned, or why they did not."""
