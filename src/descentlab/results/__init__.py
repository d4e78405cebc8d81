"""Declared results, and how each medium shows them: page, terminal, JSON, files, notebook, figure."""

from descentlab.results._colours import (
    CLASS_COLOURS as CLASS_COLOURS,
    class_colour as class_colour,
    hex_of as hex_of,
    lighten as lighten,
    score_colours as score_colours,
    winner_colours as winner_colours,
)
from descentlab.results._column import Column as Column, Format as Format
from descentlab.results._columns import Cell as Cell, Table as Table, TableForm as TableForm
from descentlab.results._content import (
    Boundary2D as Boundary2D,
    Calibration as Calibration,
    Confusion as Confusion,
    Example as Example,
    Facts as Facts,
    History as History,
    Member as Member,
    OutputAccount as OutputAccount,
    OutputHead as OutputHead,
    Predictions as Predictions,
    Row as Row,
    TrainingReport as TrainingReport,
)
from descentlab.results._declaration import (
    Declaration as Declaration,
    Evidence as Evidence,
    Part as Part,
    Section as Section,
    State as State,
    Statement as Statement,
    Tables as Tables,
    Words as Words,
)
from descentlab.results._json import as_arrays as as_arrays, as_json as as_json, to_plain as to_plain
from descentlab.results._markdown import as_markdown as as_markdown
from descentlab.results._measured import ClassScores as ClassScores, PartScores as PartScores, Score as Score
from descentlab.results._numbers import counted as counted, duration as duration, number as number, seconds as seconds
from descentlab.results._page_render import render as render, render_page as render_page
from descentlab.results._part_content import (
    Band as Band,
    Bars as Bars,
    BoundaryRow as BoundaryRow,
    Chart as Chart,
    Fields as Fields,
    Fragment as Fragment,
    Map as Map,
    Mark as Mark,
    Path2D as Path2D,
    Picture as Picture,
    PlainPart as PlainPart,
    Series as Series,
    Tile as Tile,
    Tiles as Tiles,
)
from descentlab.results._plot import plot_parts as plot_parts, plot_training as plot_training
from descentlab.results._png import png_uri as png_uri
from descentlab.results._result import Result as Result
from descentlab.results._steps_content import (
    DrawnLayer as DrawnLayer,
    Scene as Scene,
    Step as Step,
    StepPart as StepPart,
    Steps as Steps,
)
from descentlab.results._summary import mark_code as mark_code
from descentlab.results._text import as_text as as_text, print_table as print_table
from descentlab.results._words import write_cell as write_cell
