"""The doors to others' tools: data frames, formats of other projects, maps, scikit-learn, model cards."""
