"""Floor 9: the laboratories, one folder each, named as typed."""
