"""Checks of the source that no ready-made tool knows; `make check` runs them."""
