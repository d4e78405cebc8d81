"""What the studio keeps in the folder of runs, hidden from it."""

UPLOADS = ".uploads"
"""Files that came from a browser: a run is resumed and analysed on the file that it was trained on."""
TRASH = ".trash"
"""What is deleted, until that is final."""
FINAL = ".final"
"""Ends the name of a deletion that is final."""
