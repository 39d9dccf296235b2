"""The marketplaces that Headwater knows, by the ids that keys, config and reports use."""

from enum import StrEnum


class Platform(StrEnum):
    """Where a listing stands. The values are stored: never rename one."""

    ALIBABA = "alibaba"
    ALI1688 = "1688"
    ALIEXPRESS = "aliexpress"
    TAOBAO = "taobao"
    TMALL = "tmall"
    TMALL_GLOBAL = "tmall_global"
    LAZADA = "lazada"
    MADE_IN_CHINA = "made_in_china"
    AMAZON = "amazon"
    GENERIC = "generic"

    @property
    def title(self) -> str:
        """The name as people write it."""
        return _TITLES[self]


_TITLES = {
    Platform.ALIBABA: "Alibaba.com",
    Platform.ALI1688: "1688",
    Platform.ALIEXPRESS: "AliExpress",
    Platform.TAOBAO: "Taobao",
    Platform.TMALL: "Tmall",
    Platform.TMALL_GLOBAL: "Tmall Global",
    Platform.LAZADA: "Lazada",
    Platform.MADE_IN_CHINA: "Made-in-China",
    Platform.AMAZON: "Amazon",
    Platform.GENERIC: "Other shop",
}
