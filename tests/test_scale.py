"""Tasks in this process, over processes and on a cluster: the same results, and a clean end whatever happens."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from local_cluster import local_cluster
from tocsin import scale
from tocsin.errors import InputError, NotHeldError
from tocsin.scale import WorkersLostError, check_address, run_tasks


def draw(shared: np.ndarray, task: int) -> np.ndarray:
    """Linear algebra and randomness of the task's own."""
    return shared @ np.random.default_rng(task).standard_normal(shared.shape[1])


def leave_a_mark(shared: Path, task: int) -> int:
    (shared / str(task)).touch()
    if task == 0:
        raise NotHeldError("nothing is held of task 0")
    time.sleep(0.05)
    return task


def die(shared: None, task: int) -> None:
    os._exit(3)


def blas_threads(shared: None, task: int) -> set[int]:
    from threadpoolctl import threadpool_info

    return {pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"}


class Counted:
    """Leaves a mark each time it is unpacked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __setstate__(self, state: dict[str, Path]) -> None:
        self.folder = state["folder"]
        (self.folder / f"{os.getpid()}-{time.monotonic_ns()}").touch()


def worker_of(shared: Counted, task: int) -> int:
    return os.getpid()


def in_order(results: Iterator[tuple[int, Any]]) -> list[Any]:
    found = dict(results)
    return [found[place] for place in range(len(found))]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_number_of_workers_gives_the_same_bits(workers: int) -> None:
    shared = np.random.default_rng(0).standard_normal((301, 257))
    tasks = [7, 3, 3, 9]
    found = in_order(run_tasks(draw, tasks, shared, workers=workers))
    for task, result in zip(tasks, found, strict=True):
        np.testing.assert_array_equal(result, in_order(run_tasks(draw, [task], shared))[0])


@pytest.mark.slow
def test_a_cluster_gives_the_same_bits_and_raises_the_same_errors(tmp_path: Path) -> None:
    shared = np.random.default_rng(0).standard_normal((301, 257))
    here = in_order(run_tasks(draw, range(6), shared))
    with local_cluster() as address:
        there = in_order(run_tasks(draw, range(6), shared, cluster=address))
        threads = in_order(run_tasks(blas_threads, [0], None, cluster=address))
        with pytest.raises(NotHeldError, match="nothing is held of task 0"):
            list(run_tasks(leave_a_mark, range(40), tmp_path, cluster=address))
        with pytest.raises(WorkersLostError, match="lost its workers before the work was done"):
            list(run_tasks(die, [1], None, cluster=address))
    assert len(list(tmp_path.iterdir())) < 40
    assert threads == [{1}]
    for one, other in zip(here, there, strict=True):
        np.testing.assert_array_equal(one, other)


def test_no_task_is_no_result() -> None:
    assert list(run_tasks(draw, [], np.zeros((1, 1)), workers=3)) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_linear_algebra_runs_on_one_thread_everywhere(workers: int) -> None:
    assert in_order(run_tasks(blas_threads, [0, 1], None, workers=workers)) == [{1}, {1}]


def test_what_is_shared_is_sent_once_to_each_worker(tmp_path: Path) -> None:
    found = in_order(run_tasks(worker_of, range(12), Counted(tmp_path), workers=2))
    assert os.getpid() not in found
    unpacked = [path.name.split("-")[0] for path in tmp_path.iterdir()]
    assert len(unpacked) == len(set(unpacked)) <= 2


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_fails_ends_the_others(workers: int, tmp_path: Path) -> None:
    with pytest.raises(NotHeldError, match="nothing is held of task 0"):
        list(run_tasks(leave_a_mark, range(60), tmp_path, workers=workers))
    assert len(list(tmp_path.iterdir())) < 60
    assert multiprocessing.active_children() == []


def test_leaving_the_loop_ends_the_workers(tmp_path: Path) -> None:
    results = run_tasks(leave_a_mark, range(1, 60), tmp_path, workers=2)
    next(results)
    results.close()  # type: ignore[attr-defined]
    assert multiprocessing.active_children() == []
    assert len(list(tmp_path.iterdir())) < 59


def test_a_worker_that_dies_is_told_in_one_line() -> None:
    with pytest.raises(WorkersLostError, match=r"^a worker process ended before.*Hint: fewer workers$"):
        list(run_tasks(die, [1, 2, 3], None, workers=2))


class Unpackable:
    """Something that cannot be taken in by a worker."""

    def __getstate__(self) -> dict[str, int]:
        return {"any": 1}

    def __setstate__(self, state: dict[str, int]) -> None:
        raise NotHeldError("cannot be unpacked here")


def test_what_a_worker_cannot_unpack_is_told_as_it_is() -> None:
    with pytest.raises(NotHeldError, match="cannot be unpacked here"):
        list(run_tasks(worker_of, [1, 2, 3], Unpackable(), workers=2))  # type: ignore[arg-type]


def test_fewer_than_one_worker_is_refused() -> None:
    with pytest.raises(InputError, match="at least one worker is needed, got 0"):
        run_tasks(draw, [1], np.zeros((1, 1)), workers=0)


def test_a_cluster_without_the_package_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match=r"pip install 'tocsin\[dask\]'"):
        list(run_tasks(draw, [1], np.zeros((1, 1)), cluster="tcp://127.0.0.1:8786"))


def test_a_cluster_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scale, "_CONNECT_SECONDS", 1)
    with pytest.raises(InputError, match=r"no Dask scheduler answers at tcp://127\.0\.0\.1:1\b"):
        list(run_tasks(draw, [1], np.zeros((1, 1)), cluster="tcp://127.0.0.1:1"))


@pytest.mark.parametrize(
    "address",
    ["", "foo", "127.0.0.1:8786", "no-such-protocol://x:1", "tcp://", "tcp://x", "tcp://x:", "tcp://x:0",
     "tcp://x:65536", "tcp://x:y", "tcp://a b:1", "tcp://x:1/"],
)  # fmt: skip
def test_what_is_no_address_is_refused_before_anything_is_tried(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(InputError, match="an address like tcp://"):
        run_tasks(draw, [1], np.zeros((1, 1)), cluster=address)  # at the call, not once results are asked for


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:8786", "tls://host.name:1", "tcp://[::1]:65535", "ws://x_y-z:80"])
def test_addresses_of_schedulers(address: str) -> None:
    check_address(address)


def test_ctrl_c_ends_the_workers_without_a_word_from_them(tmp_path: Path) -> None:
    script = tmp_path / "long.py"
    script.write_text(
        "import sys, time\n"
        "from tocsin.scale import run_tasks\n"
        "def wait(shared, task):\n"
        "    open(f'{shared}/{task}', 'w').close()\n"
        "    time.sleep(60)\n"
        "if __name__ == '__main__':\n"
        "    try:\n"
        "        list(run_tasks(wait, [1, 2], sys.argv[1], workers=2))\n"
        "    except KeyboardInterrupt:\n"
        "        print('interrupted')\n",
        encoding="utf-8",
    )
    begun = tmp_path / "begun"
    begun.mkdir()
    process = subprocess.Popen(
        [sys.executable, str(script), str(begun)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 50
    while len(list(begun.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "interrupted\n", "")
