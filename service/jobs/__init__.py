"""Many articles at once: stored, worked on by whoever is free, and given out when they are done."""
