"""The record on disk: Parquet parts plus a manifest."""

from tocsin.store.inforce import AsOfMode, EventsInForce
from tocsin.store.manifest import Part, Vintage, VintageFile
from tocsin.store.store import Added, Store

__all__ = ["Added", "AsOfMode", "EventsInForce", "Part", "Store", "Vintage", "VintageFile"]
