"""Interactive training: the players of all pages, the settings of a page, and the frames that it gets."""

from descentlab.studio.playing._custom_data import MOST_BYTES as MOST_BYTES, read_custom_data as read_custom_data
from descentlab.studio.playing._desk import Desk as Desk
from descentlab.studio.playing._frames import add_frames as add_frames
from descentlab.studio.playing._from_link import from_query as from_query
from descentlab.studio.playing._hall import Hall as Hall
from descentlab.studio.playing._packing import pack_points as pack_points
from descentlab.studio.playing._player import Player as Player, Speed as Speed
from descentlab.studio.playing._sets import FEATURES as FEATURES, PLAYGROUND as PLAYGROUND, TABLES as TABLES
from descentlab.studio.playing._to_link import to_query as to_query
from descentlab.studio.playing._walk import Stage as Stage, walk as walk
