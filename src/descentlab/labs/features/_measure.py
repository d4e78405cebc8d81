"""The measurements behind `features`, one after the other."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float, Int

from descentlab import representations
from descentlab.core import Estimate, SpecError, unknown_name
from descentlab.data import Dataset
from descentlab.labs.features._result import ChannelView, Explained, Likeness, Selectivity
from descentlab.labs.features._source import Source
from descentlab.networks import Layer
from descentlab.representations import Depth, Division, Method, Saliency, WeightedNetwork
from descentlab.workbench import Watcher

Rows = Int[np.ndarray, " rows"]
Sanity = dict[Method, tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]]
TWIN_SEEDS = range(1_000, 1_010)
"""Seeds of the untrained networks that tuning is held against; a run's own are rarely so high."""
MANY_ADDS = 30_000_000
CKA_EXAMPLES = 500
SHOWN_EXAMPLES = 8
SHOWN_CHANNELS = 16
CHECKED_EXAMPLES = 6
STRONGEST_FROM = 2_000
STEPS_A_MEMBER = 2
OTHER_STEPS = 5


@dataclass(frozen=True)
class Wish:
    """What a person asked for; None leaves the choice open.

    Attributes:
        example: Which example of the held-out part.
        layer: Whose channels are shown.
        channel: Which of them.
        examples: Examples of the probes.
    """

    example: int
    layer: str | None
    channel: int | None
    examples: int


