"""What a person at the brand saved from the browser some days ago: pages of all three platforms.

`python -m headwater_demo.saved_pages FOLDER` writes them there.
"""

import sys
from pathlib import Path

from headwater_demo import ali1688, alibaba, aliexpress
from headwater_demo.marketplace import search
from headwater_demo.offers import ALI1688, ALIBABA, ALIEXPRESS, OFFERS

_SEARCH = "harvelk"
_CHINESE_SEARCH = "哈芙鹿"


def write_saved_pages(folder: Path) -> list[Path]:
    """Write the pages under the names that browsers give them; returns the files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, url, page in _pages():
        file = folder / name
        file.write_text(saved_from(page, url), encoding="utf-8")
        files.append(file)
    return files


def saved_from(page: str, url: str) -> str:
    """The page with the note that browsers put below the doctype: where it was saved from."""
    note = f"<!-- saved from url=({len(url):04d}){url} -->\n"
    doctype, line, rest = page.partition("\n")
    if doctype.lower().startswith("<!doctype"):
        return f"{doctype}{line}{note}{rest}"
    return note + page


def _pages() -> list[tuple[str, str, str]]:
    """File name, address and content of each page."""
    pages = []
    found, total = search(ALIEXPRESS, _SEARCH, earlier=True)
    page = aliexpress.search_page(found, query=_SEARCH, total=total, page=1, page_size=60)
    url = aliexpress.search_url(_SEARCH)
    pages.append((f"{_SEARCH} - Buy {_SEARCH} on AliExpress.html", url, page))

    found, total = search(ALIBABA, _SEARCH, earlier=True)
    page = alibaba.search_page(found, query=_SEARCH, total=total, page=1, page_size=48)
    pages.append((f"{_SEARCH} - Alibaba.com.html", alibaba.search_url(_SEARCH), page))

    found, _ = search(ALI1688, _CHINESE_SEARCH, earlier=True)
    page = ali1688.rendered_search_page(found, query=_CHINESE_SEARCH)
    url = ali1688.search_url(_CHINESE_SEARCH)
    pages.append((f"{_CHINESE_SEARCH}_批发_供应_阿里巴巴.html", url, page))

    offer = next(o for o in OFFERS if o.platform == ALI1688 and o.copies and not o.older_template)
    url = ali1688.listing_url(offer)
    pages.append((f"{offer.title} - 阿里巴巴.html", url, ali1688.listing_page(offer)))
    return pages


if __name__ == "__main__":
    for written in write_saved_pages(Path(sys.argv[1])):
        print(written)
