"""The routes that the config names for a platform, ready to be asked."""

from datetime import UTC, datetime

from headwater import marketplaces
from headwater.adapters.desk import search_picture_key
from headwater.adapters.dynamodb.listings import Listings
from headwater.adapters.http import Fetcher
from headwater.adapters.politeness import GAP_SECONDS, GivesTurns, PoliteFetcher
from headwater.adapters.routes import aliexpress, gateway_1688
from headwater.adapters.routes.interface import Interface
from headwater.adapters.routes.page_fetch import PageFetch
from headwater.adapters.secrets import Secrets
from headwater.adapters.store import Bucket
from headwater.domain.brands import Desk
from headwater.domain.listings import ListingKey
from headwater.domain.platforms import Platform, RouteName
from headwater.usecases.search import Route


def routes_to(
    platform: Platform,
    *,
    desk: Desk,
    work: Bucket,
    listings: Listings,
    turns: GivesTurns,
    secrets: Secrets,
    rehearsal: str,
) -> list[Route]:
    """In the config's order. With `rehearsal` all of them lead to that address only."""

    def picture(sha256: str) -> bytes:
        return work.get(search_picture_key(sha256))

    def main_picture(key: ListingKey) -> str | None:
        known = (listings.get(brand.id, key) for brand in desk.brands)
        return next(
            (one.listing.pictures[0] for one in known if one and one.listing.pictures), None
        )

    def interface(host: str, gap_seconds: float) -> Interface:
        return Interface(
            host,
            turns,
            contact=desk.contact,
            gap_seconds=0 if rehearsal else gap_seconds,
            rehearsal=rehearsal or None,
        )

    def clock() -> datetime:
        return datetime.now(UTC)

    def wired(name: RouteName) -> Route:
        match name:
            case RouteName.GATEWAY_1688:
                return gateway_1688.Gateway1688(
                    interface(gateway_1688.HOST, gateway_1688.GAP_SECONDS),
                    key=lambda: secrets.get(gateway_1688.SECRET),
                    picture=picture,
                    main_picture=main_picture,
                    clock=clock,
                )
            case RouteName.ALIEXPRESS_AFFILIATE:
                return aliexpress.AliExpressAffiliate(
                    interface(aliexpress.HOST, aliexpress.GAP_SECONDS),
                    secret=secrets.get,
                    clock=clock,
                )
            case RouteName.ALIEXPRESS_DS:
                return aliexpress.AliExpressDs(
                    interface(aliexpress.HOST, aliexpress.GAP_SECONDS),
                    secret=secrets.get,
                    picture=picture,
                    clock=clock,
                )
            case RouteName.PAGE_FETCH:
                hosts = marketplaces.marketplace(platform).hosts
                fetcher = Fetcher(desk.contact, hosts, rehearsal=rehearsal or None)
                gap = 0 if rehearsal else GAP_SECONDS
                return PageFetch(PoliteFetcher(fetcher, turns, gap_seconds=gap))

    return [wired(name) for name in desk.access_to(platform).routes]
