"""The web application and the static site: pages of what the other parts say, without an analysis of their own.

What a visitor asks goes from left to right:

`asked` (the day, the horizon) -> `pages` (one module a page: which questions it rests on, what its template is given)
-> `questions` (one call of the library each) -> `answers` (worked out in processes of their own, and kept) -> `render`
(templates/) -> `app` (served) or `site` (written to a folder). `links` says where pages are in either.
"""

from __future__ import annotations
