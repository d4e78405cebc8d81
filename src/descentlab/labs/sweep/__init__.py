"""Laboratory `sweep`: networks at many learning rates, or at many values of anything else."""

from descentlab.labs.sweep._sweep import sweep as sweep
