"""The studio as a web application: how it is served, and who may talk to it."""

from descentlab.studio.server._app import build_app as build_app
from descentlab.studio.server._serve import serve as serve
