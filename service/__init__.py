"""Articles in, aligned versions out: the pipeline, its HTTP service and its command line."""
