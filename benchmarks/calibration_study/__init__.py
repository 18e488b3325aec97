"""Parts of the study of calibration, `benchmarks/whatif_calibration.py`."""
