"""Text that strangers wrote, made harmless enough to print in one line."""


def in_one_line(text: str, *, most: int = 200) -> str:
    """The text without line breaks, control and direction marks, cut to `most` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"
