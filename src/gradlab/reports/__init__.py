"""Floor 9: a run as one self-contained HTML page. It takes plain data and knows nothing of training."""

from gradlab.reports._content import (
    Boundary2D as Boundary2D,
    Calibration as Calibration,
    Confusion as Confusion,
    Example as Example,
    Facts as Facts,
    History as History,
    LayerRow as LayerRow,
    Member as Member,
    OutputAccount as OutputAccount,
    Predictions as Predictions,
    Row as Row,
    TrainingReport as TrainingReport,
)
from gradlab.reports._numbers import number as number, seconds as seconds
from gradlab.reports._page_content import Page as Page, Part as Part, Section as Section
from gradlab.reports._page_render import render_page as render_page
from gradlab.reports._part_content import (
    Band as Band,
    Bars as Bars,
    BoundaryRow as BoundaryRow,
    Chart as Chart,
    Fields as Fields,
    Map as Map,
    Mark as Mark,
    Path2D as Path2D,
    Picture as Picture,
    PlainPart as PlainPart,
    Series as Series,
    Table as Table,
    Tile as Tile,
    Tiles as Tiles,
)
from gradlab.reports._png import png_uri as png_uri
from gradlab.reports._render import render as render
from gradlab.reports._steps_content import DrawnLayer as DrawnLayer, Scene as Scene, Step as Step, Steps as Steps
from gradlab.reports._summary import mark_code as mark_code
