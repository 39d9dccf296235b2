"""The marketplaces that Headwater knows and the ways to ask them, by the ids that are stored."""

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
    def title(self) -> str:  # type: ignore[override]
        """The name as people write it (not str.title: a platform is more than its text)."""
        return _TITLES[self]

    @property
    def source(self) -> bool:
        """Whether goods are made and wholesaled there, and not sold to those who use them."""
        return self in {Platform.ALI1688, Platform.ALIBABA, Platform.MADE_IN_CHINA}

    @property
    def of_alibaba(self) -> bool:
        """Whether complaints go to Alibaba's IP Protection Platform."""
        return self in {
            *(Platform.ALIBABA, Platform.ALI1688, Platform.ALIEXPRESS),
            *(Platform.TAOBAO, Platform.TMALL, Platform.TMALL_GLOBAL, Platform.LAZADA),
        }

    @property
    def chinese(self) -> bool:
        """Whether its sellers write, and its search expects, Chinese."""
        return self in {Platform.ALI1688, Platform.TAOBAO, Platform.TMALL, Platform.TMALL_GLOBAL}


class RouteName(StrEnum):
    """A way to ask a platform. The values are stored: never rename one."""

    GATEWAY_1688 = "1688_gateway"
    ALIEXPRESS_AFFILIATE = "aliexpress_affiliate"
    ALIEXPRESS_DS = "aliexpress_ds"
    PAGE_FETCH = "page_fetch"

    @property
    def platform(self) -> Platform | None:
        """The one platform that it leads to; None for a way to any."""
        return _ROUTE_PLATFORMS.get(self)

    @property
    def takes_links(self) -> bool:
        """Whether it can search for what is like a listing."""
        return self is RouteName.GATEWAY_1688

    @property
    def takes_pictures(self) -> bool:
        """Whether it can search for a picture."""
        return self in {RouteName.GATEWAY_1688, RouteName.ALIEXPRESS_DS}


_ROUTE_PLATFORMS = {
    RouteName.GATEWAY_1688: Platform.ALI1688,
    RouteName.ALIEXPRESS_AFFILIATE: Platform.ALIEXPRESS,
    RouteName.ALIEXPRESS_DS: Platform.ALIEXPRESS,
}


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
