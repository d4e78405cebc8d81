"""The measurements behind `features`, one after the other."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from jaxtyping import Float, Int

from descentlab import representations
from descentlab.core import Estimate, SpecError
from descentlab.labs.features._claim import list_differences
from descentlab.labs.features._division import divide, held_out, probe_rows
from descentlab.labs.features._measured import ChannelView, Explained, Features, Likeness, Selectivity
from descentlab.labs.features._source import Request, Source, choose_layer, is_slid
from descentlab.representations import Depth, Method, Saliency, WeightedNetwork
from descentlab.workbench import Watcher

Sanity = dict[Method, tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]]
TWIN_SEEDS = range(1_000, 1_010)
"""Seeds of the untrained networks that tuning is compared with; a run's seeds are rarely so high."""
MANY_ADDS = 30_000_000
COMPARED_EXAMPLES = 500
SHOWN_EXAMPLES = 8
SHOWN_CHANNELS = 16
CHECKED_EXAMPLES = 6
STRONGEST_FROM = 2_000
STEPS_A_MEMBER = 2
OTHER_STEPS = 5


def measure(source: Source, request: Request, watcher: Watcher) -> tuple[Features, dict[str, float]]:
    """Measure what the layers of networks have learned.

    Returns:
        The measurements, and the seconds that each kind of them took.

    Raises:
        SpecError: If there is no such example, or there are too few for the probes.
    """
    job = _Measurement(source, request, watcher)
    depths, widths, kept = job.depths()
    selectivity, extent = job.selectivity(), job.extent()
    first = source.members[0]
    features = Features(
        name=source.networks.name,
        experiment=source.networks.experiment,
        classes=first.dataset.classes,
        part=job.part,
        num_members=len(source.members),
        num_params=sum(layer.num_params for layer in first.net.network.layers),
        layers=(representations.PIXELS, *job.layers),
        weighted=tuple(job.weighted),
        widths=widths,
        kept=kept,
        depths=depths,
        division=job.division,
        selectivity=selectivity,
        extent=extent,
        differences=list_differences(depths, job.weighted, selectivity[0].gain),
        kernels=representations.first_kernels(first.net),
        maps=job.maps(),
        explained=job.explained(),
        channel=job.channel_view(),
        likeness=job.likeness(),
        num_compared=len(job.rows[:COMPARED_EXAMPLES]),
    )
    return features, job.seconds


