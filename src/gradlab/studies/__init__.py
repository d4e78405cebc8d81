"""Floor 7: many trainings that differ by what was named: their design, their verdicts and what they show together."""
