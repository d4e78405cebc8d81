"""The description of an experiment. It imports no JAX, so that a mistake is found in an instant."""

from descentlab.spec._augment import AugmentSpec as AugmentSpec
from descentlab.spec._data import (
    STANDARD as STANDARD,
    ArraysData as ArraysData,
    BundledData as BundledData,
    DataSpec as DataSpec,
    DividedSpec as DividedSpec,
    IdxData as IdxData,
    PicturesData as PicturesData,
    PlaygroundData as PlaygroundData,
    PlaygroundFeature as PlaygroundFeature,
    PointsData as PointsData,
    PreparationSpec as PreparationSpec,
    PreparedSpec as PreparedSpec,
    SplitSpec as SplitSpec,
    SyntheticData as SyntheticData,
    TableData as TableData,
)
from descentlab.spec._experiment import Experiment as Experiment
from descentlab.spec._head import (
    CODES as CODES,
    HEADS as HEADS,
    Coding as Coding,
    HeadFacts as HeadFacts,
    HeadName as HeadName,
    HeadSpec as HeadSpec,
    LossName as LossName,
    Switch as Switch,
)
from descentlab.spec._initial import BiasInitializerName as BiasInitializerName, InitializerName as InitializerName
from descentlab.spec._known_set import KnownSet as KnownSet, SetKind as SetKind
from descentlab.spec._known_sets import (
    POINT_CLASSES as POINT_CLASSES,
    data_names as data_names,
    known_set as known_set,
    known_sets as known_sets,
)
from descentlab.spec._layers import (
    ActivationName as ActivationName,
    ActivationSpec as ActivationSpec,
    AnyLayerSpec as AnyLayerSpec,
    AvgPool2DSpec as AvgPool2DSpec,
    BatchNormSpec as BatchNormSpec,
    Conv2DSpec as Conv2DSpec,
    DenseSpec as DenseSpec,
    DropoutSpec as DropoutSpec,
    FlattenSpec as FlattenSpec,
    GlobalAvgPool2DSpec as GlobalAvgPool2DSpec,
    LayerNormSpec as LayerNormSpec,
    LayerSpec as LayerSpec,
    MaxPool2DSpec as MaxPool2DSpec,
    NormSpec as NormSpec,
    PReLUSpec as PReLUSpec,
    Purpose as Purpose,
    ResidualSpec as ResidualSpec,
    WeightedSpec as WeightedSpec,
    every_layer as every_layer,
)
from descentlab.spec._picture_models import PictureModel as PictureModel
from descentlab.spec._presets import (
    pictures_experiment as pictures_experiment,
    preset as preset,
    preset_names as preset_names,
    table_experiment as table_experiment,
)
from descentlab.spec._ranges import parse_range as parse_range, parse_values as parse_values
from descentlab.spec._study import (
    StudySpec as StudySpec,
    VariableSpec as VariableSpec,
    parse_study as parse_study,
    study_to_toml as study_to_toml,
)
from descentlab.spec._text import (
    override as override,
    parse as parse,
    read as read,
    schema as schema,
    to_toml as to_toml,
)
from descentlab.spec._training import (
    AbsoluteErrorSpec as AbsoluteErrorSpec,
    AdamSpec as AdamSpec,
    AdamWSpec as AdamWSpec,
    AnyLossSpec as AnyLossSpec,
    AnyOptimizerSpec as AnyOptimizerSpec,
    BinaryCrossEntropySpec as BinaryCrossEntropySpec,
    ConstantSpec as ConstantSpec,
    CosineSpec as CosineSpec,
    CrossEntropySpec as CrossEntropySpec,
    EarlyStoppingSpec as EarlyStoppingSpec,
    HuberSpec as HuberSpec,
    LossSpec as LossSpec,
    MomentumSpec as MomentumSpec,
    NesterovSpec as NesterovSpec,
    OneCycleSpec as OneCycleSpec,
    OptimizerSpec as OptimizerSpec,
    Over as Over,
    RmspropSpec as RmspropSpec,
    ScheduleSpec as ScheduleSpec,
    SgdSpec as SgdSpec,
    SquaredErrorSpec as SquaredErrorSpec,
    StepSpec as StepSpec,
    WarmUpSpec as WarmUpSpec,
)
