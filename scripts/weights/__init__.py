"""Learning the aligner's weights: what `scripts/learn_weights.py` is made of."""
