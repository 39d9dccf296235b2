"""Signatures against answers that others published; a secret never shows itself."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.adapters.signing import AccessKey, csk_headers, top_signature

KEY = AccessKey("testkeyid000000001", "TestSecretTestSecretTestSecret12")
FIND = (
    '{"query":"腋下包 女","pageSize":40,"purchaseAmount":1,"sortType":"sold_desc",'
    '"scoreLevel":"high","tags":"4306497"}'
)
HOT = '{"code":"offer_hot","bizParams":{"query":"腋下包"}}'


@pytest.mark.parametrize(
    ("version", "request_line", "body", "sent", "expected"),
    [
        (
            "1.7.0",
            "POST /api/alibaba.1688.find.product/1.0.0/github",
            FIND,
            (1791368929, "a1b2c3d4"),
            "rZikbiC2DgbuYyIoY7p/QI5lQSyzwEaHiU9TjnDoXVk=",
        ),
        (
            "1.0.1",
            "POST /1688claw/skill/workflow",
            HOT,
            (1791368930, "0f0e0d0c"),
            "KRTzfFacCAFyH+i2BNoVCKehECLIpYtK7/KNf6RVvls=",
        ),
        (
            "1.0.1",
            "post /x/y?b=2&a=1&a=0",
            "",
            (1, "00000000"),
            "2L6uvfDMylPu/0GL+hpgMWSgFdgwfZDFp6YmeKG7f7E=",
        ),
    ],
)
def test_the_1688_gateway_s_known_answers(
    version: str, request_line: str, body: str, sent: tuple[int, str], expected: str
) -> None:
    method, _, target = request_line.partition(" ")
    headers = csk_headers(
        KEY,
        version=version,
        method=method,
        target=target,
        body=body.encode(),
        time=sent[0],
        nonce=sent[1],
    )
    assert headers["x-csk-sign"] == expected


def test_the_digest_of_the_body_is_the_published_one() -> None:
    headers = csk_headers(
        KEY, version="1", method="POST", target="/", body=FIND.encode(), time=1, nonce="n"
    )
    assert headers["x-csk-content-md5"] == "eafuR9Evs8GvNkpwDM4OQA=="


def test_an_access_key_is_read_with_and_without_padding_and_hides_its_secret() -> None:
    packed = base64.urlsafe_b64encode(f"{KEY.secret}{KEY.id}".encode()).decode()
    assert AccessKey.parse(packed) == AccessKey.parse(f" {packed.rstrip('=')}\n") == KEY
    assert KEY.secret not in repr(KEY)


@given(st.text(max_size=60))
def test_what_is_no_key_is_refused_and_not_repeated_in_the_error(text: str) -> None:
    packed = base64.urlsafe_b64encode(text.encode()).decode()
    if text.isascii() and text.isprintable() and len(text) > 32:
        assert AccessKey.parse(packed) == AccessKey(id=text[32:], secret=text[:32])
    else:
        with pytest.raises(ValueError, match="this is no access key") as caught:
            AccessKey.parse(packed)
        assert len(text) < 8 or text not in str(caught.value)


@given(st.dictionaries(st.text(min_size=1), st.text(), min_size=1), st.text(min_size=1))
def test_a_signature_over_parameters_ignores_their_order_and_an_old_signature(
    parameters: dict[str, str], secret: str
) -> None:
    parameters.pop("sign", None)
    turned = dict(reversed(parameters.items()))
    signature = top_signature(secret, parameters)
    assert top_signature(secret, {**turned, "sign": "old"}) == signature
    changed = {name: value + "x" for name, value in parameters.items()}
    assert not parameters or top_signature(secret, changed) != signature
