"""headwater parse: a form that other programs read, a table for people."""

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.cli.main import main

OFFER = {
    "globalData": {
        "tempModel": {
            "offerId": 775610063001,
            "offerTitle": "铜钮扣<font color=red>复古</font>\u202e款",
            "companyName": "某某县钮扣有限公司",
            "sellerMemberId": "b2b-1000000001",
            "offerUnit": "粒",
        },
        "images": [{"fullPathImageURI": "https://cbu01.alicdn.com/img/ibank/O1CN01x-0-cib.jpg"}],
    },
    "data": {
        "1": {
            "componentType": "@ali/tdmod-od-pc-offer-price",
            "data": {
                "priceModel": {
                    "currentPrices": [
                        {"beginAmount": 10, "price": "0.55"},
                        {"beginAmount": 500, "price": "0.50"},
                    ]
                }
            },
        }
    },
}


@pytest.fixture
def offer(tmp_path: Path) -> Path:
    path = tmp_path / "offer.html"
    path.write_text(f"<script>window.__INIT_DATA={json.dumps(OFFER)}</script>", "utf-8")
    return path


def _parsed(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[dict[str, Any]]:
    assert main(["parse", *arguments, "--json"]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_the_json_form_is_a_promise(offer: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _parsed(capsys, str(offer)) == [
        {
            "path": str(offer),
            "platform": "1688",
            "kind": "listing",
            "verdict": "ok",
            "reason": "one listing",
            "total": None,
            "listings": [
                {
                    "id": "775610063001",
                    "url": "https://detail.1688.com/offer/775610063001.html",
                    "title": "铜钮扣复古\u202e款",
                    "price": {
                        "min": "0.50",
                        "max": "0.55",
                        "currency": "CNY",
                        "tiers": [
                            {"quantity": 10, "price": "0.55"},
                            {"quantity": 500, "price": "0.50"},
                        ],
                    },
                    "moq": {"quantity": 10, "unit": "粒"},
                    "seller": {"id": "b2b-1000000001", "name": "某某县钮扣有限公司"},
                    "images": ["https://cbu01.alicdn.com/img/ibank/O1CN01x-0-cib.jpg"],
                    "ad": False,
                }
            ],
        }
    ]


def test_what_a_page_does_not_hold_is_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bare.json"
    path.write_text('{"itemList":{"content":[{"productId":"1005006123456001"}]}}')
    (result,) = _parsed(capsys, str(path))
    assert result["verdict"] == "schema_drift"
    (listing,) = result["listings"]
    assert [listing[name] for name in ("title", "price", "moq", "seller")] == [None] * 4
    assert listing["images"] == []


def test_an_unknown_page_has_no_platform(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir")
    (result,) = _parsed(capsys, str(path))
    assert (result["platform"], result["kind"], result["verdict"]) == (
        None,
        "other",
        "shell_no_data",
    )


def test_a_changed_layout_is_a_verdict_here(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "changed.html"
    path.write_text(
        '<script>window.__INIT_DATA={"globalData":{"tempModel":{"x":1}},"data":{}}</script>'
    )
    (result,) = _parsed(capsys, str(path))
    assert (result["platform"], result["verdict"]) == ("1688", "schema_drift")
    assert "offerId" in result["reason"]


def test_one_unreadable_file_stops_none_of_the_others(
    offer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.html"
    empty.touch()
    missing = tmp_path / "missing.html"

    code = main(["parse", "--json", str(missing), str(empty), str(tmp_path), str(offer)])

    said = capsys.readouterr()
    assert code == 1
    told = [json.loads(line) for line in said.out.splitlines()]
    assert [(Path(one["path"]), one["verdict"]) for one in told] == [
        (missing, "error"),
        (empty, "error"),
        (tmp_path, "error"),
        (offer, "ok"),
    ]
    assert all(list(one) == list(told[-1]) for one in told)
    assert said.err.splitlines() == [
        f"headwater parse: {missing}: No such file or directory",
        f"headwater parse: {empty}: the file is empty",
        f"headwater parse: {tmp_path}: Is a directory",
    ]


def test_people_get_a_table_without_hidden_characters(
    offer: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["parse", str(offer)]) == 0
    head, names, row = capsys.readouterr().out.splitlines()
    assert head == f"{offer}: 1688 listing, ok (one listing)"
    assert names.split() == ["id", "price", "moq", "seller", "title"]
    assert row.split() == [
        "775610063001", "0.50-0.55", "CNY", "10", "粒", "某某县钮扣有限公司", "铜钮扣复古款",
    ]  # fmt: skip


def test_the_platform_can_be_given(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "empty.html"
    path.write_text("<html></html>")
    (result,) = _parsed(capsys, str(path), "--platform", "lazada")
    assert result["platform"] == "lazada"


def test_of_an_archive_only_what_is_ours_is_shown(
    offer: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "session.har"
    answers = [
        ("https://log.example/a", "{}"),
        ("https://detail.1688.com/offer/775610063001.html", offer.read_text("utf-8")),
    ]
    entries = [
        {"request": {"url": url}, "response": {"content": {"mimeType": "text/html", "text": body}}}
        for url, body in answers
    ]
    path.write_text(json.dumps({"log": {"entries": entries}}))
    (result,) = _parsed(capsys, str(path))
    assert result["listings"][0]["id"] == "775610063001"
