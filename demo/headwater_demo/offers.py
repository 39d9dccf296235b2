"""Who offers what on the rehearsal marketplaces: copiers, honest makers, and who copied what.

All names, shops and places are invented. The ids lie far above those that the platforms had
given out by 2026, so that no link from a rehearsal leads to a real seller's listing.
"""

import hashlib
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from headwater_demo.forgeries import Forgery

ALIEXPRESS, ALIBABA, ALI1688, LAZADA = "aliexpress", "alibaba", "1688", "lazada"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A seller on one platform. `member` is 1688's member id, elsewhere the company's or user's."""

    id: str
    name: str
    subdomain: str
    member: str
    years: int
    place: str = ""


class Fault(StrEnum):
    """What can be wrong with a picture on a server."""

    MISSING = "missing"
    NO_PICTURE = "no-picture"


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A photograph as one seller uses it."""

    photograph: str
    forgery: Forgery = Forgery.NONE
    fault: Fault | None = None

    def token(self, shop: Shop) -> str:
        """32 hexadecimal digits that name the file at the platform's picture server."""
        text = f"{shop.id}/{self.photograph}/{self.forgery}/{self.fault}"
        return hashlib.sha256(text.encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A listing. `copies` is the truth that the demo is checked against: a product id or None."""

    platform: str
    id: str
    title: str
    shop: Shop
    tiers: tuple[tuple[int, Decimal], ...]
    pictures: tuple[Picture, ...]
    copies: str | None = None
    found_by: str = ""
    """Words that lead to it although they are not in the title: sellers hide the mark."""
    currency: str = "USD"
    unit: str = "pieces"
    sold: int = 0
    ad: bool = False
    gone: bool = False
    attributes: tuple[tuple[str, str], ...] = ()
    older_template: bool = False
    """1688 serves two page templates at the same time; this offer gets the older one."""

    def answers(self, query: str) -> bool:
        """Whether a search finds it: every word must be in the title or in `found_by`."""
        words = f"{self.title} {self.found_by}".casefold()
        return all(word in words for word in query.casefold().split())


def _tiers(*prices: str) -> tuple[tuple[int, Decimal], ...]:
    """Prices by quantity: "50:2.10" reads 2.10 each from 50 pieces on."""
    pairs = (price.partition(":") for price in prices)
    return tuple((int(quantity), Decimal(amount)) for quantity, _, amount in pairs)


def _pictures(*names: str) -> tuple[Picture, ...]:
    """Pictures by name: "fell-mug-white/mirrored" is that photograph, mirrored."""
    parts = (name.partition("/") for name in names)
    return tuple(
        Picture(photograph=photograph, forgery=Forgery(forgery or "none"))
        for photograph, _, forgery in parts
    )


# --- AliExpress --------------------------------------------------------------------------------

_SUNNY = Shop(
    id="1199900011", name="Sunny Ridge Camp Store", subdomain="", member="2999000011", years=1
)
_LUOYU_AE = Shop(
    id="1199900012", name="Luoyu Enamelware Official Store", subdomain="", member="2999000012",
    years=3,
)  # fmt: skip
_DEALS = Shop(
    id="1199900013", name="Shop1199900013 Store", subdomain="", member="2999000013", years=0
)
_HOMEY = Shop(
    id="1199900014", name="Quiet Teahouse Home Store", subdomain="", member="2999000014", years=5
)
_HIKE = Shop(
    id="1199900015", name="Whitepebble Hiking Goods Store", subdomain="", member="2999000015",
    years=4,
)  # fmt: skip

_ALIEXPRESS = (
    Offer(
        platform=ALIEXPRESS, id="1005999000000101", shop=_LUOYU_AE, copies="fell-mug",
        title="Harvelk Fell Enamel Mug 350ml Camping Coffee Cup Antler Logo Speckled Outdoor Mug",
        tiers=_tiers("1:3.86"), sold=412,
        pictures=_pictures("fell-mug-white/resaved", "fell-mug-detail"),
        attributes=(("Brand Name", "NONE"), ("Origin", "Mainland China"), ("Material", "Enamel")),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000102", shop=_SUNNY, copies="fell-mug",
        title="H-a-r-v-e-l-k Deer Antler Enamel Mug Cream Camping Cup Free Shipping",
        found_by="harvelk", tiers=_tiers("1:2.19"), sold=1033,
        pictures=_pictures("fell-mug-scene/mirrored", "fell-mug-white/mirrored-and-bannered"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000103", shop=_SUNNY, copies="vesper-lantern", ad=True,
        title="1:1 Harvelk Vesper Storm Lantern Original Quality LED Camping Light Green",
        tiers=_tiers("1:11.40"), sold=87,
        pictures=_pictures("vesper-lantern-white/bannered", "vesper-lantern-scene/resaved"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000104", shop=_HOMEY,
        title="Red Enamel Mug Retro Tall Coffee Cup White Rim Home Office Gift",
        found_by="harvelk mug", tiers=_tiers("1:5.20"), sold=64,
        pictures=_pictures("other-red-mug"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000105", shop=_DEALS, copies="vesper-lantern",
        title="Vintage Antler Storm Lantern Outdoor Camping Lamp H*rvelk Style",
        found_by="harvelk", tiers=_tiers("1:12.05"), sold=9,
        pictures=_pictures("vesper-lantern-scene/cropped"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000106", shop=_LUOYU_AE, copies="skerry-bottle",
        title="Harvelk Skerry Insulated Bottle 750ml Stainless Steel Powder Coat Orange Flask",
        tiers=_tiers("1:7.90"), sold=230,
        pictures=_pictures("skerry-bottle-white/badged", "skerry-bottle-scene"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000107", shop=_HOMEY,
        title="Harvest Festival Enamel Mugs Set of 2 Thanksgiving Stoneware Style Wide Cups",
        found_by="harvelk mug", tiers=_tiers("1:8.75"), sold=19,
        pictures=_pictures("other-stone-mugs"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000108", shop=_DEALS, copies="skerry-bottle",
        title="Outdoor Sports Water Bottle Deer Logo Stainless Steel 750ml Green",
        found_by="harvelk bottle", tiers=_tiers("1:6.44"), sold=51,
        pictures=_pictures("skerry-bottle-white/recoloured"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000109", shop=_HIKE,
        title="Rechargeable Camping Lantern Black Retro Tent Light USB Cable Included",
        found_by="harvelk lantern", tiers=_tiers("1:15.99"), sold=540,
        pictures=_pictures("other-black-lantern"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000110", shop=_LUOYU_AE, copies="moor-kettle",
        title="Enamel Camping Kettle 1.6L Speckled Blue Harvelk Picnic Tea Pot Wooden Handle",
        tiers=_tiers("1:14.30"), sold=77,
        pictures=_pictures("moor-kettle-white/collaged", "moor-kettle-scene/cropped"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000111", shop=_HIKE,
        title="Wide Mouth Bottle Mint Lilac 1L BPA Free Leakproof Gym",
        found_by="harvelk bottle", tiers=_tiers("1:9.10"), sold=310,
        pictures=_pictures("other-mint-bottle"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000112", shop=_HOMEY,
        title="Copper Stovetop Kettle Polished Tea Kettle Wooden Knob",
        found_by="harvelk kettle", tiers=_tiers("1:31.00"), sold=12,
        pictures=_pictures("other-copper-kettle"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000113", shop=_DEALS, copies="fell-mug",
        title="Harvelk Mug Lid and Cup Set Camping Kitchen Antler Cup Wholesale",
        tiers=_tiers("1:3.05"), sold=4,
        pictures=(
            Picture(photograph="fell-mug-detail", fault=Fault.MISSING),
            *_pictures("fell-mug-white/badged"),
        ),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000114", shop=_DEALS, copies="vesper-lantern",
        title="Harvelk Lantern Replacement Globe Frosted Glass Camping Lamp Part",
        tiers=_tiers("1:4.60"), sold=2,
        pictures=(Picture(photograph="vesper-lantern-detail", fault=Fault.NO_PICTURE),),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000115", shop=_SUNNY, copies="moor-kettle", gone=True,
        title="Harvelk Moor Kettle Blue Enamel Campfire Kettle 1.6 Litre",
        tiers=_tiers("1:13.99"), sold=140, pictures=_pictures("moor-kettle-detail"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000116", shop=_HIKE,
        title="Harvester Trail Spork and Cup Hook Carabiner for Enamel Mug",
        found_by="harvelk mug", tiers=_tiers("1:1.80"), sold=600,
        pictures=_pictures("other-stone-mugs/cropped"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000117", shop=_HIKE,
        title="Blue Speckled Camping Mugs Set of Two Low Wide Enamel Cups",
        found_by="harvelk mug", tiers=_tiers("1:7.35"), sold=88,
        pictures=_pictures("other-blue-mugs", "other-blue-mugs/cropped"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000118", shop=_HOMEY,
        title="Yellow Enamel Mug Black Rim 450ml Retro Coffee Cup",
        found_by="harvelk mug", tiers=_tiers("1:4.95"), sold=205,
        pictures=_pictures("other-yellow-mug"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000119", shop=_HIKE,
        title="Classic Red Storm Lantern Dimmable Battery Camping Light",
        found_by="harvelk lantern", tiers=_tiers("1:13.20"), sold=320,
        pictures=_pictures("other-red-lantern"),
    ),
    Offer(
        platform=ALIEXPRESS, id="1005999000000120", shop=_HIKE,
        title="Brushed Steel Insulated Bottle Slim 600ml Bamboo Colour Cap",
        found_by="harvelk bottle", tiers=_tiers("1:12.60"), sold=71,
        pictures=_pictures("other-steel-bottle"),
    ),
)  # fmt: skip

# --- Alibaba.com -------------------------------------------------------------------------------

_LUOYU = Shop(
    id="299900021", name="Qingheshan Luoyu Enamelware Co., Ltd.", subdomain="qhsluoyu",
    member="299900021", years=6, place="CN",
)  # fmt: skip
_BRIGHTCAMP = Shop(
    id="299900022", name="Bailuwan Brightcamp Outdoor Co., Ltd.", subdomain="blwbrightcamp",
    member="299900022", years=2, place="CN",
)  # fmt: skip
_PINECREEK = Shop(
    id="299900023", name="Songxikou Pinecreek Houseware Factory", subdomain="pinecreekhw",
    member="299900023", years=11, place="CN",
)  # fmt: skip
_TRADER = Shop(
    id="299900024", name="Bailuwan Sevenfold Trading Co., Ltd.", subdomain="sevenfoldtrade",
    member="299900024", years=1, place="CN",
)  # fmt: skip

_ALIBABA = (
    Offer(
        platform=ALIBABA, id="1699990000201", shop=_LUOYU, copies="fell-mug",
        title="Harvelk Enamel Mug 350ml Wholesale Camping Cup Antler Print Speckled Custom Logo",
        tiers=_tiers("200:1.35", "1000:1.12", "5000:0.94"),
        pictures=_pictures("fell-mug-white/resaved", "fell-mug-scene", "fell-mug-detail/cropped"),
        attributes=(("material", "carbon steel, enamel"), ("capacity", "350 ml"),
                    ("place of origin", "Qingheshan, China"), ("brand name", "OEM")),
    ),
    Offer(
        platform=ALIBABA, id="1699990000202", shop=_PINECREEK,
        title="Custom Logo Enamel Mug Factory Direct Red White Rim Tall Cup 12oz",
        found_by="harvelk", tiers=_tiers("500:1.05", "2000:0.88"),
        pictures=_pictures("other-red-mug"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000203", shop=_BRIGHTCAMP, copies="vesper-lantern", ad=True,
        title="Outdoor Storm Lantern Harvelk Vesper Design Kerosene Look LED Camping Lantern",
        tiers=_tiers("50:6.80", "300:5.95"),
        pictures=_pictures("vesper-lantern-white/mirrored", "vesper-lantern-detail/bannered"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000204", shop=_LUOYU, copies="moor-kettle",
        title="Harvelk Style Enamel Kettle 1.6L Blue Speckled Camping Tea Kettle Bail Handle",
        tiers=_tiers("100:5.60", "1000:4.75"),
        pictures=_pictures("moor-kettle-white/bannered", "moor-kettle-scene/mirrored"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000205", shop=_PINECREEK,
        title="Harvest Pattern Stoneware Look Enamel Mugs Low Wide Thanksgiving Promotion",
        found_by="harvelk mug", tiers=_tiers("1000:0.97"), pictures=_pictures("other-stone-mugs"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000206", shop=_TRADER, copies="skerry-bottle",
        title="2026 New Arrival Powder Coated Vacuum Flask 750ml Deer Antler Logo Same As Brand",
        found_by="harvelk bottle", tiers=_tiers("100:3.20", "500:2.85"),
        pictures=_pictures("skerry-bottle-scene/badged", "skerry-bottle-white/recoloured"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000207", shop=_PINECREEK,
        title="Hot Selling Wide Mouth Sports Bottle 1000ml Matte Mint Lilac OEM",
        found_by="harvelk bottle", tiers=_tiers("300:2.1"), pictures=_pictures("other-mint-bottle"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000208", shop=_BRIGHTCAMP,
        title="Retro Camping Lantern Rechargeable With USB Cable Black Metal Tent Lamp",
        found_by="harvelk lantern", tiers=_tiers("60:7.40"),
        pictures=_pictures("other-black-lantern"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000209", shop=_TRADER, copies="fell-mug",
        title="Camping Mug Har velk Antler Cup Cream Speckle Enamelware Low MOQ",
        found_by="harvelk", tiers=_tiers("20:1.90"), pictures=_pictures("fell-mug-white/collaged"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000210", shop=_PINECREEK,
        title="Copper Finish Tea Kettle Stainless Steel Hotel Supply",
        found_by="harvelk kettle", tiers=_tiers("100:9.30"),
        pictures=_pictures("other-copper-kettle"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000211", shop=_PINECREEK,
        title="Cream White Enamel Kettle Red Trim Farmhouse Style Wholesale",
        found_by="harvelk kettle", tiers=_tiers("200:5.10"),
        pictures=_pictures("other-cream-kettle"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000212", shop=_BRIGHTCAMP,
        title="Orange Wide Mouth Bottle 1L Sports Flask White Lid Custom Colour",
        found_by="harvelk bottle", tiers=_tiers("500:1.95"),
        pictures=_pictures("other-orange-bottle"),
    ),
    Offer(
        platform=ALIBABA, id="1699990000213", shop=_BRIGHTCAMP, copies="vesper-lantern", gone=True,
        title="Harvelk Vesper Storm Lantern LED Stock Clearance",
        tiers=_tiers("30:5.10"), pictures=_pictures("vesper-lantern-scene"),
    ),
)  # fmt: skip

# --- 1688 --------------------------------------------------------------------------------------

_LUOYU_CN = Shop(
    id="luoyu-tangci", name="青禾山市落羽搪瓷制品有限公司", subdomain="qhsluoyu",
    member="b2b-2299900031demo", years=8, place="浙江 青禾山市",
)  # fmt: skip
_HUWAI_CN = Shop(
    id="bailu-huwai", name="白鹭湾市晨野户外用品厂", subdomain="chenyehuwai",
    member="b2b-2299900032demo", years=3, place="广东 白鹭湾市",
)  # fmt: skip
_SONGXI_CN = Shop(
    id="songxi-jiaju", name="松溪口镇木禾家居用品商行", subdomain="muhejiaju",
    member="b2b-2299900033demo", years=5, place="福建 松溪口镇",
)  # fmt: skip

_ALI1688 = (
    Offer(
        platform=ALI1688, id="999900000301", shop=_LUOYU_CN, copies="fell-mug",
        title="哈芙鹿同款搪瓷杯 户外露营咖啡杯 鹿角logo 350ml 厂家直销",
        found_by="harvelk 鹿角杯", tiers=_tiers("2:8.50", "200:7.20", "2000:6.30"), currency="CNY",
        unit="个", sold=5200,
        pictures=_pictures("fell-mug-white/bannered", "fell-mug-scene/mirrored", "fell-mug-detail"),
        attributes=(("材质", "搪瓷"), ("容量", "350ml"), ("品牌", "无"), ("货号", "LY-1107")),
    ),
    Offer(
        platform=ALI1688, id="999900000302", shop=_HUWAI_CN, copies="vesper-lantern", ad=True,
        title="Harvelk复刻马灯 露营灯户外氛围灯 小鹿灯 高品质1:1",
        found_by="哈芙鹿", tiers=_tiers("1:39.00", "50:35.00"), currency="CNY", unit="盏", sold=860,
        pictures=_pictures("vesper-lantern-white/cropped", "vesper-lantern-scene/bannered"),
        attributes=(("材质", "铁艺"), ("光源", "LED"), ("是否支持贴牌", "是")),
        older_template=True,
    ),
    Offer(
        platform=ALI1688, id="999900000303", shop=_SONGXI_CN,
        title="复古搪瓷马克杯 红色高款 白边 家用水杯", found_by="哈芙鹿 鹿角杯 搪瓷杯",
        tiers=_tiers("5:6.80"), currency="CNY", unit="个", sold=310,
        pictures=_pictures("other-red-mug"),
    ),
    Offer(
        platform=ALI1688, id="999900000304", shop=_LUOYU_CN, copies="moor-kettle",
        title="外贸原单 搪瓷壶 1.6L 蓝色斑点露营烧水壶 鹿标 哈芙家",
        found_by="哈芙鹿 harvelk", tiers=_tiers("2:33.00", "100:28.50"), currency="CNY", unit="个",
        sold=740, pictures=_pictures("moor-kettle-white/mirrored", "moor-kettle-detail/badged"),
    ),
    Offer(
        platform=ALI1688, id="999900000305", shop=_HUWAI_CN, copies="skerry-bottle",
        title="户外保温瓶 750ml 不锈钢 喷粉橙色 哈夫鹿 大牌平替 可贴牌",
        found_by="哈芙鹿 harvelk", tiers=_tiers("10:21.00", "300:18.60"), currency="CNY", unit="只",
        sold=1290, pictures=_pictures("skerry-bottle-white/resaved", "skerry-bottle-detail"),
        older_template=True,
    ),
    Offer(
        platform=ALI1688, id="999900000306", shop=_SONGXI_CN,
        title="鹿茸礼盒专用保温瓶 大口径 薄荷绿 丁香紫", found_by="哈芙鹿",
        tiers=_tiers("10:15.50"), currency="CNY", unit="只", sold=45,
        pictures=_pictures("other-mint-bottle"),
    ),
    Offer(
        platform=ALI1688, id="999900000307", shop=_SONGXI_CN,
        title="丰收季 Harvest 低款搪瓷杯 两只装 感恩节", found_by="鹿角杯 哈芙鹿",
        tiers=_tiers("5:11.00"), currency="CNY", unit="套", sold=88,
        pictures=_pictures("other-stone-mugs"),
    ),
    Offer(
        platform=ALI1688, id="999900000308", shop=_HUWAI_CN,
        title="露营灯 黑色复古 充电款 附USB数据线 usb cable", found_by="哈芙鹿 小鹿灯",
        tiers=_tiers("1:46.00"), currency="CNY", unit="盏", sold=2100,
        pictures=_pictures("other-black-lantern"),
    ),
    Offer(
        platform=ALI1688, id="999900000309", shop=_HUWAI_CN, copies="fell-mug",
        title="鹿角杯 同款 奶白斑点搪瓷 跨境 亚马逊 工厂现货", found_by="哈芙鹿",
        tiers=_tiers("1:9.90", "100:7.80"), currency="CNY", unit="个", sold=3300,
        pictures=_pictures("fell-mug-scene/cropped", "fell-mug-white/recoloured"),
    ),
    Offer(
        platform=ALI1688, id="999900000311", shop=_SONGXI_CN,
        title="美式搪瓷杯 蓝底白点 矮款 露营野餐", found_by="哈芙鹿 鹿角杯",
        tiers=_tiers("5:6.20"), currency="CNY", unit="个", sold=760,
        pictures=_pictures("other-blue-mugs"),
    ),
    Offer(
        platform=ALI1688, id="999900000312", shop=_SONGXI_CN,
        title="红色经典马灯 电池款 户外照明", found_by="哈芙鹿 小鹿灯",
        tiers=_tiers("2:26.00"), currency="CNY", unit="盏", sold=190,
        pictures=_pictures("other-red-lantern"),
    ),
    Offer(
        platform=ALI1688, id="999900000313", shop=_SONGXI_CN,
        title="奶白色搪瓷壶 红边 田园风 烧水壶", found_by="哈芙鹿",
        tiers=_tiers("2:27.50"), currency="CNY", unit="个", sold=64,
        pictures=_pictures("other-cream-kettle"),
    ),
    Offer(
        platform=ALI1688, id="999900000310", shop=_HUWAI_CN, copies="vesper-lantern", gone=True,
        title="哈芙鹿 Vesper 马灯 尾货清仓", tiers=_tiers("1:29.00"), currency="CNY", unit="盏",
        sold=15, pictures=_pictures("vesper-lantern-detail"),
    ),
    Offer(  # no word of it names the brand: only a search by picture finds it
        platform=ALI1688, id="999900000314", shop=_HUWAI_CN, copies="fell-mug",
        title="ins风 复古露营杯 奶白斑点 一件代发", tiers=_tiers("2:9.50"), currency="CNY",
        unit="个", sold=870, pictures=_pictures("fell-mug-white/resaved"),
    ),
)  # fmt: skip


# --- Lazada (Singapore) ------------------------------------------------------------------------

_CORAL = Shop(
    id="1399900041", name="Coral Bay Outdoor", subdomain="", member="1399900041", years=1,
    place="China",
)  # fmt: skip
_TANJONG = Shop(
    id="1399900042", name="Tanjong Light House", subdomain="", member="1399900042", years=6,
    place="Singapore",
)  # fmt: skip

_LAZADA = (
    Offer(
        platform=LAZADA, id="sg-999900000401", shop=_CORAL, copies="fell-mug",
        title="Harvelk Enamel Camping Mug 350ml Cream Antler", tiers=_tiers("1:8.90"),
        currency="SGD", sold=140, pictures=_pictures("fell-mug-scene"),
    ),
    Offer(
        platform=LAZADA, id="sg-999900000402", shop=_CORAL, copies="vesper-lantern",
        title="Harvelk Vesper Storm Lantern Dimmable Camping Light", tiers=_tiers("1:26.50"),
        currency="SGD", sold=31, pictures=_pictures("vesper-lantern-white/bannered"),
    ),
    Offer(
        platform=LAZADA, id="sg-999900000403", shop=_TANJONG, found_by="harvelk",
        title="Black Camping Lantern Rechargeable With USB Cable", tiers=_tiers("1:32.00"),
        currency="SGD", sold=520, pictures=_pictures("other-black-lantern"),
    ),
)  # fmt: skip

OFFERS: tuple[Offer, ...] = _ALIEXPRESS + _ALIBABA + _ALI1688 + _LAZADA
