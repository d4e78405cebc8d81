"""What `atlas` says; it is given nothing but the tables."""

from descentlab.results import Evidence, Statement, Tables, Words


def say(tables: Tables) -> Words:
    """Say how many networks converge, and how rough the border between them and the others is."""
    return Words(_share(tables), (_border(tables), _speed(tables)))


def _share(tables: Tables) -> Statement:
    share, total = (tables["summary"].value(name) for name in ("share", "networks"))
    return Statement(
        f"{share:.1%} of {total:,} networks converge: their loss, averaged over the last 20 epochs, is below the one "
        "they began with.",
        (Evidence("summary", ("share", "networks")),),
        "Networks counted as converging whose loss ends above its start.",
    )


def _border(tables: Tables) -> Statement:
    converging, total, dimension, error = (
        tables["summary"].value(name) for name in ("converging", "networks", "dimension", "dimension_error")
    )
    if not 0 < converging < total:
        which = "all" if converging else "none"
        text = f"There is no border between converging and diverging networks in this rectangle: {which} converge."
        return Statement(text, (Evidence("summary", ("converging",)),), "A network of the other kind.")
    if dimension is None:
        text = (
            f"This map of {total:,} networks is too coarse to tell how rough the border between converging and "
            "diverging networks is: use 64 values a side or more."
        )
        return Statement(text, (Evidence("summary", ("networks",)),), "Three sizes of boxes that hold a piece of it.")
    sizes = tables["boxes"].column("size")
    text = (
        f"The border between converging and diverging networks has a box-counting dimension of {dimension:.2f} "
        f"(standard error of the fit {error:.2f}; boxes of {sizes[0]} to {sizes[-1]} cells): 1 is a smooth line."
    )
    evidence = (Evidence("summary", ("dimension", "dimension_error")), Evidence("boxes", ("size",)))
    return Statement(text, evidence, "Another slope of the number of boxes against their size.")


def _speed(tables: Tables) -> Statement:
    return Statement(
        f"{tables['summary'].value('networks_per_second'):,.0f} networks were trained in a second.",
        (Evidence("summary", ("networks_per_second",)),),
        "Another time on the same machine.",
    )
