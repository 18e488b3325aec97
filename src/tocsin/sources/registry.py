"""The sources there are: those that come with tocsin, and those of packages that name theirs.

A package adds a source by an entry point of the group `tocsin.sources` that gives a `Source`:

    [project.entry-points."tocsin.sources"]
    mine = "my_package:SOURCE"

Its code runs in this process, as any package does that is imported: install only those you trust.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import entry_points

from tocsin.errors import InputError, did_you_mean
from tocsin.sources.source import ReadOptions, Source
from tocsin.sources.terms import terms_of

GROUP = "tocsin.sources"


def _ged() -> Source:
    from tocsin.sources.ucdp import read_ged
    from tocsin.sources.ucdp_checks import REQUIRED

    return Source(
        name="ucdp-ged",
        title="UCDP GED",
        terms=terms_of("ucdp-ged"),
        read=lambda path, options: read_ged(
            path,
            release=options.release,
            published=options.published,
            place_precision_max=options.place_precision_max,
            covers=options.covers,
            covers_until=options.covers_until,
            strict=options.strict,
        ),
        recognises=lambda name, columns: set(REQUIRED) <= set(columns),
    )


@cache
def sources() -> dict[str, Source]:
    """All sources by name. Raises `InputError` for a package's source that cannot be used."""
    found = {source.name: source for source in (_ged(),)}
    for point in entry_points(group=GROUP):
        try:
            source = point.load()
        except Exception as error:
            raise InputError(
                f"the source {point.name!r} of {point.value} cannot be loaded ({error}); mend or remove that package"
            ) from error
        if not isinstance(source, Source):
            raise InputError(f"the entry point {point.value} of {GROUP} is no Source but a {type(source).__name__}")
        if source.name in found:
            raise InputError(f"two sources are called {source.name!r}; {point.value} must have a name of its own")
        found[source.name] = source
    return found


def source_named(name: str) -> Source:
    """The source of a name. Raises `InputError` for a name that none has."""
    known = sources()
    if name not in known:
        raise InputError(f"no source is called {name!r}; there are {', '.join(known)}.{did_you_mean(name, known)}")
    return known[name]


__all__ = ["GROUP", "ReadOptions", "Source", "source_named", "sources"]
