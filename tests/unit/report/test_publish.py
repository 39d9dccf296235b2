"""Publishing writes what changed, removes only what it wrote, and mends a run that was cut off."""

import json
from pathlib import Path

import pytest

from report_site.publish import Published, media_type, publish, published_files


class FakeBucket:
    """Objects by key; `fails_after` puts, the machine dies."""

    def __init__(self) -> None:
        self.objects: dict[str, tuple[bytes, str]] = {}
        self.fails_after: int | None = None

    def get(self, key: str) -> bytes:
        return self.objects[key][0]

    def put(self, key: str, body: bytes, media_type: str) -> None:
        if self.fails_after == 0:
            raise ConnectionError("the machine died")
        if self.fails_after:
            self.fails_after -= 1
        self.objects[key] = (body, media_type)

    def list(self, prefix: str) -> list[str]:
        return sorted(key for key in self.objects if key.startswith(prefix))

    def delete(self, key: str) -> None:
        del self.objects[key]


def a_site(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def published(folder: Path, bucket: FakeBucket) -> Published:
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*.*")]
    return publish(folder, bucket, "brand/", names=names)


def test_the_second_run_writes_nothing(tmp_path: Path) -> None:
    bucket = FakeBucket()
    site = a_site(tmp_path, index_html="a", cases__one_html="b")
    assert published(site, bucket) == Published(written=2, unchanged=0, removed=0)
    before = dict(bucket.objects)
    assert published(site, bucket) == Published(written=0, unchanged=2, removed=0)
    assert bucket.objects == before


def test_only_what_changed_is_written(tmp_path: Path) -> None:
    bucket = FakeBucket()
    published(a_site(tmp_path, index_html="a", about_html="b"), bucket)
    done = published(a_site(tmp_path, index_html="changed"), bucket)
    assert done == Published(written=1, unchanged=1, removed=0)
    assert bucket.get("brand/index.html") == b"changed"


def test_what_is_no_longer_built_goes_and_what_others_put_there_stays(tmp_path: Path) -> None:
    bucket = FakeBucket()
    bucket.put("brand/notes.txt", b"the owner's", "text/plain")
    bucket.put("other/index.html", b"another brand", "text/html")
    published(a_site(tmp_path / "1", index_html="a", old_html="b"), bucket)
    done = published(a_site(tmp_path / "2", index_html="a"), bucket)
    assert done.removed == 1
    assert set(bucket.objects) == {
        "brand/index.html",
        "brand/notes.txt",
        "brand/published.json",
        "other/index.html",
    }


def test_a_file_that_was_published_before_and_is_still_wanted_stays(tmp_path: Path) -> None:
    bucket = FakeBucket()
    published(a_site(tmp_path / "1", index_html="a", p_jpg="picture"), bucket)
    site = a_site(tmp_path / "2", index_html="b")
    done = publish(site, bucket, "brand/", names={"index.html", "p.jpg"})
    assert done == Published(written=1, unchanged=1, removed=0)
    assert bucket.get("brand/p.jpg") == b"picture"


@pytest.mark.parametrize("puts", range(4))
def test_a_run_that_was_cut_off_is_made_good_by_the_next(tmp_path: Path, puts: int) -> None:
    bucket = FakeBucket()
    published(a_site(tmp_path / "1", index_html="old", gone_html="x"), bucket)
    site = a_site(tmp_path / "2", index_html="new", a_css="c", b_css="d")
    bucket.fails_after = puts
    with pytest.raises(ConnectionError):
        published(site, bucket)
    bucket.fails_after = None
    published(site, bucket)
    whole = FakeBucket()
    published(site, whole)
    assert bucket.objects == whole.objects


def test_pages_come_after_what_they_show(tmp_path: Path) -> None:
    bucket = FakeBucket()
    published(a_site(tmp_path, a_html="page", z_css="style"), bucket)
    assert list(bucket.objects) == ["brand/z.css", "brand/a.html", "brand/published.json"]


def test_a_file_that_somebody_deleted_is_written_again(tmp_path: Path) -> None:
    bucket = FakeBucket()
    site = a_site(tmp_path, index_html="a")
    published(site, bucket)
    bucket.delete("brand/index.html")
    assert published(site, bucket).written == 1
    assert published_files(bucket, "brand/") == json.loads(bucket.get("brand/published.json"))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("index.html", "text/html; charset=utf-8"),
        ("a/report.css", "text/css"),
        ("report.js", "text/javascript; charset=utf-8"),
        ("p.jpg", "image/jpeg"),
        ("logo.svg", "image/svg+xml"),
        ("bundle.js.map", "application/octet-stream"),
    ],
)
def test_a_browser_is_told_what_a_file_is(name: str, kind: str) -> None:
    assert media_type(name) == kind
