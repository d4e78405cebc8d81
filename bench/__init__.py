"""Every claim of speed or size, measured beside the peers in one run: `make bench`, or `make bench ONLY=iris`."""
