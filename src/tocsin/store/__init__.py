"""The record on disk: Parquet parts plus a manifest."""

from tocsin.store.inforce import AsOfMode, EventsInForce, ScannedEvents
from tocsin.store.manifest import Part, Vintage, VintageFile
from tocsin.store.reporting_lag import LagKind, LagModel, LagPair, LagPoint
from tocsin.store.revised import compare_releases, releases_compared, reporting_lag
from tocsin.store.revisions import Renaming, RevisionRow, Revisions, revisions
from tocsin.store.store import Added, Store

__all__ = [
    "Added",
    "AsOfMode",
    "EventsInForce",
    "LagKind",
    "LagModel",
    "LagPair",
    "LagPoint",
    "Part",
    "Renaming",
    "RevisionRow",
    "Revisions",
    "ScannedEvents",
    "Store",
    "Vintage",
    "VintageFile",
    "compare_releases",
    "releases_compared",
    "reporting_lag",
    "revisions",
]