class Measurement:
    """The measurements of one network, and of its siblings of other seeds."""

    def __init__(self, source: Source, wish: Wish, watcher: Watcher) -> None:
        """Check what is asked for before anything is measured."""
        self._source, self._wish, self._watcher = source, wish, watcher
        self._first = source.members[0]
        self._network = self._first.net.network
        self.part = held_out(self._first.dataset)
        self.rows = self._first.dataset.part(self.part)
        self.layers = representations.depth_names(self._network)
        self.weighted = [layer.name for layer in representations.weighted_layers(self._network)]
        self.layer, self.channel = self._checked()
        self.division = divide(self._first.dataset, wish.examples)
        self.seconds: dict[str, float] = {}
        self._done, self._steps = 0, STEPS_A_MEMBER * len(source.members) + OTHER_STEPS

    def _checked(self) -> tuple[str, int | None]:
        wish, network = self._wish, self._network
        if not self.weighted:
            raise SpecError("features needs a convolution or a dense layer in the network's own row, and there is none")
        if not 0 <= wish.example < len(self.rows):
            raise SpecError(
                f"there is no example {wish.example} in the {self.part} part: it has {len(self.rows):,}, counted from "
                f"0 to {len(self.rows) - 1:,}"
            )
        layer = wish.layer or default_layer(self._first.net)
        if layer not in self.layers:
            raise SpecError(unknown_name("layer", layer, self.layers))
        (own,) = (one for one in network.layers if one.name == layer)
        num = own.output_shape[-1]
        if wish.channel is not None and not 0 <= wish.channel < num:
            raise SpecError(
                f"layer '{layer}' has no channel {wish.channel}: it has {num}, counted from 0 to {num - 1}. "
                f"Channels by layer: {', '.join(f'{one.name} {one.output_shape[-1]}' for one in network.layers)}"
            )
        return layer, wish.channel

    @contextmanager
    def _step(self, name: str) -> Iterator[None]:
        begin = time.perf_counter()
        self._watcher.on_loading("looking into the layers", self._done, self._steps)
        yield
        self._advance()
        self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - begin

    def _advance(self) -> None:
        self._done += 1
        self._watcher.on_loading("looking into the layers", min(self._done, self._steps), self._steps)

    def depths(self) -> tuple[tuple[Depth, ...], dict[str, int], dict[str, float]]:
        """Read the properties at every depth, of every network."""
        begin, found, wanted = time.perf_counter(), [], ()
        for member in self._source.members:
            dataset = member.dataset
            rows = probe_rows(dataset, self.division)
            inputs = dataset.real_inputs(rows)
            labels = dataset.targets[rows] if dataset.classes else np.zeros(len(rows), np.int64)
            wanted = representations.measure_properties(inputs, labels, dataset.classes)
            twin = representations.untrained(self._network, inputs, member.seed)
            found.append(
                representations.read_member(
                    member.net, twin, self.layers, inputs, wanted=wanted, labels=labels.astype(np.int64),
                    division=self.division, on_step=self._advance,
                )
            )  # fmt: skip
        self.seconds["probes"] = time.perf_counter() - begin
        return representations.follow_depth(found, wanted, self.layers), found[0].widths, found[0].kept

    def selectivity(self) -> tuple[Selectivity, ...]:
        """Measure how selective the channels of the first two layers with weights are."""
        inputs = self._first.dataset.real_inputs(self._first.dataset.train[:256])
        heavy = sum(layer.multiply_adds for layer in self._network.layers) > MANY_ADDS
        seeds = TWIN_SEEDS[:3] if heavy else TWIN_SEEDS
        with self._step("tuning"):
            twins = [representations.untrained(self._network, inputs, seed) for seed in seeds]
            return tuple(self._selectivity(layer, twins) for layer in self.weighted[:2])

    def _selectivity(self, layer: str, twins: list[WeightedNetwork]) -> Selectivity:
        tunings = [representations.measure_tuning(member.net, layer) for member in self._source.members]
        index = np.concatenate([one.index for one in tunings])
        random = np.concatenate([representations.measure_tuning(twin, layer).index for twin in twins])
        gain, (low, high) = representations.compare_selectivity(index, random)
        return Selectivity(tunings[0], index, random, Estimate(gain, low, high), float(np.quantile(random, 0.95)))

    def extent(self) -> float | None:
        """Measure what share of the picture's side the first layer's median unit looks at; None if that is unknown."""
        side = min(self._network.input_shape[:2])
        field = representations.receptive_field(self._network, self.weighted[0])
        if field is None:
            return None
        if _is_slid(representations.weighted_layers(self._network)[0]):
            return min(1.0, max(field.size) / side)
        kernels = representations.first_kernels(self._first.net)
        return 1.0 if kernels is None else float(np.median(representations.window_share(kernels.weights)))

    def maps(self) -> dict[str, np.ndarray]:
        """Record what the example makes of every layer."""
        taps = [f"{name}/activation" for name in self.layers]
        found = self._first.net.record_all(self._example(), taps)
        return {name: found[tap][0] for name, tap in zip(self.layers, taps, strict=True)}

    def _example(self) -> Float[np.ndarray, "one rows columns colours"]:
        return self._first.dataset.real_inputs(self.rows[self._wish.example : self._wish.example + 1])

    def explained(self) -> Explained:
        """Find the pixels that the example's prediction rests on, and check the maps for sanity."""
        dataset, net = self._first.dataset, self._first.net
        places = [self._wish.example, *[k for k in range(len(self.rows)) if k != self._wish.example]][:CHECKED_EXAMPLES]
        pictures = dataset.real_inputs(self.rows[np.array(places)])
        with self._step("saliency"):
            random = representations.untrained(self._network, dataset.real_inputs(dataset.train[:256]), TWIN_SEEDS[0])
            outputs = net.logits(pictures).argmax(axis=1)
            pairs = [
                (
                    representations.explain(net, picture, int(output)),
                    representations.explain(random, picture, int(output)),
                )
                for picture, output in zip(pictures, outputs, strict=True)
            ]
        inks = [picture.mean(axis=2) > 0.0 for picture in pictures]
        sanity: Sanity = {method: _correlations(method, pairs, inks) for method in representations.METHODS}
        row = self.rows[self._wish.example]
        told = (
            dataset.classes[self._told(int(outputs[0]), pairs[0][0].logit)]
            if dataset.classes
            else f"{pairs[0][0].logit:.4g}"
        )
        return Explained(self._wish.example, pictures[0], self._truth(int(row)), told, pairs[0][0], pairs[0][1], sanity)

    def _told(self, output: int, logit: float) -> int:
        """Name the class of a logit; a lone one speaks for the second of two classes."""
        return int(output) if self._network.num_outputs > 1 else int(logit > 0.0)

    def _truth(self, row: int) -> str:
        dataset = self._first.dataset
        target = dataset.targets[row]
        return dataset.classes[int(target)] if dataset.classes else f"{float(target):.4g}"

    def channel_view(self) -> ChannelView:
        """Find what single channels look for."""
        rows = self.rows[:STRONGEST_FROM]
        inputs = self._first.dataset.real_inputs(rows)
        net = self._first.net
        with self._step("strongest examples"):
            strongest = representations.find_strongest(net, self.layer, inputs, count=SHOWN_EXAMPLES)
        channel = self._best_channel() if self.channel is None else self.channel
        with self._step("preferred inputs"):
            names = dict.fromkeys([self.weighted[0], self.layer, self.weighted[-1]])
            preferred = tuple(representations.find_preferred(net, name, self._shown(name, channel)) for name in names)
        best = strongest.rows[channel]
        return ChannelView(
            self.layer, channel, strongest, inputs[best], tuple(self._truth(int(rows[k])) for k in best), preferred
        )

    def _best_channel(self) -> int:
        """Choose the channel that the example wakes most."""
        values = self._first.net.record_all(self._example(), [f"{self.layer}/activation"])
        answers = values[f"{self.layer}/activation"][0]
        return int(answers.reshape(-1, answers.shape[-1]).max(axis=0).argmax())

    def _shown(self, name: str, channel: int) -> Int[np.ndarray, " channels"]:
        (own,) = (one for one in self._network.layers if one.name == name)
        shown = list(range(min(own.output_shape[-1], SHOWN_CHANNELS)))
        if name == self.layer and channel not in shown:
            shown[-1] = channel
        return np.array(shown)

    def likeness(self) -> tuple[Likeness, ...]:
        """Compare every two layers, and those of other networks."""
        inputs = self._first.dataset.real_inputs(self.rows[:CKA_EXAMPLES])
        twin = representations.untrained(self._network, inputs, self._first.seed)
        others = [("itself", self._first.net), ("itself before training", twin)]
        others += [(member.name, member.net) for member in self._source.members[1:2]]
        if self._source.other is not None:
            others.append((self._source.other.name, self._source.other.net))
        with self._step("likeness"):
            own = self._grams(self._first.net, inputs)
            return tuple(self._alike(name, own, self._grams(net, inputs), len(inputs)) for name, net in others)

    def _grams(self, net: WeightedNetwork, inputs: np.ndarray) -> dict[str, np.ndarray]:
        names = representations.depth_names(net.network)
        found = net.record_all(inputs, [f"{name}/activation" for name in names])
        return {
            representations.PIXELS: representations.gram_of(inputs),
            **{name: representations.gram_of(found[f"{name}/activation"]) for name in names},
        }

    @staticmethod
    def _alike(other: str, own: dict[str, np.ndarray], theirs: dict[str, np.ndarray], count: int) -> Likeness:
        values = representations.linear_cka(list(own.values()), list(theirs.values()))
        return Likeness(tuple(own), tuple(theirs), other, values, count)


