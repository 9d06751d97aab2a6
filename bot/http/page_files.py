"""How does a page reach the browser? Its folder's files as they were at the start, and the headers that guard it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

# The style sheets that every page of ours begins with.
_LOOK = Path(__file__).with_name("look")


class PageFiles:
    """A page: the files that were in its folder at the start, those of the common look, and no others."""

    def __init__(self, folder: Path) -> None:
        self._files = {path.name: path for place in (_LOOK, folder) for path in place.iterdir() if path.is_file()}

    async def show_start(self, request: web.Request) -> web.StreamResponse:
        """The page itself."""
        return self._show("index.html")

    async def show_file(self, request: web.Request) -> web.StreamResponse:
        """One of its files, by `name`."""
        return self._show(request.match_info["name"])

    def _show(self, name: str) -> web.StreamResponse:
        if name not in self._files:
            raise web.HTTPNotFound
        return web.FileResponse(self._files[name])


def page_headers(frame_ancestors: str) -> Mapping[str, str]:
    """What a browser is told with every answer; `frame_ancestors` are the origins whose pages may frame ours."""
    return {
        "Content-Security-Policy": (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
            f"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors {frame_ancestors}"
        ),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    }
