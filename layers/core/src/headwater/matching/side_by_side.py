"""A found picture next to the brand's own, the matching region marked in both."""

import io

from PIL import Image, ImageDraw

from headwater.domain.pictures import PictureMatch, Region
from headwater.matching.images import open_picture

HEIGHT = 480
_GAP = 12
_MARK = (214, 40, 40)


def side_by_side(query: bytes, reference: bytes, match: PictureMatch) -> bytes:
    """A JPEG: the query at the left, the reference at the right, both 480 pixels high.

    Raises UnreadablePicture when either is none.
    """
    panels = (
        _panel(query, match.query_region),
        _panel(reference, match.reference_region),
    )
    sheet = Image.new("RGB", (sum(panel.width for panel in panels) + _GAP, HEIGHT), "white")
    sheet.paste(panels[0], (0, 0))
    sheet.paste(panels[1], (panels[0].width + _GAP, 0))
    file = io.BytesIO()
    sheet.save(file, "JPEG", quality=85)
    return file.getvalue()


def _panel(data: bytes, region: Region | None) -> Image.Image:
    picture = open_picture(data)
    width = max(1, round(picture.width * HEIGHT / picture.height))
    panel = picture.resize((width, HEIGHT), Image.Resampling.BICUBIC)
    if region is not None:
        left, top, right, bottom = region
        box = (left * width, top * HEIGHT, right * width - 1, bottom * HEIGHT - 1)
        ImageDraw.Draw(panel).rectangle(box, outline=_MARK, width=4)
    return panel
