"""A table prints in columns and shows in a notebook."""

from descentlab.core import TextTable


def test_a_table_prints_in_columns_numbers_to_the_right() -> None:
    table = TextTable(
        header=("layer", "kind", "units"), rows=(("hidden", "dense", "128"), ("out", "dense", "–")), title="A net"
    )
    assert str(table) == "A net\nlayer   kind   units\nhidden  dense    128\nout     dense      –"


def test_a_table_shows_its_words_and_runs_none() -> None:
    table = TextTable(header=("name",), rows=(("<script>alert(1)</script>",),), title="a < b")
    assert table._repr_html_() == (
        "<table><caption>a &lt; b</caption><thead><tr><th>name</th></tr></thead>"
        "<tbody><tr><td>&lt;script&gt;alert(1)&lt;/script&gt;</td></tr></tbody></table>"
    )


def test_a_table_without_rows_is_its_header() -> None:
    assert str(TextTable(header=("run", "state"), rows=())) == "run  state"
