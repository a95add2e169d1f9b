"""What is asked of both, and where they differ on purpose; docs/requests.md says so, too."""

from . import urls, headers, bodies, auth, cookies, redirects, responses  # noqa: F401: each adds its cases
from .case import CASES

__all__ = ["CASES"]
