"""The translation memory: what was translated before, and what people approved."""
