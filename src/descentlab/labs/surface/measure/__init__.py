"""Losses of one or two variables, and what descent does on them from thousands of starts at once."""

from descentlab.labs.surface.measure._descend import (
    MIN_STEPS as MIN_STEPS,
    NOISY_SHARE as NOISY_SHARE,
    RULE_NAMES as RULE_NAMES,
    RuleName as RuleName,
    Setting as Setting,
    draw_starts as draw_starts,
    follow as follow,
    make_rule as make_rule,
)
from descentlab.labs.surface.measure._gauge import Gauge as Gauge
from descentlab.labs.surface.measure._judge import Fate as Fate
from descentlab.labs.surface.measure._library import find_surface as find_surface, surface_names as surface_names
from descentlab.labs.surface.measure._outcome import Outcome as Outcome, run_settings as run_settings
from descentlab.labs.surface.measure._shares import (
    Gain as Gain,
    find_gain as find_gain,
    is_in_global as is_in_global,
    is_in_local as is_in_local,
    restarts_for as restarts_for,
    share_of as share_of,
    share_of_best as share_of_best,
)
from descentlab.labs.surface.measure._surface import (
    Domain as Domain,
    Surface as Surface,
    make_surface as make_surface,
    values_at as values_at,
)
from descentlab.labs.surface.measure._survey import (
    NEAR as NEAR,
    Place as Place,
    Survey as Survey,
    survey_surface as survey_surface,
)
