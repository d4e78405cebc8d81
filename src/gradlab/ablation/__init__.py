"""Floor 7: what a layer is worth: taken away from a trained network, and left out before training."""

from gradlab.ablation._answer import (
    Edit as Edit,
    OutputEdit as OutputEdit,
    WeightEdit as WeightEdit,
    answer as answer,
    chunk_size as chunk_size,
    mean_outputs as mean_outputs,
)
from gradlab.ablation._estimate import (
    Answers as Answers,
    Estimate as Estimate,
    Worth as Worth,
    cost_of as cost_of,
    cost_of_each as cost_of_each,
    join_seeds as join_seeds,
    over_draws as over_draws,
)
from gradlab.ablation._layers import (
    METHODS as METHODS,
    ChannelWorths as ChannelWorths,
    MemberWorths as MemberWorths,
    Method as Method,
    channelled as channelled,
    join_members as join_members,
    measure_channels as measure_channels,
    measure_layers as measure_layers,
)
from gradlab.ablation._subject import (
    Place as Place,
    Sample as Sample,
    Subject as Subject,
    choose_places as choose_places,
    find_places as find_places,
)
from gradlab.ablation._time import (
    PER_EXAMPLES as PER_EXAMPLES,
    TIME_STEPS as TIME_STEPS,
    WHOLE as WHOLE,
    forward_times as forward_times,
)
