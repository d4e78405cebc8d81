"""The studio as a web application: serving it, and checking who may use it."""

from descentlab.studio.server._app import build_app as build_app
from descentlab.studio.server._serve import serve as serve
