"""Long lists in pages: which page is asked for ("?seite=3"), and how many there are."""

from flask import request

LAST = 10_000  # no database counts to the numbers that can be typed into an address


def asked_page() -> int:
    """Return the page that is asked for, the first for what is no number of a page."""
    return min(max(1, request.args.get("seite", 1, type=int)), LAST)


def count_pages(number: int, *, size: int) -> int:
    """Return how many pages so many rows fill; an empty list has one."""
    return max(1, -(-number // size))
