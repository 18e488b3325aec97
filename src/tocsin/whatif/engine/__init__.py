"""The simulation: many runs of a scenario under one option, all at once, by compiled code.

`sampling` draws the numbers not known, `story` holds a scenario as arrays whose places `columns` names; `simulate` runs
`kernel`, in which a month is `pressure`, `members` and `attacks`, each made of `mechanisms`; `sides` says who is what
to whom, and `draws` is all chance.
"""

from __future__ import annotations