def _correlations(
    method: Method, pairs: Sequence[tuple[Saliency, Saliency]], inks: Sequence[np.ndarray]
) -> tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]:
    """Compare maps with those of redrawn weights: over all pixels, and over those with ink."""
    maps = [(one.maps[method], other.maps[method]) for one, other in pairs]
    whole = [representations.rank_correlation(one, other) for one, other in maps]
    ink = [
        representations.rank_correlation(one, other, within) for (one, other), within in zip(maps, inks, strict=True)
    ]
    return np.array(whole), np.array(ink)


def held_out(dataset: Dataset) -> Literal["test", "validation", "train"]:
    """Name the part whose examples are shown and scored: test, else validation, else train."""
    return "test" if len(dataset.test) else "validation" if len(dataset.validation) else "train"


def divide(dataset: Dataset, examples: int) -> Division:
    """Divide the examples of the probes: a quarter held out to score, the others of the training part.

    Raises:
        SpecError: If there are too few.
    """
    held = len(dataset.part(held_out(dataset)))
    own = len(dataset.train) if held_out(dataset) != "train" else len(dataset.train) // 2
    score = min(held if held_out(dataset) != "train" else held - own, examples // 4)
    rest = min(own, examples - score)
    division = Division(rest - rest // 5, rest // 5, score)
    if division.choose < 10 or division.score < 10:
        raise SpecError(
            f"examples={examples} leaves {division.fit} to fit a probe, {division.choose} to choose its penalty and "
            f"{division.score} to score it; expected 10 or more of each, as --examples 6000, and as much data"
        )
    return division


def probe_rows(dataset: Dataset, division: Division) -> Rows:
    """Take the examples of the probes: the first of the training part, then the first held out."""
    first = division.fit + division.choose
    part = held_out(dataset)
    scored = dataset.train[first : division.total] if part == "train" else dataset.part(part)[: division.score]
    return np.concatenate([dataset.train[:first], scored])


def default_layer(net: WeightedNetwork) -> str:
    """Choose the layer whose channels are shown: the last convolution, else the first layer with weights."""
    weighted = representations.weighted_layers(net.network)
    slid = [layer.name for layer in weighted if _is_slid(layer)]
    return slid[-1] if slid else weighted[0].name


def _is_slid(layer: Layer) -> bool:
    return layer.weighted_sum is not None and layer.weighted_sum.is_slid