class _Measurement:
    """The measurements of one network, and of those of other seeds."""

    def __init__(self, source: Source, request: Request, watcher: Watcher) -> None:
        self._source, self._request, self._watcher = source, request, watcher
        self._first = source.members[0]
        self._network = self._first.net.network
        self.part = held_out(self._first.dataset)
        self.rows = self._first.dataset.part(self.part)
        if not 0 <= request.example < len(self.rows):
            raise SpecError(
                f"there is no example {request.example} in the {self.part} part: it has {len(self.rows):,}, counted "
                f"from 0 to {len(self.rows) - 1:,}"
            )
        self.layers = representations.depth_names(self._network)
        self.weighted = [layer.name for layer in representations.weighted_layers(self._network)]
        self._layer = choose_layer(self._network, request)
        self.division = divide(self._first.dataset, request.examples)
        self.seconds: dict[str, float] = {}
        self._done, self._steps = 0, STEPS_A_MEMBER * len(source.members) + OTHER_STEPS

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
        begin, readings, wanted = time.perf_counter(), [], ()
        for member in self._source.members:
            dataset = member.dataset
            rows = probe_rows(dataset, self.division)
            inputs = dataset.real_inputs(rows)
            labels = dataset.targets[rows] if dataset.classes else np.zeros(len(rows), np.int64)
            wanted = representations.measure_properties(inputs, labels, dataset.classes)
            twin = representations.untrained(self._network, inputs, member.seed)
            how = {"wanted": wanted, "labels": labels.astype(np.int64), "division": self.division}
            read = representations.read_member(member.net, twin, self.layers, inputs, on_step=self._advance, **how)
            readings.append(read)
        self.seconds["probes"] = time.perf_counter() - begin
        return representations.follow_depth(readings, wanted, self.layers), readings[0].widths, readings[0].kept

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
        index = np.concatenate([tuning.index for tuning in tunings])
        random = np.concatenate([representations.measure_tuning(twin, layer).index for twin in twins])
        gain, (low, high) = representations.compare_selectivity(index, random)
        return Selectivity(tunings[0], index, random, Estimate(gain, low, high), float(np.quantile(random, 0.95)))

    def extent(self) -> float | None:
        """Measure what share of the picture's side the first layer's median unit looks at; None if that is unknown."""
        side = min(self._network.input_shape[:2])
        field = representations.receptive_field(self._network, self.weighted[0])
        if field is None:
            return None
        if is_slid(representations.weighted_layers(self._network)[0]):
            return min(1.0, max(field.size) / side)
        kernels = representations.first_kernels(self._first.net)
        return 1.0 if kernels is None else float(np.median(representations.window_share(kernels.weights)))

    def maps(self) -> dict[str, np.ndarray]:
        """Record what the example makes of every layer."""
        taps = [f"{name}/activation" for name in self.layers]
        values = self._first.net.record_all(self._example(), taps)
        return {name: values[tap][0] for name, tap in zip(self.layers, taps, strict=True)}

    def _example(self) -> Float[np.ndarray, "one rows columns colours"]:
        return self._first.dataset.real_inputs(self.rows[self._request.example : self._request.example + 1])

    def explained(self) -> Explained:
        """Find the pixels that the example's prediction rests on, and check the maps for sanity."""
        dataset, net = self._first.dataset, self._first.net
        places = [self._request.example, *[k for k in range(len(self.rows)) if k != self._request.example]][
            :CHECKED_EXAMPLES
        ]
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
        predicted = (
            # A lone logit speaks for the second of two classes.
            dataset.classes[int(outputs[0]) if self._network.num_outputs > 1 else int(pairs[0][0].logit > 0.0)]
            if dataset.classes
            else f"{pairs[0][0].logit:.4g}"
        )
        truth = self._truth(int(self.rows[self._request.example]))
        return Explained(self._request.example, pictures[0], truth, predicted, *pairs[0], sanity)

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
            strongest = representations.find_strongest(net, self._layer, inputs, count=SHOWN_EXAMPLES)
        channel = self._best_channel() if self._request.channel is None else self._request.channel
        with self._step("preferred inputs"):
            names = dict.fromkeys([self.weighted[0], self._layer, self.weighted[-1]])
            preferred = tuple(representations.find_preferred(net, name, self._shown(name, channel)) for name in names)
        best = strongest.rows[channel]
        return ChannelView(
            self._layer, channel, strongest, inputs[best], tuple(self._truth(int(rows[k])) for k in best), preferred
        )

    def _best_channel(self) -> int:
        """Choose the channel that the example activates most."""
        values = self._first.net.record_all(self._example(), [f"{self._layer}/activation"])
        answers = values[f"{self._layer}/activation"][0]
        return int(answers.reshape(-1, answers.shape[-1]).max(axis=0).argmax())

    def _shown(self, name: str, channel: int) -> Int[np.ndarray, " channels"]:
        (channels,) = (layer.output_shape[-1] for layer in self._network.layers if layer.name == name)
        shown = list(range(min(channels, SHOWN_CHANNELS)))
        if name == self._layer and channel not in shown:
            shown[-1] = channel
        return np.array(shown)

    def likeness(self) -> tuple[Likeness, ...]:
        """Compare every two layers, and those of other networks."""
        inputs = self._first.dataset.real_inputs(self.rows[:COMPARED_EXAMPLES])
        twin = representations.untrained(self._network, inputs, self._first.seed)
        others = [("itself", self._first.net), ("itself before training", twin)]
        others += [(member.name, member.net) for member in self._source.members[1:2]]
        if self._source.other is not None:
            others.append((self._source.other.name, self._source.other.net))
        with self._step("likeness"):
            grams = self._grams(self._first.net, inputs)
            return tuple(_alike(name, grams, self._grams(net, inputs)) for name, net in others)

    def _grams(self, net: WeightedNetwork, inputs: np.ndarray) -> dict[str, np.ndarray]:
        names = representations.depth_names(net.network)
        values = net.record_all(inputs, [f"{name}/activation" for name in names])
        return {
            representations.PIXELS: representations.gram_of(inputs),
            **{name: representations.gram_of(values[f"{name}/activation"]) for name in names},
        }


def _alike(other: str, grams: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> Likeness:
    values = representations.linear_cka(list(grams.values()), list(theirs.values()))
    return Likeness(tuple(grams), tuple(theirs), other, values)


def _correlations(
    method: Method, pairs: Sequence[tuple[Saliency, Saliency]], inks: Sequence[np.ndarray]
) -> tuple[Float[np.ndarray, " maps"], Float[np.ndarray, " maps"]]:
    """Compare maps with those of redrawn weights: over all pixels, and over those with ink."""
    maps = [(trained.maps[method], redrawn.maps[method]) for trained, redrawn in pairs]
    whole = [representations.rank_correlation(*both) for both in maps]
    ink = [representations.rank_correlation(*both, within) for both, within in zip(maps, inks, strict=True)]
    return np.array(whole), np.array(ink)
