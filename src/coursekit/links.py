"""Where the course lives on the web; the only place its addresses are written."""

from __future__ import annotations

REPOSITORY_URL = "https://github.com/convnets-course/convnets-course"
BOOK_URL = "https://convnets-course.github.io/convnets-course"
MESSAGES_URL = f"{BOOK_URL}/book/messages.html"


def message_url(anchor: str) -> str:
    """Address of one entry on the page "I see this message, what now?"."""
    return f"{MESSAGES_URL}#{anchor}"
