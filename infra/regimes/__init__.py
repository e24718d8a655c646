"""Bodies of law as data: what they ask of a stage, and whether that can be done."""
