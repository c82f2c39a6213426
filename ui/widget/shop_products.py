"""What the demo shop sells: the products of the sample manuals, in two languages. Prices are made up."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """One page of the shop; texts as (English, Chinese)."""

    slug: str
    name: str
    """As the manuals name it: what the chat is told of the page."""
    kind: tuple[str, str]
    line: tuple[str, str]
    points: tuple[tuple[str, str], ...]
    price: str


PRODUCTS: Final = (
    Product(
        slug="t200",
        name="T200",
        kind=("Room thermostat", "房间温控器"),
        line=("Warm when you are there, frugal when you are not.", "在家时温暖，离家时节能。"),
        points=(
            ("A quiet dial and a display that is read across the room", "静音旋钮，屏幕远看也清楚"),
            ("Weekly programmes that take a minute to set", "一分钟设好一周的计划"),
            ("Fits the box of your old thermostat", "可装入旧温控器的底盒"),
        ),
        price="€ 89",
    ),
    Product(
        slug="t200-pro",
        name="T200 Pro",
        kind=("Two-zone room thermostat", "双区温控器"),
        line=("Two zones, two temperatures, one dial.", "两个区域，两种温度，一个旋钮。"),
        points=(
            ("Living room and bedroom each at their own warmth", "客厅和卧室各有各的温度"),
            ("Works together with the H1 hub", "可与 H1 网关配合使用"),
            ("For boilers and heat pumps", "适用于锅炉和热泵"),
        ),
        price="€ 139",
    ),
    Product(
        slug="h1",
        name="H1",
        kind=("Smart home hub", "智能家居网关"),
        line=("The quiet centre of the house.", "家中安静的中枢。"),
        points=(
            ("Brings thermostats, locks and sensors together", "连接温控器、门锁和传感器"),
            ("By cable or Wi-Fi", "网线或 Wi-Fi 均可"),
            ("Settings stay when the power goes", "断电后设置不丢失"),
        ),
        price="€ 119",
    ),
    Product(
        slug="l30",
        name="L30",
        kind=("Smart door lock", "智能门锁"),
        line=("Home without a key in your hand.", "不带钥匙也能回家。"),
        points=(
            ("Fingerprint, code, card, or the good old key", "指纹、密码、卡片或机械钥匙"),
            ("Tells you early when its batteries run low", "电量不足时提前提醒"),
            ("Fits most doors without drilling", "多数门无需钻孔即可安装"),
        ),
        price="€ 249",
    ),
    Product(
        slug="w5",
        name="W5",
        kind=("Health watch", "健康手表"),
        line=("Your day, your night, your heart.", "记录白天、夜晚和心率。"),
        points=(
            ("A battery for days, not hours", "续航按天计算"),
            ("Sleep, heart rate and oxygen at a glance", "睡眠、心率和血氧一目了然"),
            ("For the pool, too", "游泳也能戴"),
        ),
        price="€ 179",
    ),
    Product(
        slug="b3",
        name="B3",
        kind=("Activity band", "运动手环"),
        line=("So light that you forget it.", "轻得让人忘记它。"),
        points=(
            ("Steps, swimming and sleep", "步数、游泳和睡眠"),
            ("Gestures instead of buttons", "手势代替按键"),
            ("Pairs with your phone in seconds", "几秒钟连上手机"),
        ),
        price="€ 49",
    ),
    Product(
        slug="d70",
        name="D70",
        kind=("Dash camera", "行车记录仪"),
        line=("Sees what happened, day and night.", "白天黑夜，都看得清楚。"),
        points=(
            ("Watches over the car when it is parked", "停车时也守护车辆"),
            ("Videos to your phone without a cable", "视频无线传到手机"),
            ("Locks what matters by itself", "重要录像自动锁定"),
        ),
        price="€ 129",
    ),
    Product(
        slug="p10",
        name="P10",
        kind=("Tyre pressure monitor", "胎压监测器"),
        line=("Knows before you feel it.", "比您更早察觉。"),
        points=(
            ("Four sensors that screw on like caps", "四个传感器，像气门帽一样拧上"),
            ("Warns of slow and of sudden loss", "慢漏气和快漏气都会报警"),
            ("Charged by the sun on the dashboard", "放在仪表台上，太阳能充电"),
        ),
        price="€ 69",
    ),
)


def product_of(slug: str) -> Product | None:
    """The product of a page; None where there is none."""
    return next((product for product in PRODUCTS if product.slug == slug), None)
