"""The studio's pages, one folder each."""

from descentlab.studio.pages._all import add_pages as add_pages
