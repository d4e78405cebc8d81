"""`descentlab data`: what there is to train on."""

from descentlab.cli._options import Debug, Json
from descentlab.cli._output import print_json, to_stdout


def data(as_json: Json = False, debug: Debug = False) -> None:
    """List the presets and data sets that come with descentlab, and what else it reads.

    Example:
    * `descentlab data --json`
    """
    from descentlab import spec

    presets, sources = spec.preset_names(), spec.data_names()
    if as_json:
        print_json({"presets": presets, "data": dict(sources)})
        return
    console = to_stdout()
    width = max(map(len, (*presets, *sources)))
    console.print("Presets, as in `descentlab train iris`:")
    for name, line in presets.items():
        console.print(f"  {name:<{width}} {line}", markup=False)
    console.print("\nData sets, as in `descentlab train iris --set data.name=wine`:")
    for name, line in sources.items():
        console.print(f"  {name:<{width}} {line}", markup=False)
    console.print(
        "\nYour own: a CSV, TSV or Parquet file (`descentlab train my.csv --target NAME`), or a folder of pictures "
        "with a subfolder\nper class (`descentlab train pictures/`).",
        markup=False,
    )
