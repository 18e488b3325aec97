"""The one way to run many tasks: in this process, over processes, or on a Dask cluster, with the same results.

A task is small (a month, a scenario); what all tasks need is `shared`, sent once to each worker. Linear algebra runs on
one thread wherever a task runs: how a library splits a sum over threads decides its last bits.
"""

from __future__ import annotations

import os
import pickle
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from importlib import import_module
from multiprocessing import get_context
from typing import Any, TypeVar

from tocsin.errors import InputError, TocsinError

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")

_CONNECT_SECONDS = 10
# What may stand before ://, the host (a name, or numbers in brackets), the port.
_ADDRESS = re.compile(r"(tcp|tls|ucx|ws|wss)://([^\s:/\[\]]+|\[[0-9A-Fa-f:.]+\]):(\d{1,5})")
# What a worker process was given when it began: the function and what all its tasks share.
_given: list[Any] = []


class WorkersLostError(TocsinError, RuntimeError):
    """The processes or the cluster that worked on the tasks are gone before the work was done."""


def run_tasks(
    work: Callable[[S, T], R],
    tasks: Iterable[T],
    shared: S,
    *,
    workers: int = 1,
    cluster: str | None = None,
) -> Iterator[tuple[int, R]]:
    """Yield `(place of the task, work(shared, task))` for each task, in the order in which they end.

    `work` is a function of a module, so that another process can import it. One worker is this process; more are new
    ones; `cluster` is the address of a Dask scheduler, whose own workers are used instead. The results are the same in
    all three, to the bit, as long as `work` draws no randomness but from its task. The first task that fails ends all
    others and its error is raised, and so does leaving the loop early. Raises `InputError` for fewer than one worker
    and for a cluster that cannot be used, `WorkersLostError` where workers died.
    """
    if workers < 1:
        raise InputError(f"at least one worker is needed, got {workers}")
    if cluster is not None:
        check_address(cluster)
        return _on_dask(work, list(tasks), shared, cluster)
    listed = list(tasks)
    if min(workers, len(listed)) <= 1:
        return ((place, _call(work, shared, task)) for place, task in enumerate(listed))
    return _over_processes(work, listed, shared, min(workers, len(listed)))


def check_address(cluster: str) -> None:
    """Refuse what can be no address of a Dask scheduler, before anything is tried. Raises `InputError`."""
    found = _ADDRESS.fullmatch(cluster)
    if found is None or not 1 <= int(found[3]) <= 65535:
        raise InputError(f"a cluster is given as an address like tcp://127.0.0.1:8786, got {cluster!r}")


def _call(work: Callable[[S, T], R], shared: S, task: T) -> R:
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1, user_api="blas"):
        return work(shared, task)


def _over_processes(work: Callable[[S, T], R], tasks: list[T], shared: S, workers: int) -> Iterator[tuple[int, R]]:
    threads = max(1, (os.cpu_count() or 1) // workers)
    executor = ProcessPoolExecutor(
        workers,
        # Not fork: a copy of a process whose libraries run threads can hang.
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(pickle.dumps((work, shared), protocol=pickle.HIGHEST_PROTOCOL), threads),
    )
    whole = False
    try:
        waiting = {executor.submit(_one, task): place for place, task in enumerate(tasks)}
        for future in as_completed(waiting):
            yield waiting.pop(future), future.result()
        whole = True
    except BrokenProcessPool:
        raise WorkersLostError(
            "a worker process ended before its task was done, perhaps for want of memory. Hint: fewer workers"
        ) from None
    finally:
        if not whole:
            for process in (executor._processes or {}).values():
                process.terminate()  # what it is at is of no use any more, and may take minutes
        executor.shutdown(cancel_futures=True)


def _begin(given: bytes, threads: int) -> None:
    # Ctrl-C reaches every process of a terminal; ending the workers is for the one that started them.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Before the libraries are loaded, which read it once: several workers share the cores.
    os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    try:
        _given[:] = pickle.loads(given)  # noqa: S301  (from the process that started this one)
    except Exception as error:  # told by the first task: what fails here only says that a process ended
        _given[:] = [error]


def _one(task: Any) -> Any:
    if len(_given) == 1:
        raise _given[0]
    work, shared = _given
    return _call(work, shared, task)


def _on_dask(work: Callable[[S, T], R], tasks: list[T], shared: S, address: str) -> Iterator[tuple[int, R]]:
    try:
        distributed: Any = import_module("distributed")
    except ModuleNotFoundError:
        raise InputError(
            "a cluster needs the package distributed, which is not installed. Hint: pip install 'tocsin[dask]'"
        ) from None
    try:
        client = distributed.Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)
    except (OSError, TimeoutError, ValueError, AssertionError):  # the last: its event loop did not start in time
        raise InputError(
            f"no Dask scheduler answers at {address}. Hint: an address like tcp://127.0.0.1:8786"
        ) from None
    with client:
        _check_workers(client, address)
        futures: dict[Any, int] = {}
        try:
            held = client.scatter(shared, broadcast=True)
            futures = {
                client.submit(_call, work, held, task, pure=False, retries=0): place for place, task in enumerate(tasks)
            }
            for future in distributed.as_completed(list(futures), loop=client.loop):
                yield futures.pop(future), future.result()
        except (distributed.KilledWorker, distributed.CancelledError, distributed.comm.CommClosedError):
            raise WorkersLostError(f"the cluster at {address} lost its workers before the work was done") from None
        finally:
            client.cancel(list(futures))


def _check_workers(client: Any, address: str) -> None:
    """Refuse a cluster without workers, or whose workers would compute with another version."""
    from tocsin import __version__

    try:
        client.wait_for_workers(1, timeout=_CONNECT_SECONDS)
        versions = set(client.run(_version).values())
    except TimeoutError:
        raise InputError(f"the Dask cluster at {address} has no workers") from None
    except ImportError:
        versions = {"none"}
    if versions != {__version__}:
        raise InputError(
            f"the workers of the cluster at {address} need tocsin {__version__} installed, found: "
            f"{', '.join(sorted(versions))}"
        )


def _version() -> str:
    from tocsin import __version__

    return __version__
