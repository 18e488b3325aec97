"""The table of whole years: what stands in it, where, and how wide it is."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from tocsin.replay.country import CountryYears
from tocsin.replay.country_rows import YearRow
from tocsin.report.country_tables import print_country_years


def row(model: str, metric: str, year: int | None, population: str = "all", **figures: float | None) -> YearRow:
    told = {"value": 10.654, "se": 4.228, "difference": None, "difference_se": None} | figures
    baseline = "climatology_12" if told["difference"] is not None else None
    return YearRow("deaths", population, 12, model, metric, baseline=baseline, n=2292, year=year, **told)  # type: ignore[arg-type]


def years(*spans: int) -> CountryYears:
    means: list[int | None] = [*spans, None]
    rows = [
        row(
            model,
            metric,
            year,
            population,
            **({} if model == "climatology_12" else {"difference": -0.27, "difference_se": 0.158}),
        )
        for population in ("all", "active")
        for metric in ("crps", "ignorance", "interval_score", "crps_log1p", "coverage90")
        for model in ("climatology_12", "mixed_climatology_12")
        for year in means
    ]
    plan = {"unit": "country", "years": list(spans), "models": ["climatology_12"], "draws": 1000, "seed": 1}
    told = {
        "vintage": "views 1",
        "actuals": "truth\x1b[31m 1",
        "data_until": "2020-12-31",
        "citation": "A",
        "licence": "B",
    }
    return CountryYears(plan, told, tuple(rows), ("A note.",), Path("somewhere"))


def printed(result: CountryYears) -> list[str]:
    out = io.StringIO()
    print_country_years(result, file=out)
    return out.getvalue().splitlines()


def test_every_year_and_the_mean_with_the_difference_once() -> None:
    lines = printed(years(2019, 2020))
    heads = [line for line in lines if ", n = " in line]
    assert heads == ["2019, n = 2,292", "2020, n = 2,292", "mean of 2019, 2020, n = 2,292"] * 2
    differences = [line for line in lines if line.startswith("    - climatology_12")]
    assert len(differences) == 2
    assert differences[0].split()[2:] == ["-0.27±0.16", "-0.270±0.158", "-0.3±0.2", "-0.270±0.158"]
    first = next(line for line in lines if line.startswith("  climatology_12"))
    # Two decimals of CRPS: models that share their cells differ in the second.
    assert first.split() == ["climatology_12", "10.65±4.23", "10.654±4.228", "10.7±4.2", "10.654±4.228"]


def test_of_one_year_there_is_no_mean() -> None:
    lines = printed(years(2019))
    assert not [line for line in lines if line.startswith("mean of")]
    assert len([line for line in lines if line.startswith("    - climatology_12")]) == 2


def test_it_fits_a_hundred_columns_and_says_where_it_is_from() -> None:
    lines = printed(years(2018, 2019, 2020))
    assert max(map(len, lines)) <= 100
    text = " ".join(" ".join(lines).split())
    for words in ("views 1", "truth", "to 2020-12-31", "1,000 draws", "A note.", "Source: A. Licence: B.", "somewhere"):
        assert words in text
    assert "\x1b" not in text


@pytest.mark.parametrize("figures", [{"value": None, "se": None}, {"value": 3.0, "se": None}])
def test_what_is_not_known_is_a_dash_or_left_out(figures: dict[str, float | None]) -> None:
    rows = [
        row("zero", metric, 2019, population, **figures)
        for population in ("all", "active")
        for metric in ("crps", "ignorance", "interval_score", "crps_log1p")
    ]
    base = years(2019)
    line = next(
        line for line in printed(CountryYears(base.plan, base.manifest, tuple(rows), (), None)) if "zero" in line
    )
    wanted = ["-"] * 4 if figures["value"] is None else ["3.00", "3.000", "3.0", "3.000"]
    assert line.split()[1:] == wanted
