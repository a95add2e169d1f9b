"""What is asked of both, and where they differ on purpose: the numbers are those of the rules in docs/requests.md."""

from . import urls, headers, bodies, auth, cookies, redirects, responses  # noqa: F401: each adds its cases
from .case import CASES

__all__ = ["CASES"]
