"""The official interfaces of 1688 and AliExpress on loopback: they check every signature."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qsl

ACCESS_KEY_ID = "testkey-1"
ACCESS_SECRET = "s3cret-of-32-characters-for-test"
ACCESS_KEY = base64.urlsafe_b64encode((ACCESS_SECRET + ACCESS_KEY_ID).encode()).decode().rstrip("=")
TOP = {
    "aliexpress-app-key": "500001",
    "aliexpress-app-secret": "top-secret",
    "aliexpress-session": "session-1",
    "aliexpress-tracking-id": "headwater",
}

Answer = tuple[int, dict[str, Any]]

GATEWAY_ITEM = {
    "itemId": 999900000301,
    "title": "哈芙鹿同款搪瓷杯 鹿角logo",
    "imageUrl": "https://cbu01.alicdn.com/img/ibank/O1CN01drawn_!!2299900031-0-cib.jpg",
    "detailUrl": "https://detail.1688.com/offer/999900000301.html",
    "currentPrice": "8.50",
    "quantityBegin": 2,
    "unit": "个",
    "company": "青禾山市落羽搪瓷制品有限公司",
    "memberId": "b2b-2299900031demo",
    "userId": 2299900031,
    "soldOut": 5200,
}
GATEWAY_FOUND: Answer = (200, {"success": True, "data": {"data": [GATEWAY_ITEM], "count": 1}})
GATEWAY_NOTHING: Answer = (200, {"success": True, "data": {"data": [], "count": 0}})


def gateway_error(code: str, status: int = 200) -> Answer:
    return status, {"success": False, "code": code, "codeType": "ISV", "message": code.lower()}


AFFILIATE_ITEM = {
    "product_id": 1005999000000101,
    "product_title": "Harvelk enamel camping mug",
    "product_main_image_url": "https://ae01.alicdn.com/kf/Sdrawn1.jpg",
    "product_small_image_urls": {"string": ["https://ae01.alicdn.com/kf/Sdrawn2.jpg"]},
    "product_detail_url": "https://www.aliexpress.com/item/1005999000000101.html",
    "target_sale_price": "6.20",
    "target_sale_price_currency": "USD",
    "lastest_volume": 84,
    "shop_id": 1199900011,
    "shop_name": "Luoyu Camp Store",
    "shop_url": "https://www.aliexpress.com/store/1199900011",
}
AFFILIATE_FOUND: Answer = (
    200,
    {
        "aliexpress_affiliate_product_query_response": {
            "resp_result": {
                "resp_code": 200,
                "resp_msg": "Call succeeds",
                "result": {
                    "current_record_count": 1,
                    "total_record_count": 1,
                    "products": {"product": [AFFILIATE_ITEM]},
                },
            }
        }
    },
)
DS_TEXT_FOUND: Answer = (
    200,
    {
        "aliexpress_ds_text_search_response": {
            "code": "00",
            "data": {
                "totalCount": 1,
                "products": {
                    "selection_search_product": [
                        {
                            "itemId": "1005999000000102",
                            "title": "Harvelk kettle 1.6L",
                            "itemMainPic": "//ae01.alicdn.com/kf/Sdrawn3.jpg",
                            "targetSalePrice": "14.30",
                            "targetOriginalPriceCurrency": "USD",
                            "orders": "5,000+",
                        }
                    ]
                },
            },
        }
    },
)
DS_NOTHING: Answer = (
    200,
    {"aliexpress_ds_text_search_response": {"code": "00", "data": {"totalCount": 0}}},
)
DS_IMAGE_FOUND: Answer = (
    200,
    {
        "aliexpress_ds_image_searchV2_response": {
            "result": {"ret": True, "code": "200", "data": [AFFILIATE_ITEM]}
        }
    },
)


def top_error(code: str, message: str, sub_code: str) -> Answer:
    return 200, {"error_response": {"code": code, "msg": message, "sub_code": sub_code}}


@dataclass
class Interfaces:
    """The server. It answers with `answers`, one after the other, if the signature holds."""

    answers: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def __enter__(self) -> Self:
        handler = type("Handler", (_Handler,), {"interfaces": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        self.headers.append(headers)
        if headers["host"] == "gateway.1688.com":
            self.asked.append(json.loads(body))
            if not _signed_csk(path, headers, body):
                return gateway_error("SignatureInvalid", 401)
        elif headers["host"] == "api-sg.aliexpress.com":
            parameters = dict(parse_qsl(body.decode(), strict_parsing=True))
            self.asked.append(parameters)
            if not _signed_top(parameters):
                return top_error("25", "IncompleteSignature", "isv.invalid-signature")
        return self.answers.pop(0)


def _signed_csk(path: str, headers: dict[str, str], body: bytes) -> bool:
    """As the gateway's description says it, written out once more."""
    digest = base64.b64encode(hashlib.md5(body).digest()).decode()
    text = (
        f"POST\n{digest}\napplication/json\n{headers['x-csk-time']}\n"
        f"x-csk-ak:{ACCESS_KEY_ID}\n"
        f"x-csk-content-md5:{digest}\n"
        f"x-csk-nonce:{headers['x-csk-nonce']}\n"
        f"x-csk-time:{headers['x-csk-time']}\n"
        f"x-csk-version:{headers['x-csk-version']}\n"
        f"{path}"
    )
    mac = hmac.digest(ACCESS_SECRET.encode(), text.encode(), "sha256")
    return hmac.compare_digest(base64.b64encode(mac).decode(), headers["x-csk-sign"])


def _signed_top(parameters: dict[str, str]) -> bool:
    pairs = sorted((name, value) for name, value in parameters.items() if name != "sign")
    text = "".join(name + value for name, value in pairs)
    mac = hmac.digest(TOP["aliexpress-app-secret"].encode(), text.encode(), "sha256")
    return hmac.compare_digest(mac.hex().upper(), parameters["sign"])


class _Handler(BaseHTTPRequestHandler):
    interfaces: Interfaces

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        status, said = self.interfaces.answer(self.path, headers, body)
        reply = json.dumps(said, ensure_ascii=False).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json;charset=UTF-8")
        self.send_header("Content-Length", str(len(reply)))
        self.send_header("Set-Cookie", "tracking=1")
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""
