"""The command `descentlab data`, which lists presets and data sets."""

from descentlab.cli._options import Debug, Json
from descentlab.cli._output import print_json, to_stdout


def data(as_json: Json = False, debug: Debug = False) -> None:
    """List the presets and data sets that come with descentlab, and the files that it reads.

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
    console.print("Presets; train one by `descentlab train iris`:")
    for name, line in presets.items():
        console.print(f"  {name:<{width}} {line}", markup=False)
    console.print("\nData sets; train on one by `descentlab train iris --set data.name=wine`:")
    for name, line in sources.items():
        console.print(f"  {name:<{width}} {line}", markup=False)
    console.print(
        "\nYour own data: a CSV, TSV or Parquet file (`descentlab train my.csv --target NAME`), or a folder of "
        "pictures with a\nsubfolder for each class (`descentlab train pictures/`).",
        markup=False,
    )
