"""Parquet files that lie about their size, hold what no table has, or are damaged so that their reader breaks down."""

from __future__ import annotations

import base64
import subprocess
import sys
import zlib
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cpu_time import cpu_seconds
from refusals import told_of

from ged_files import dated
from tocsin.errors import DataError
from tocsin.sources import reading
from tocsin.sources.parquet_trial import MOST_ROWS, try_parquet
from tocsin.sources.reading import read_table
from tocsin.sources.ucdp import read_ged
from tocsin.sources.ucdp_checks import GED_COLUMNS

ROWS = [dated(n, f"2015-03-{n:02}") for n in range(1, 25)]
NUMBERS = ("id", "type_of_violence", "where_prec", "best", "low", "high", "date_prec", "deaths_civilians")


def table() -> pl.DataFrame:
    frame = pl.DataFrame(ROWS, schema=dict.fromkeys(GED_COLUMNS, pl.String))
    places = [pl.col("latitude", "longitude").cast(pl.Float64)]
    return frame.with_columns(*places, *(pl.col(name).cast(pl.Int64) for name in NUMBERS))


# A file of two columns and 24 rows with three bytes damaged, packed: polars 2.1 aborts over it.
ABORTS = zlib.decompress(
    base64.b85decode(
        "c-n=N&2JJx6u@Uc_^^P2_Kj@9VWa7WMuN+>by?FU4lM;DRv?XE7qjiMKtz^6TeKePk@W1zqc`<GFfs9<i7{Th_$PR1j0fYfhrWT0z3EGSZ{E!N"
        "oJ^+18aa^Rxdh*ZD(FB6`5+Jy6NnHC6A_UR83`akB!q;KGsp}QL83?uIg6Y_;z$BHk6b`z5r~DCDLEiqE|RGLfh-sqIDj|=A&8E9A|C5PAf%4j"
        "p_P99>E*Ndm&)7sAS+8G7*~>F#{rS*^p`|Gi`ucEVPzS5P_DuZpWaM|P?rYYZeP`v2+1La63Hx_9xr0sOQ2=&x_;ZljcHpcG+tl3{3`Kn+=i&%"
        "FgWZu&4>1+=~sci5ws&o8%sn<(PIHNDJG(MBte;*AS%mcdEj|FAmd<jA|IGQ6b--79I2)-km^cG$!H(t)W5Dq|Hwdz_9Bq_?>zJ{fT8qVfa+S9"
        "{+4F>T*)YFG;ZI$KHP3MAKS^F!c{KUwi!y1tNb4BpVa;R<me`2L$*3u>+DJm{i6{-uQ1l~<0^dBxhimVYYl_)r$wi6g>~jjZJ+y#yk3F3${YO$"
        "r919@Y-{rR`>nr8rAa~&+w<TGua9ey&x11Z>uq9^HMQ&0)YUp~-I`V@bssUdvO<y@HLq(AhHAS1bf@k0=GDFCVA%0`s*%lQbv3=U+vz&0=~}w6"
        "<t(_aW0<a+H=Nv}Vdib!vJGp=bq&|Fn~r77D;az_{&+v|i`4MvoB%7Wr*!"
    )
)
BARE = """
import sys
import polars as pl
try:
    for _ in pl.scan_parquet(sys.argv[1]).select("id", "side_a").collect_batches(engine="streaming"):
        pass
except BaseException:
    sys.exit(1)
"""


def test_a_file_over_which_the_reader_ends_its_process_is_refused(tmp_path: Path) -> None:
    """No error handling helps whoever reads it; should a later polars only fail, look for another such file."""
    path = tmp_path / "ged241.parquet"
    path.write_bytes(ABORTS)
    bare = subprocess.run([sys.executable, "-c", BARE, str(path)], capture_output=True, check=False)
    assert bare.returncode not in (0, 1)
    with pytest.raises(
        DataError, match=r"^ged241\.parquet is no readable Parquet file \(its reader breaks down over it"
    ):
        read_table(path, ["id", "side_a"])


