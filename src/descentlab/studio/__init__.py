"""The studio, descentlab in a browser. It holds no mathematics: it calls the floors below it."""

from descentlab.studio.playing import from_query as from_query, to_query as to_query
from descentlab.studio.server import build_app as build_app, serve as serve
