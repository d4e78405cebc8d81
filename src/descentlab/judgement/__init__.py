"""The outcome of a training and its fit, judged from plain arrays: one vocabulary for every command and page."""

from descentlab.judgement._advice import (
    BLANK_PICTURES as BLANK_PICTURES,
    describe_ascent as describe_ascent,
    describe_training as describe_training,
)
from descentlab.judgement._curves import StuckKind as StuckKind, TrainingCurves as TrainingCurves
from descentlab.judgement._judge import judge_training as judge_training
from descentlab.judgement._outcomes import (
    FITS as FITS,
    OUTCOMES as OUTCOMES,
    RULES as RULES,
    Fit as Fit,
    Judgement as Judgement,
    Margin as Margin,
    Outcome as Outcome,
    count_outcomes as count_outcomes,
)
from descentlab.judgement._runaway import find_runaway as find_runaway
