"""A session: networks that train side by side while a person changes and inspects them."""

from dataclasses import dataclass
from typing import Any, Literal

from descentlab import data
from descentlab.core import RunError, SpecError
from descentlab.data import ExampleSource
from descentlab.evaluation import spanning_features
from descentlab.live._maps import Maps, draw_answer, draw_maps
from descentlab.live._plane import plane_of
from descentlab.live._racer import Racer
from descentlab.networks import HostArrays
from descentlab.spec import Experiment, OptimizerSpec, parse
from descentlab.training import Moment

MOST_EPOCHS = 100_000
"""A network that has trained for so many epochs is stopped; `descentlab train` can train it longer."""
MOST_MOMENTS = 300
"""Moments that are kept to go back to; when there are more, every second one is dropped."""
MOST_RACERS = 8

Varied = Literal["learning_rate", "activation", "optimizer", "seed"]


@dataclass(frozen=True)
class Race:
    """The only setting in which networks that train side by side differ.

    Attributes:
        name: Name of the setting.
        values: Value of the setting in each network.
    """

    name: Varied
    values: tuple[Any, ...]


class Session:
    """Networks in training, and what is shown of them. Only one thread uses it at a time.

    Attributes:
        experiment: Experiment of the first network.
        race: Setting in which the networks differ, or None.
        dataset: Data of all networks.
        plane: Plane over which the networks are shown; None if the data has no two columns of numbers.
        racers: Networks of the session.
        focus: Position of the network that is shown in full.
        generation: Counter that rises when the networks are replaced.
        data_generation: Counter that rises when the data is replaced.
    """

    def __init__(self, experiment: Experiment, race: Race | None = None) -> None:
        """Draw the networks.

        Raises:
            DescentlabError: If the experiment does not fit its data.
        """
        self.generation = 0
        self.data_generation = 0
        self.focus = 0
        self._features: tuple[str, str] | None = None
        self._source: tuple[Any, ExampleSource] | None = None
        self._build(experiment, race)

    def _build(self, experiment: Experiment, race: Race | None) -> None:
        variants = race_variants(experiment, race)
        source = self._load(experiment)
        dataset = data.prepare(source, experiment.split, _data_seed(experiment))
        features = self._features if self._source is not None and source is self._source[1] else None
        plane = plane_of(dataset, features)
        racers = [Racer(label, variant, dataset) for label, variant in variants]
        self._source, self._features = (experiment.data, source), features
        self.experiment, self.race, self.dataset, self.plane, self.racers = experiment, race, dataset, plane, racers
        self.focus = min(self.focus, len(racers) - 1)
        self.generation += 1
        self.data_generation += 1
        self._moments: list[tuple[Moment, ...]] = []
        self._stride = 1
        self.shown: int | None = None
        self._keep_moment()

    def _load(self, experiment: Experiment) -> ExampleSource:
        if self._source is not None and self._source[0] == experiment.data:
            return self._source[1]
        return data.load(experiment.data)

    @property
    def is_prepared(self) -> bool:
        """Whether the training programs of all networks are compiled."""
        return all(racer.network.is_prepared for racer in self.racers)

    def prepare(self) -> None:
        """Compile the training programs ahead of `advance`; another thread may do this while the networks are shown."""
        for racer in self.racers:
            racer.network.prepare()

    def reset(self) -> None:
        """Start again with the same data and the same initial weights."""
        self._build(self.experiment, self.race)

    def become(self, experiment: Experiment, race: Race | None = None) -> None:
        """Change to another experiment, and go on with the same networks if the change allows it.

        Numbers of the optimizer and penalties change in place; so does noise, as long as the parts keep their sizes.
        Any other change draws the networks anew, from the same seed.

        Raises:
            DescentlabError: If the experiment does not fit its data; the session is as before.
        """
        if race == self.race and self._goes_on(experiment):
            self._change(experiment)
        else:
            self._build(experiment, race)

    def _goes_on(self, experiment: Experiment) -> bool:
        """Return whether the experiments differ only in numbers that can change in place."""
        old, new = self.experiment, experiment
        same = {"optimizer": old.optimizer, "data": old.data, "data_seed": old.data_seed}
        is_same_rule = (
            type(old.optimizer) is type(new.optimizer)
            and (old.optimizer.clip_norm is None) == (new.optimizer.clip_norm is None)
            and old.optimizer.maximize == new.optimizer.maximize
        )
        return is_same_rule and new.model_copy(update=same) == old and _is_same_kind(old, new)

    def _change(self, experiment: Experiment) -> None:
        if (experiment.data, _data_seed(experiment)) != (self.experiment.data, _data_seed(self.experiment)):
            source = self._load(experiment)
            dataset = data.prepare(source, experiment.split, _data_seed(experiment))
            for racer in self.racers:
                racer.network.set_data(dataset)
            self._source, self.dataset, self.plane = (
                (experiment.data, source),
                dataset,
                plane_of(dataset, self._features),
            )
            self.data_generation += 1
        self.experiment = experiment
        for racer, (_, variant) in zip(self.racers, race_variants(experiment, self.race), strict=True):
            numbers = variant.optimizer.model_dump()
            racer.network.change({name: numbers[name] for name in racer.network.hyper if numbers.get(name) is not None})
            racer.touched()

    @property
    def axes(self) -> tuple[str, ...]:
        """Names of the features that can span the plane; none if the plane is given, as for points in the plane."""
        return tuple(spanning_features(self.dataset))

    def look_across(self, features: tuple[str, str] | None) -> None:
        """Choose the two features of a table that span the plane; None chooses them automatically.

        The choice ends when other data is loaded.

        Raises:
            SpecError: If there is no such feature.
        """
        self.plane = plane_of(self.dataset, features)
        self._features = features
        self.data_generation += 1

    def look_at(self, place: int) -> None:
        """Choose the network that is shown in full."""
        self.focus = min(max(place, 0), len(self.racers) - 1)
        self.generation += 1

    def advance(self, *, epochs: int = 0, steps: int = 0) -> None:
        """Train all networks alike; a diverged network stays unchanged.

        Raises:
            RunError: If no network can be trained any more.
        """
        self._leave_the_past()
        if self.is_over:
            raise RunError(_why_over(self.epoch, len(self.racers)))
        for racer in self.racers:
            if steps:
                racer.advance_steps(steps)
            if epochs:
                racer.advance(epochs)
        self._keep_moment()

    @property
    def epoch(self) -> int:
        """Number of epochs done by the network that has done the most."""
        return max(racer.network.epoch for racer in self.racers)

    @property
    def is_over(self) -> bool:
        """Whether no network can be trained any more."""
        return self.epoch >= MOST_EPOCHS or all(racer.network.has_diverged for racer in self.racers)

    @property
    def epoch_seconds(self) -> float:
        """Time of one epoch of all networks, in seconds; 0 before the first."""
        return sum(racer.network.epoch_seconds for racer in self.racers)

    def set_weight(self, layer: str, role: str, index: tuple[int, ...], value: float) -> None:
        """Set one weight of the network in focus.

        Raises:
            SpecError: If there is no such weight.
        """
        self._leave_the_past()
        self.racers[self.focus].network.set_weight(layer, role, index, value)
        self._touch(self.focus)

    def set_weights(self, place: int, params: HostArrays) -> None:
        """Set all weights of one network.

        Raises:
            SpecError: If the weights do not fit the network.
        """
        self._leave_the_past()
        self.racers[place].network.set_params(params)
        self._touch(place)

    def _touch(self, place: int) -> None:
        racer = self.racers[place]
        racer.touched()
        if racer.network.epoch == racer.network.step == 0:
            self._moments, self._stride = [], 1
            self._keep_moment()

    @property
    def moments(self) -> tuple[int, ...]:
        """Epochs of the moments that the session can go back to."""
        return tuple(max(moment.epoch for moment in moments) for moments in self._moments)

    def look_back(self, place: int | None) -> None:
        """Show an earlier moment; None shows the present. Training from there drops the later moments."""
        self.shown = None if place is None or place >= len(self._moments) - 1 else max(0, place)

    def _leave_the_past(self) -> None:
        """Go back to the moment that is shown, if one is."""
        if self.shown is None:
            return
        for racer, moment in zip(self.racers, self._moments[self.shown], strict=True):
            racer.go_to(moment)
        del self._moments[self.shown + 1 :]
        self.shown = None

    def _keep_moment(self) -> None:
        if self._moments and self.epoch < self.moments[-1] + self._stride:
            return
        self._moments.append(tuple(racer.moment() for racer in self.racers))
        if len(self._moments) > MOST_MOMENTS:
            self._moments = self._moments[::2]
            self._stride = max(2 * self._stride, self.moments[-1] // MOST_MOMENTS)

    def params_of(self, place: int) -> Any:
        """Return the weights of one network at the moment that is shown."""
        if self.shown is None:
            return self.racers[place].network.params
        return self._moments[self.shown][place].params

    def statistics_of(self, place: int) -> Any:
        """Return the running statistics of one network at the moment that is shown."""
        if self.shown is None:
            return self.racers[place].network.statistics
        return self._moments[self.shown][place].state["statistics"]

    def initial_params_of(self, place: int) -> Any:
        """Return the initial weights of one network."""
        return self._moments[0][place].params

    def maps_of(self, place: int, *, is_full: bool) -> Maps | None:
        """Compute one network's outputs over the plane at the moment that is shown; with its neurons if `is_full`."""
        if self.plane is None:
            return None
        plan = self.racers[place].network.plan
        draw = draw_maps if is_full else draw_answer
        return draw(plan.network, plan.objective, self.params_of(place), self.statistics_of(place), self.plane)


def _why_over(epoch: int, num: int) -> str:
    if epoch >= MOST_EPOCHS:
        return f"{MOST_EPOCHS:,} epochs are trained; reset (R) to begin again, or go further with `descentlab train`"
    whose = "this network has diverged and trains" if num == 1 else "all networks here have diverged and train"
    return f"{whose} no further: reset (R), and choose a lower learning rate"


def race_variants(experiment: Experiment, race: Race | None) -> list[tuple[str, Experiment]]:
    """Return label and experiment of each network of a race.

    Raises:
        SpecError: If there are too many networks, two are the same, or a value is out of range.
    """
    if race is None:
        return [("", experiment)]
    if not 1 <= len(race.values) <= MOST_RACERS:
        raise SpecError(f"a race cannot have {len(race.values)} networks; give 1 to {MOST_RACERS} values")
    if len(set(race.values)) < len(race.values):
        raise SpecError(f"two networks of the race have the same {race.name}; give each a different value")
    return [(_label(value), _variant(experiment, race.name, value)) for value in race.values]


def _label(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _variant(experiment: Experiment, name: Varied, value: Any) -> Experiment:
    values = experiment.model_dump(mode="json", exclude_none=True)
    match name:
        case "learning_rate":
            values["optimizer"]["learning_rate"] = value
        case "seed":
            values |= {"seed": value, "data_seed": _data_seed(experiment)}
        case "activation":
            *hidden, output = values["model"]
            changed = [layer | {"activation": value} if "activation" in layer else layer for layer in hidden]
            values["model"] = [*changed, output]
        case "optimizer":
            kept = OptimizerSpec.model_fields.keys() & values["optimizer"].keys()
            values["optimizer"] = {field: values["optimizer"][field] for field in kept} | {"kind": value}
    return parse(values, where="the race")


def _data_seed(experiment: Experiment) -> int:
    return experiment.seed if experiment.data_seed is None else experiment.data_seed


def _is_same_kind(old: Experiment, new: Experiment) -> bool:
    """Return whether the data differ only in noise or seed, so that no part changes its size."""
    if old.data == new.data:
        return True
    if old.data.kind != "playground" or new.data.kind != "playground":
        return False
    return old.data.model_copy(update={"noise": new.data.noise}) == new.data
