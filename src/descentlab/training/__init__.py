"""The population program. It knows no metrics beyond those that it traces, and draws no charts."""

from descentlab.training._block import Block as Block
from descentlab.training._devices import (
    ONE_CORE_EACH as ONE_CORE_EACH,
    core_devices as core_devices,
    device_count as device_count,
    device_names as device_names,
    over_cores as over_cores,
    precision_of as precision_of,
    prepare_engine as prepare_engine,
    quick_compilation as quick_compilation,
)
from descentlab.training._examples import lay_out as lay_out, separate_names as separate_names
from descentlab.training._executor import (
    BlockTask as BlockTask,
    Executor as Executor,
    Threads as Threads,
    train_task as train_task,
)
from descentlab.training._live import LiveNetwork as LiveNetwork, Moment as Moment
from descentlab.training._measure import as_real as as_real, measure as measure
from descentlab.training._numbers import adjustable_numbers as adjustable_numbers
from descentlab.training._pieces import chunk_size as chunk_size, piece_size as piece_size
from descentlab.training._plan import (
    Form as Form,
    Plan as Plan,
    make_plan as make_plan,
)
from descentlab.training._population import (
    Checkpoints as Checkpoints,
    Interrupted as Interrupted,
    Population as Population,
    Progress as Progress,
    group_members as group_members,
    train_blocks as train_blocks,
    train_population as train_population,
)
from descentlab.training._program import Compiler as Compiler
from descentlab.training._rate_factors import rate_factors as rate_factors
from descentlab.training._results import Stacked as Stacked, Trained as Trained
from descentlab.training._state import Member as Member, Start as Start
from descentlab.training._symptoms import SymptomPlan as SymptomPlan, Symptoms as Symptoms
