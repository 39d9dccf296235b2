"""Lists of listings' addresses: plain text, CSV, TSV and XLSX, whatever else their rows say."""

import csv
import io
import re
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from parsel import Selector

_ADDRESS = re.compile(
    r"https?://[^\s<>\"'，；、]+|\b(?:[a-z0-9-]+\.)+(?:com|cn|hk|us|ru)/[^\s<>\"'，；、]+",
    re.IGNORECASE,
)
_NO_LIST = re.compile(
    r"^\s*(?:[<{]|\[(?!InternetShortcut\])|[\w$.\s]{1,80}[=(]\s*[\[{(\"'])|</|[^\n]{8000}"
)
"""Markup, JSON, a script, or lines as only machines write them: pages, whatever they mention."""
_TITLES = {"title", "name", "product", "product name", "标题", "名称", "商品", "商品标题"}
MOST_ROWS = 20_000
_LONGEST_CELL = 4000
_LARGEST_SHEET = 64 * 1024 * 1024

Row = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row. `address` is "" where the row has none in the column of addresses."""

    row: int
    address: str
    title: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressList:
    """What a list holds; `column` says in words where the addresses were found."""

    column: str
    entries: tuple[Entry, ...]
    left_out: int = 0
    """Rows beyond the first 20,000, which were not read."""


def read_list(body: bytes) -> AddressList | None:
    """The addresses in a text or table; None if it is neither or holds not one address."""
    rows = read_workbook(body) if body.startswith(b"PK\x03\x04") else _text(body)
    found = _addresses(rows[:MOST_ROWS]) if rows else None
    return found and replace(found, left_out=max(len(rows) - MOST_ROWS, 0))


def _addresses(rows: Sequence[Row]) -> AddressList | None:
    """The column with most addresses is the one; a first row without any is the heading."""
    found = Counter(
        place for row in rows for place, cell in enumerate(row) if _ADDRESS.search(cell)
    )
    if not found:
        return None
    column = min(found, key=lambda place: (-found[place], place))
    filled = sum(any(cell.strip() for cell in row) for row in rows)
    if found[column] * 3 < filled:  # prose, a script or a log that mentions an address
        return None
    heading: Row = () if _address(rows[0], column) else rows[0]
    title = next(
        (place for place, cell in enumerate(heading) if cell.strip().casefold() in _TITLES), None
    )
    named = heading[column].strip() if column < len(heading) else ""
    return AddressList(
        column=f"column {column + 1}" + (f" ({named[:40]!r})" if named else ""),
        entries=tuple(
            Entry(row=number, address=_address(row, column), title=_cell(row, title))
            for number, row in enumerate(rows, start=1)
            if any(cell.strip() for cell in row) and row is not heading
        ),
    )


def _address(row: Row, column: int) -> str:
    found = _ADDRESS.search(row[column]) if column < len(row) else None
    return found[0].rstrip(".,;)") if found else ""


def _cell(row: Row, column: int | None) -> str | None:
    return (row[column].strip() or None) if column is not None and column < len(row) else None


# --- text ------------------------------------------------------------------------------------


def _text(body: bytes) -> list[Row]:
    text = _decoded(body)
    if text is None or _NO_LIST.search(text):
        return []
    lines = text.splitlines()
    delimiter = _delimiter(lines)
    if delimiter is None:
        return [[line[:_LONGEST_CELL]] for line in lines]
    try:
        table = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        return [[cell[:_LONGEST_CELL] for cell in row] for row in table]
    except csv.Error:
        return [[line[:_LONGEST_CELL]] for line in lines]


def _decoded(body: bytes) -> str | None:
    """Excel writes UTF-16 with a mark, or GBK where it runs in Chinese."""
    if body[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return body.decode("utf-16", "replace")
    if b"\x00" in body[:4096]:
        return None
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return body.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _delimiter(lines: Iterable[str]) -> str | None:
    """The one that parts most of the first lines; an address may hold a comma, so two count."""
    sample = [line for line in lines if line.strip()][:50]
    counts = {mark: sum(mark in _ADDRESS.sub("", line) for line in sample) for mark in "\t;,|"}
    best = max(counts, key=lambda mark: counts[mark])
    return best if sample and counts[best] * 2 >= len(sample) else None


# --- XLSX ------------------------------------------------------------------------------------


def is_workbook(archive: zipfile.ZipFile) -> bool:
    return "xl/workbook.xml" in archive.namelist()


def read_workbook(body: bytes, *, links: bool = True) -> list[Row]:
    """The rows of all sheets; with `links` a cell with a link stands for the link's address.

    None where it is no workbook, is broken, or unpacks to more than 64 MB.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            if not is_workbook(archive):
                return []
            if sum(item.file_size for item in archive.infolist()) > _LARGEST_SHEET:
                return []
            names = archive.namelist()
            shared = [
                "".join(item.xpath(".//t/text()").getall())
                for item in _xml(archive, "xl/sharedStrings.xml", names).xpath("//si")
            ]
            rows: list[Row] = []
            for name in sorted(n for n in names if re.fullmatch(r"xl/worksheets/[^/]+\.xml", n)):
                linked = _links(archive, name, names) if links else {}
                sheet = _xml(archive, name, names)
                rows += [_cells(row, shared, linked) for row in sheet.xpath("//sheetData/row")]
            return rows
    except (zipfile.BadZipFile, zlib.error, RuntimeError, EOFError, ValueError):
        return []


def _xml(archive: zipfile.ZipFile, name: str, names: Sequence[str]) -> Selector:
    content = archive.read(name) if name in names else b""
    selector = Selector(body=content or b"<none/>", type="xml")
    selector.remove_namespaces()
    return selector


def _links(archive: zipfile.ZipFile, sheet: str, names: Sequence[str]) -> dict[str, str]:
    """Cell to address. Where a cell's link leads is written in the sheet's relations."""
    folder, _, file = sheet.rpartition("/")
    relations = _xml(archive, f"{folder}/_rels/{file}.rels", names)
    targets = {
        one.attrib.get("Id", ""): one.attrib.get("Target", "")
        for one in relations.xpath("//Relationship")
    }
    links = _xml(archive, sheet, names).xpath("//hyperlink")
    return {
        link.attrib.get("ref", ""): targets.get(link.attrib.get("id", ""), "") for link in links
    }


def _cells(row: Selector, shared: Sequence[str], linked: dict[str, str]) -> Row:
    cells: dict[int, str] = {}
    for position, cell in enumerate(row.xpath("./c")):
        reference = cell.attrib.get("r", "")
        letters = re.match(r"[A-Z]{1,3}", reference)
        place = _column(letters[0]) if letters else position
        value = "".join(cell.xpath("./v/text() | ./is//t/text()").getall())
        if cell.attrib.get("t") == "s" and value.isdecimal() and int(value) < len(shared):
            value = shared[int(value)]
        value = linked.get(reference) or value
        cells[place] = value[:_LONGEST_CELL]
    return [cells.get(place, "") for place in range(min(max(cells, default=-1) + 1, 200))]


def _column(letters: str) -> int:
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
