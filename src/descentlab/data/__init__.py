"""Sources of examples and their preparation."""

from descentlab.data._arrays import Arrays as Arrays
from descentlab.data._dataset import (
    Dataset as Dataset,
    Preparation as Preparation,
    Prepared as Prepared,
    Shift as Shift,
    TaskKind as TaskKind,
)
from descentlab.data._features import (
    CategoryFeature as CategoryFeature,
    MomentFeature as MomentFeature,
    NumberFeature as NumberFeature,
)
from descentlab.data._idx import data_folder as data_folder, is_idx_here as is_idx_here
from descentlab.data._label_noise import flip_labels as flip_labels
from descentlab.data._load import (
    load as load,
    preparation_from_json as preparation_from_json,
    prepare as prepare,
)
from descentlab.data._novelty import say_far as say_far
from descentlab.data._picture_blank import are_mostly_blank as are_mostly_blank
from descentlab.data._picture_kinds import PICTURE_ENDINGS as PICTURE_ENDINGS, may_be_picture as may_be_picture
from descentlab.data._playground import PointsPreparation as PointsPreparation
from descentlab.data._source import ExampleSource as ExampleSource
from descentlab.data._stored_pictures import StoredPictures as StoredPictures, take_rows as take_rows
from descentlab.data._table_loading import table_as_read as table_as_read
from descentlab.data._table_preparation import TablePreparation as TablePreparation
from descentlab.data._tables import TABLE_ENDINGS as TABLE_ENDINGS, read_table as read_table
from descentlab.data._unpacking import holds_one_file as holds_one_file
from descentlab.data._weights import WEIGHTS as WEIGHTS, check_weights as check_weights
