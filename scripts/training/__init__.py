"""Training a small Marian, or fine-tuning any Marian, on aligned text: what `scripts/train.py` is made of."""
