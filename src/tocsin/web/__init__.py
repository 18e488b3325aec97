"""The web application and the static site: pages of what the other parts say, without an analysis of their own.

What a visitor asks goes from left to right:

`asked` (the day, the horizon) -> `pages` (one module a page, its parts beside it: which questions it rests on, what its
template is given) or `api` (the same as JSON) -> `questions` (one call of the library each) -> `gate` (what the terms
of the sources let through) -> `answers` (worked out in processes of their own, by `lane`, and kept) -> `render`
(templates/) -> `routes`, `app` (served) or `site` (written to a folder). `links` says where pages are when served,
`filed` where they are in a site.
"""

from __future__ import annotations
