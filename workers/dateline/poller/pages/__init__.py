"""Pages: the bytes of an article's web page → its text, and what the page says of itself.

    page = read_page(body, content_type, url, max_chars)     # Page; blocking and slow: run it in a `Reader` (see ../reading.py)
    page.text, page.wall                                     # "" and why, where something else stands in the article's place

Inside: markup (bytes as a tree) → told (what its head says; canonical: which address it is) → body (the article's text) → walls (what
is no article); choosing (this text or the feed's own).
"""

from dateline.poller.pages.choosing import better_text
from dateline.poller.pages.page import Page, page_text, read_page

__all__ = ["Page", "better_text", "page_text", "read_page"]
