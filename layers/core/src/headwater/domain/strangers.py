"""What strangers wrote, made harmless enough to print: text in one line, addresses defanged."""


def in_one_line(text: str, *, most: int = 200) -> str:
    """The text without line breaks, control and direction marks, cut to `most` characters."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * most]).split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def defanged(url: str) -> str:
    """An address that reads well and cannot be clicked: "hxxps://shop[.]example/item/1"."""
    scheme, separator, rest = url.partition("://")
    if not separator:
        return url.replace(".", "[.]").replace(":", "[:]")
    host, slash, path = rest.partition("/")
    return f"{scheme.replace('tt', 'xx', 1)}://{host.replace('.', '[.]')}{slash}{path}"