def negative_count(content: bytes) -> bytes:
    """A page that says it holds fewer values than none: -64 of them, in the file's own way of writing numbers."""
    at = content.index(b"\x15", content.index(b"PAR1") + 4)
    return content[:at] + content[at:].replace(b"\x15\x30", b"\x15\x7f", 3)


def test_counts_that_lie(tmp_path: Path) -> None:
    path = tmp_path / "ged241.parquet"
    table().write_parquet(path)
    path.write_bytes(negative_count(path.read_bytes()))
    with pytest.raises(DataError, match=r"^ged241\.parquet is no readable Parquet file"):
        read_ged(path)


def test_a_process_that_breaks_down_is_told_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "ged241.parquet"
    table().write_parquet(path)
    monkeypatch.setattr("tocsin.sources.parquet_trial._TRIAL", "import os; print(0, flush=True); os.abort()")
    with pytest.raises(
        DataError, match=r"ged241\.parquet is no readable Parquet file \(its reader breaks down over it\)"
    ):
        try_parquet(path, columns=["id"])


def test_more_rows_than_there_can_be(tmp_path: Path) -> None:
    """A column of one value repeated is a few bytes, however long it is."""
    path = tmp_path / "ged241.parquet"
    group = pa.table({"id": pa.array(np.ones(2**20, np.int8))})
    with pq.ParquetWriter(path, group.schema, compression="zstd") as writer:
        for _ in range(1 + MOST_ROWS // group.num_rows):
            writer.write_table(group)
    assert path.stat().st_size < 2**20
    began = cpu_seconds()
    with pytest.raises(DataError, match="it says that it has 200,"):
        read_table(path, ["id"])
    assert cpu_seconds() - began < 20


def test_nothing_in_the_current_folder_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    table().write_parquet(tmp_path / "ged241.parquet")
    (tmp_path / "polars.py").write_text("open('run', 'w')")
    monkeypatch.chdir(tmp_path)
    assert read_table(Path("ged241.parquet"), ["id"]).frame.height == 24
    assert not (tmp_path / "run").exists()


ODD = {
    "list": pl.Series([[1, 2]] * 24),
    "struct": pl.Series([{"a": 1}] * 24),
    "binary": pl.Series([b"\xff\x00"] * 24),
    "null": pl.Series([None] * 24),
    "nested": pl.Series([[[{"a": ["x"]}]]] * 24),
    "bool": pl.Series([True] * 24),
    "time": pl.Series([timedelta(1)] * 24),
    "date": pl.Series([date(1, 1, 1)] * 24),
    "nan": pl.Series([float("nan")] * 24),
    "large": pl.Series([2**63 - 1] * 24),
    "unsigned": pl.Series([2**64 - 1] * 24, dtype=pl.UInt64),
    "decimal": pl.Series(["1.5"] * 24).cast(pl.Decimal(38, 2)),
    "category": pl.Series(["a"] * 24).cast(pl.Categorical),
    "array": pl.Series([[1, 2]] * 24, dtype=pl.Array(pl.Int8, 2)),
    "escape": pl.Series(["\x1b[2J"] * 24),
}


@pytest.mark.parametrize("kind", sorted(ODD))
def test_columns_of_any_type(tmp_path: Path, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every column in turn is of a type that GED never has: a clear error, or rows set apart."""
    monkeypatch.setattr(reading, "try_parquet", lambda *paths, columns: None)  # the files are sound
    for name in (
        "id",
        "date_start",
        "side_a",
        "country",
        "best",
        "latitude",
        "where_prec",
        "deaths_civilians",
        "source_date",
    ):
        path = tmp_path / "ged241.parquet"
        table().with_columns(ODD[kind].alias(name)).write_parquet(path)
        with told_of(path.name):
            checked = read_ged(path)
            assert checked.events.height + checked.rejected.height == 24
