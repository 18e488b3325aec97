"""Rivalry: whether the attacks of one group answer those of another, estimated so that chance is not taken for it."""
