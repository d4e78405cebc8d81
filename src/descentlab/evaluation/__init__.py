"""How good a trained network is, in numbers with intervals and in words."""

from descentlab.evaluation._balance import describe_imbalance as describe_imbalance
from descentlab.evaluation._calibration import (
    ReliabilityBin as ReliabilityBin,
    calibration_error as calibration_error,
    reliability_bins as reliability_bins,
)
from descentlab.evaluation._classes import (
    ClassMetrics as ClassMetrics,
    ClassScore as ClassScore,
    evaluate_classes as evaluate_classes,
)
from descentlab.evaluation._comparison import (
    Best as Best,
    PairedDifference as PairedDifference,
    compare_paired as compare_paired,
    find_best as find_best,
    holm as holm,
)
from descentlab.evaluation._inference import Inference as Inference, infer as infer
from descentlab.evaluation._intervals import (
    SEEDS as SEEDS,
    Interval as Interval,
    Repeats as Repeats,
    clip as clip,
    mean_and_deviation as mean_and_deviation,
    paired_share_difference as paired_share_difference,
    repeats_over as repeats_over,
    t_quantile as t_quantile,
    wilson_interval as wilson_interval,
)
from descentlab.evaluation._labels import (
    LabelMetrics as LabelMetrics,
    LabelScore as LabelScore,
    evaluate_labels as evaluate_labels,
)
from descentlab.evaluation._metric import (
    CLASS_METRICS as CLASS_METRICS,
    CLASS_SCORES as CLASS_SCORES,
    LABEL_METRICS as LABEL_METRICS,
    LABEL_SCORES as LABEL_SCORES,
    REAL_METRICS as REAL_METRICS,
    Metric as Metric,
)
from descentlab.evaluation._mistakes import (
    Miss as Miss,
    Mistake as Mistake,
    worst_misses as worst_misses,
    worst_mistakes as worst_mistakes,
)
from descentlab.evaluation._plane import (
    PlaneReading as PlaneReading,
    most_telling_features as most_telling_features,
    read_plane as read_plane,
)
from descentlab.evaluation._plane_layout import (
    InputPlane as InputPlane,
    lay_plane as lay_plane,
    spanning_features as spanning_features,
)
from descentlab.evaluation._reals import RealMetrics as RealMetrics, evaluate_reals as evaluate_reals
from descentlab.evaluation._score_words import AnyMetrics as AnyMetrics, describe_scores as describe_scores
from descentlab.evaluation._seeds import over_seeds as over_seeds
from descentlab.evaluation._several_reals import (
    SeveralRealMetrics as SeveralRealMetrics,
    evaluate_several_reals as evaluate_several_reals,
)
from descentlab.evaluation._softmax import (
    NaiveSoftmax as NaiveSoftmax,
    SoftmaxAccount as SoftmaxAccount,
    softmax_account as softmax_account,
)
from descentlab.evaluation._softmax_facts import (
    Effect as Effect,
    Proof as Proof,
    TruthAccount as TruthAccount,
    softmax_effects as softmax_effects,
    softmax_proofs as softmax_proofs,
    softmax_truth as softmax_truth,
)
from descentlab.evaluation._weights import (
    ExampleWeights as ExampleWeights,
    Weighting as Weighting,
    effective_size as effective_size,
    weighted_mean as weighted_mean,
)
