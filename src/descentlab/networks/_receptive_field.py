"""Which pixels a unit can see: the arithmetic of windows, steps and margins."""

from dataclasses import dataclass, replace

Pair = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """A rectangle of pixels."""

    top: int
    left: int
    height: int
    width: int


@dataclass(frozen=True)
class ReceptiveField:
    """What the units of a layer see of the picture; each pair is down and across.

    The unit at place p sees the `size` pixels from `start + p * jump` on, as far as the picture goes.

    Attributes:
        start: The first pixel of the unit at place 0; negative within a margin.
        jump: The pixels from one place to the next; 0 where every unit sees the whole picture.
        size: The pixels that a unit sees.
        picture: The height and width of the picture.

    References:
        Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks" (2019).
    """

    start: Pair
    jump: Pair
    size: Pair
    picture: Pair

    def box(self, place: Pair) -> Box:
        """Return the pixels that the unit at a place sees, cut off at the picture's edges."""
        (top, height), (left, width) = (self._along(axis, place[axis]) for axis in (0, 1))
        return Box(top, left, height, width)

    def is_inside(self, place: Pair) -> bool:
        """Say whether all that the unit could see lies in the picture, none in a margin."""
        box = self.box(place)
        return (box.height, box.width) == self.size

    def _along(self, axis: int, place: int) -> Pair:
        first = self.start[axis] + place * self.jump[axis]
        begin, end = max(first, 0), min(first + self.size[axis], self.picture[axis])
        return begin, end - begin

    def through_window(self, window: Pair, step: Pair, gap: Pair = (1, 1), before: Pair = (0, 0)) -> "ReceptiveField":
        """Return what units see that look at these through a window.

        Args:
            window: The rows and columns of the window.
            step: The distance from place to place.
            gap: The distance from one row, or column, of the window to the next.
            before: The rows above, and columns to the left, of zeros around what it is slid over.

        Returns:
            The field of the units behind the window.
        """
        axes = (0, 1)
        start = [self.start[a] - before[a] * self.jump[a] for a in axes]
        size = [self.size[a] + (window[a] - 1) * gap[a] * self.jump[a] for a in axes]
        jump = [self.jump[a] * step[a] for a in axes]
        return replace(self, start=(start[0], start[1]), size=(size[0], size[1]), jump=(jump[0], jump[1]))

    def whole(self) -> "ReceptiveField":
        """Return what units see that look at all places at once."""
        return replace(self, start=(0, 0), jump=(0, 0), size=self.picture)

    def joined(self, other: "ReceptiveField") -> "ReceptiveField":
        """Return what units see that look at the units of two fields, whose steps are those of the other."""
        axes = (0, 1)
        start = [min(self.start[a], other.start[a]) for a in axes]
        ends = [max(self.start[a] + self.size[a], other.start[a] + other.size[a]) for a in axes]
        return replace(other, start=(start[0], start[1]), size=(ends[0] - start[0], ends[1] - start[1]))
