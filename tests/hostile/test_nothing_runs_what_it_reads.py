"""No file and no answer of a server can have code run: the ways to do so are not in the package, but for two places."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tocsin
from tocsin.forecast import cache

PACKAGE = Path(tocsin.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

# Modules whose readers can run what they read, and builtins that do nothing else.
MODULES = {
    "pickle",
    "cPickle",
    "_pickle",
    "dill",
    "cloudpickle",
    "joblib",
    "marshal",
    "shelve",
    "yaml",
    "torch",
    "code",
}
CALLS = {"eval", "exec", "compile", "__import__", "execfile"}
# Attributes that do so in modules used for other things as well: numpy, pandas, polars, importlib, LightGBM.
METHODS = {
    "read_pickle",
    "to_pickle",
    "deserialize",
    "fromfile",
    "memmap",
    "model_file",
    "system",
    "popen",
    "load_module",
}
# To and from processes of its own, never a file: see the module's docstring.
PICKLED = {"scale.py": {"dumps", "loads"}, "web/lane.py": {"dumps"}, "web/answers.py": {"dumps"}}


def told(node: ast.Call) -> str:
    return ast.unparse(node.func)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(PACKAGE).as_posix())
def test_no_module_can_run_what_it_reads(path: Path) -> None:
    name = path.relative_to(PACKAGE).as_posix()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            used = {alias.name.split(".")[0] for alias in node.names} & MODULES
            assert used <= ({"pickle"} if name in PICKLED else set()), f"{name}:{node.lineno} imports {used}"
        elif isinstance(node, ast.ImportFrom):
            assert (node.module or "").split(".")[0] not in MODULES, f"{name}:{node.lineno}"
        elif isinstance(node, ast.Call):
            words = told(node).split(".")
            assert words[0] not in CALLS or len(words) > 1, f"{name}:{node.lineno} calls {told(node)}"
            assert words[-1] not in METHODS, f"{name}:{node.lineno} calls {told(node)}"
            if words[0] == "pickle":
                assert words[-1] in PICKLED[name], f"{name}:{node.lineno} calls {told(node)}"
            keys = {keyword.arg: keyword.value for keyword in node.keywords}
            for key in ("allow_pickle", "shell"):
                value = keys.get(key)
                assert value is None or (isinstance(value, ast.Constant) and value.value is False), f"{name}: {key}"


@pytest.mark.parametrize("name", sorted(PICKLED))
def test_what_is_unpickled_comes_from_a_process_of_its_own(name: str) -> None:
    """`loads` is given a name that no call of open, read or get filled."""
    source = (PACKAGE / name).read_text(encoding="utf-8")
    loads = [
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and told(node) == "pickle.loads"
    ]
    assert len(loads) <= 1
    for node in loads:
        assert "read" not in ast.unparse(node)
        assert "open(" not in source


def test_numpy_reads_no_objects_of_itself(tmp_path: Path) -> None:
    """The default that the package relies on, should it ever read an array."""
    np.save(tmp_path / "a.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    with pytest.raises(ValueError, match="allow_pickle"):
        np.load(tmp_path / "a.npy")


# --- fitted models kept on disk ---------------------------------------------------------------------------------------


def kept(content: object) -> bytes:
    text = json.dumps(content)
    envelope = {"sha256": hashlib.sha256(text.encode()).hexdigest(), "content": text}
    return gzip.compress(json.dumps(envelope).encode(), mtime=0)


def found_in(folder: Path, content: bytes | bytearray, read: Callable[[dict[str, Any]], object]) -> object:
    """What is used where this is kept: it, or "fitted"."""
    (folder / "x-k.json.gz").write_bytes(content)
    with mock.patch.object(cache, "cache_key", return_value="k"):
        return cache._fit_or_load(folder, None, "x", lambda: "fitted", lambda model: {}, read)  # type: ignore[arg-type]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_a_damaged_model_is_never_used(tmp_path: Path, data: st.DataObject) -> None:
    """Every damage to a kept model is found before it reaches the library that would end the process over it."""
    model = {"texts": [["tree\nversion=v4\n"]], "n": [1.5, None, "é"]}
    content = bytearray(kept(model))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        del content[data.draw(st.integers(0, len(content))) :]
    assert found_in(tmp_path, content, lambda raw: raw) in ("fitted", model)


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", kept([1]), kept({"target": "x"}), gzip.compress(b"[" * 200_000), gzip.compress(b'{"sha256": 1}')],
)
def test_a_kept_model_of_another_kind_is_fitted_anew(tmp_path: Path, content: bytes) -> None:
    assert found_in(tmp_path, content, cache._risk) == "fitted"
