"""Floor 7: gradient descent on analytic surfaces: paths, basins of attraction, where it gets stuck."""
