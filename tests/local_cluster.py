"""A Dask cluster of two worker processes on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def local_cluster() -> Iterator[str]:
    """The address of a cluster that is there while the context lasts."""
    import dask
    from distributed import LocalCluster

    # A task whose worker died is not tried again, so that this shows at once.
    at_once = dask.config.set({"distributed.scheduler.allowed-failures": 0})
    with at_once, LocalCluster(n_workers=2, threads_per_worker=1, processes=True, dashboard_address=":0") as cluster:
        yield cluster.scheduler_address
