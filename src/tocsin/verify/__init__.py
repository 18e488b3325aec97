"""Scores of forecasts against what happened: pure functions of arrays, with no knowledge of any model.

Of samples, cell by cell: `crps`, `crps_log1p`, `ignorance_score`, `sample_log_score`, `interval_score`, `coverage`,
`interval_width`, and `sample_scores` for all at once. Of probabilities, cell by cell: `brier`, `log_score`. Of a
ranking: `average_precision`, `precision_at`, `recall_at`. Of calibration: `reliability`, `brier_decomposition`,
`calibration_test`, `LogitCalibration`. Of alerts: `emergences`, `lead_times`, `lead_time_summary`. Between models:
`paired_difference` for means over cells, `bootstrap_difference` for the rest.
"""

from tocsin.verify.alerts import AlertRecord, LeadTimeSummary, alerts_within_budget, lead_time_summary
from tocsin.verify.bootstrap import (
    OriginScore,
    average_precision_by_origin,
    block_weights,
    bootstrap_difference,
    bootstrap_estimate,
    mean_by_origin,
    precision_by_origin,
    recall_by_origin,
    score_by_origin,
)
from tocsin.verify.calibration import CalibrationTest, LogitCalibration, calibration_test
from tocsin.verify.ensemble import (
    VIEWS_BINS,
    SampleScores,
    coverage,
    crps,
    crps_log1p,
    ignorance_score,
    interval_score,
    interval_width,
    sample_log_score,
    sample_scores,
)
from tocsin.verify.leadtime import Emergences, LeadTimes, emergences, lead_times
from tocsin.verify.paired import Estimate, origin_mean, paired_difference
from tocsin.verify.probability import brier, log_score
from tocsin.verify.ranking import alert_shares, average_precision, precision_at, recall_at
from tocsin.verify.reliability import (
    BrierDecomposition,
    Reliability,
    brier_decomposition,
    reliability,
    wilson_interval,
)

__all__ = [
    "VIEWS_BINS",
    "AlertRecord",
    "BrierDecomposition",
    "CalibrationTest",
    "Emergences",
    "Estimate",
    "LeadTimeSummary",
    "LeadTimes",
    "LogitCalibration",
    "OriginScore",
    "Reliability",
    "SampleScores",
    "alert_shares",
    "alerts_within_budget",
    "average_precision",
    "average_precision_by_origin",
    "block_weights",
    "bootstrap_difference",
    "bootstrap_estimate",
    "brier",
    "brier_decomposition",
    "calibration_test",
    "coverage",
    "crps",
    "crps_log1p",
    "emergences",
    "ignorance_score",
    "interval_score",
    "interval_width",
    "lead_time_summary",
    "lead_times",
    "log_score",
    "mean_by_origin",
    "origin_mean",
    "paired_difference",
    "precision_at",
    "precision_by_origin",
    "recall_at",
    "recall_by_origin",
    "reliability",
    "sample_log_score",
    "sample_scores",
    "score_by_origin",
    "wilson_interval",
]
