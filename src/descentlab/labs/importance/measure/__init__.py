"""What a layer is worth: taken away from a trained network, and left out before training."""

from descentlab.labs.importance.measure._answer import (
    Edit as Edit,
    OutputEdit as OutputEdit,
    WeightEdit as WeightEdit,
    answer as answer,
    chunk_size as chunk_size,
    mean_outputs as mean_outputs,
)
from descentlab.labs.importance.measure._claims import (
    Claim as Claim,
    Textbook as Textbook,
    Trials as Trials,
    Verdict as Verdict,
    count_weights as count_weights,
    judge as judge,
    verdict_of as verdict_of,
    word_shift as word_shift,
)
from descentlab.labs.importance.measure._estimate import (
    Answers as Answers,
    Worth as Worth,
    cost_of as cost_of,
    cost_of_each as cost_of_each,
    join_seeds as join_seeds,
    over_draws as over_draws,
)
from descentlab.labs.importance.measure._layers import (
    METHODS as METHODS,
    ChannelWorths as ChannelWorths,
    MemberWorths as MemberWorths,
    Method as Method,
    channelled as channelled,
    join_members as join_members,
    measure_channels as measure_channels,
    measure_layers as measure_layers,
)
from descentlab.labs.importance.measure._linear_model import (
    MOST_EXAMPLES as MOST_EXAMPLES,
    linear_score as linear_score,
)
from descentlab.labs.importance.measure._robustness import (
    LEVELS as LEVELS,
    UNITS as UNITS,
    Distortion as Distortion,
    measure_robustness as measure_robustness,
)
from descentlab.labs.importance.measure._subject import (
    Place as Place,
    Sample as Sample,
    Subject as Subject,
    choose_places as choose_places,
    find_places as find_places,
)
from descentlab.labs.importance.measure._time import (
    PER_EXAMPLES as PER_EXAMPLES,
    TIME_STEPS as TIME_STEPS,
    WHOLE as WHOLE,
    forward_times as forward_times,
)
from descentlab.labs.importance.measure._trial import (
    Gain as Gain,
    Trial as Trial,
    compare as compare,
    sign_of as sign_of,
)
from descentlab.labs.importance.measure._variants import (
    AS_IT_IS as AS_IT_IS,
    AVERAGE as AVERAGE,
    DENSE as DENSE,
    HALF as HALF,
    LINEAR as LINEAR,
    NO_ACTIVATION as NO_ACTIVATION,
    NO_DROPOUT as NO_DROPOUT,
    NO_NORM as NO_NORM,
    NO_POOLING as NO_POOLING,
    PLAIN as PLAIN,
    STRIDED as STRIDED,
    Variant as Variant,
    make_variants as make_variants,
    name_layers as name_layers,
)
