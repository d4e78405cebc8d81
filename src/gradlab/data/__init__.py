"""Floor 3: sources of examples and their preparation."""

from gradlab.data._arrays import Arrays as Arrays
from gradlab.data._dataset import (
    Dataset as Dataset,
    PartName as PartName,
    Preparation as Preparation,
    Prepared as Prepared,
)
from gradlab.data._load import (
    Source as Source,
    data_names as data_names,
    load as load,
    preparation_from_json as preparation_from_json,
    prepare as prepare,
)
from gradlab.data._stored_pictures import StoredPictures as StoredPictures, take_rows as take_rows
