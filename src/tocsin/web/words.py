"""Sentences that more than one page says."""

from __future__ import annotations

EXPECTED_WORDS = (
    "Expected deaths are the mean of simulated futures; the 80% interval leaves out the deadliest tenth of them and "
    "the least deadly one. A few very deadly futures can carry the mean, so that it may lie outside the interval: 2.5 "
    "(0 to 0) says that in nine of ten futures or more there is no death."
)
# Counted on the file that the packaged figures are made from; a test counts them again.
JANUARY_WORDS = (
    "The file that the packaged figures are made from gives the first day of an event only. An event that UCDP dates "
    "by a month or by a whole year counts in the month of that day. In Mexico the 128 events dated 1 January hold "
    "10,778 of 26,259 deaths (41%), one of them 1,162 in 2020, and from 2005 on 45% of the deaths of its groups fall "
    "in January. They look like sums of a year, so that what is said on 31 January may rest on deaths that were still "
    "to come. In Brazil 23% fall in January, some of them in fights of that day. Of the world's deaths 2.2% are dated "
    "1 January, where 0.3% would be usual. In imported releases an event counts in the month of its last day."
)
