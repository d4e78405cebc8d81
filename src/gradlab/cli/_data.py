"""`gradlab data`: what there is to train on."""

from gradlab.cli._options import Debug, Json
from gradlab.cli._output import print_json, to_stdout


def data(as_json: Json = False, debug: Debug = False) -> None:
    """List the presets and data sets that come with gradlab, and what else it reads.

    Example:
    * `gradlab data --json`
    """
    from gradlab import spec
    from gradlab.data import data_names

    presets, sources = spec.preset_names(), data_names()
    if as_json:
        print_json({"presets": presets, "data": dict(sources)})
        return
    console = to_stdout()
    console.print("Presets, as in `gradlab train iris`:")
    for name, line in presets.items():
        console.print(f"  {name:<14} {line}", markup=False)
    console.print("\nData sets, as in `gradlab train iris --set data.name=wine`:")
    for name, line in sources.items():
        console.print(f"  {name:<14} {line}", markup=False)
    console.print(
        "\nYour own: a CSV, TSV or Parquet file (`gradlab train my.csv --target NAME`), or a folder of pictures with "
        "a subfolder\nper class (`gradlab train pictures/`).",
        markup=False,
    )
