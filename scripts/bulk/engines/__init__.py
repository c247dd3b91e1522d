"""What runs the per-document function: this process, worker processes, or a Ray cluster."""
