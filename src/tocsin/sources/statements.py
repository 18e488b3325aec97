"""What a user has to acknowledge before events of a source are used, in words of our own.

They are no substitute for the terms themselves, which each of them names the place of.
"""

from __future__ import annotations

ACLED = """\
ACLED (Armed Conflict Location & Event Data) is not free data. In short, and without any force of law:
- You use an account of your own, for the purposes that ACLED has granted it for.
- Its events may not be given to others, nor shown so that they can be told back. tocsin keeps them on this machine and
  shows no events, cells, counts or dates of them in a browser. What you print or write to a file is in your own hands.
- It may not be used to harm, target or oppress anybody, nor to build what would take the place of ACLED.
- Wherever anything made from it is shown, ACLED is named with its citation, the day you took the data, which part of
  it you took, and what was changed: tocsin maps its events to those of UCDP, as docs/sources.md describes.
- ACLED's licence restricts the use of its content to train, test, develop or improve machine learning models. tocsin
  does that: it fits models to the events in use, or applies models to them and scores them. Unless your licence allows
  it, ask ACLED for consent in writing first (access@acleddata.com).
- Commercial use needs a licence for it. Whether your use needs consent is for you to find out, not for tocsin.
The terms themselves: https://acleddata.com/eula, https://acleddata.com/contentusage and
https://acleddata.com/attributionpolicy (read them there; they change). By acknowledging you say that you have read
them and that your use keeps to them."""

GTD = """\
The GTD (Global Terrorism Database, START, University of Maryland) is not free data. In short, and without any force
of law:
- It is given to you, by an end user licence that you agreed to when you downloaded it, for research of your own and
  not for commercial use without a licence for that.
- Its records may not be given to others, nor put where others can take them. tocsin keeps them on this machine and
  shows no events, cells, counts or dates of them in a browser. What you print or write to a file is in your own hands.
- Wherever anything made from it is shown, START and the GTD are named with their citation and the day you took it.
- START stands for none of the conclusions that are drawn from it.
The terms themselves: https://www.start.umd.edu/gtd/end-user-agreement (read them there; they change). By acknowledging
you say that you have read them and that your use keeps to them."""
