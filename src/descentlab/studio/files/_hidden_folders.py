"""Names of hidden folders that the studio keeps in the folder of runs."""

UPLOADS = ".uploads"
"""Folder of files from a browser: a run is resumed and analysed on the file that it was trained on."""
TRASH = ".trash"
"""Folder of deleted runs, until their deletion is final."""
FINAL = ".final"
"""Ending of the name of a deletion that is final."""
