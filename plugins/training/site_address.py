"""The address under which the public site is known (对外网址): links in feeds, codes and site maps."""

import os
import re
from typing import Any

VARIABLE = "LINGJUN_PUBLIC_URL"
_ADDRESS = re.compile(r"https?://[A-Za-z0-9.\[\]:-]+(/[\w./-]*)?", re.ASCII)


def of_request(request: Any) -> str:
    """The address of the site for links in the answer to ``request``; see :func:`public_url`."""
    return public_url(f"{request.scheme}://{request.host}")


def public_url(asked_at: str = "http://127.0.0.1:8002") -> str:
    """The setting ``LINGJUN_PUBLIC_URL``, else where the reader is; without a slash at the end.

    Raises ``ValueError`` for a setting that is no http address.
    """
    url = (os.environ.get(VARIABLE) or asked_at).rstrip("/")
    if not _ADDRESS.fullmatch(url):
        raise ValueError(f"{VARIABLE} is no address like https://lingjun.example.cn: {url!r}")
    return url
