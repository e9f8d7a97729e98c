"""Pages of docs/ that are printed from code. A room registers its page; a command writes or compares them all."""

from collections.abc import Callable

Page = Callable[[], str]
PAGES: dict[str, Page] = {}


def generated(path: str) -> Callable[[Page], Page]:
    """Register the text of docs/<path>; the function returns Markdown."""

    def register(page: Page) -> Page:
        PAGES[path] = page
        return page

    return register
