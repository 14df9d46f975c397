"""People and enterprises that cannot exist, for the demonstration year and its rosters.

Counties 119999, 449999 … were never assigned and the sequence is 999, so no identity number here
is anybody's, though each passes every rule. Credit codes name the same counties; enterprises are
called 示例 (example); mobiles are 1380000 and four digits.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

_ID_WEIGHTS = tuple(pow(2, 17 - place, 11) for place in range(17))
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_SURNAMES = tuple(
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余"
)
_GIVEN = tuple("伟强磊洋勇军杰涛明超辉刚平建国华文斌志海波宁鹏飞浩宇晨光泽林峰毅诚信立新远航嘉铭")
_RARE = ("镕", "喆", "堃", "䶮", "㛃", "赟", "翀")
_MINORITY = (
    "买买提·吐尔逊", "阿依努尔·艾合买提", "扎西·次仁", "巴特尔·苏和", "吾买尔·阿不都热合曼",
    "才让·多杰", "古丽娜尔·哈力克",
)  # fmt: skip
_WORDS = tuple("启明远鹏宏新瑞达恒信博创华晟泰锐方正嘉禾云川智联安途")
_POSITIONS = (
    "董事长", "总经理", "董事长兼总经理", "副总经理", "执行董事", "总裁", "创始人", "厂长",
    "常务副总经理", "财务总监", "生产总监", "技术负责人",
)  # fmt: skip

#: Divisions of GB/T 4754-2017 and what an enterprise of each calls itself.
MANUFACTURING = {
    "13": "粮油食品", "17": "纺织", "26": "化工材料", "27": "医药", "29": "橡塑", "30": "建材",
    "33": "金属制品", "34": "精密机械", "35": "智能装备", "36": "汽车部件", "38": "电气",
    "39": "电子", "40": "仪器仪表", "43": "设备维修",
}  # fmt: skip
OTHER = {
    "01": "农业", "44": "热力", "48": "建设工程", "51": "商贸", "54": "物流", "62": "餐饮管理",
    "64": "网络科技", "65": "软件", "72": "咨询", "74": "检测技术", "75": "科技推广",
    "77": "环境工程", "83": "教育科技", "88": "文化创意",
}  # fmt: skip


@dataclass(frozen=True)
class Person:
    """A person with an enterprise; columns as in ``trainees``, numbers in the clear."""

    name: str
    sex: str | None
    id_number: str
    age: int
    mobile: str
    enterprise_name: str
    uscc: str
    position: str
    province: str
    industry_code: str | None
    main_business: str
    kind: str
    employees: int
    revenue_wan: float
    founded_on: str
    srdi_level: str


def identity_number(county: str, born: date) -> str:
    """An identity number of sequence 999 with a valid check character (GB 11643)."""
    head = f"{county}{born:%Y%m%d}999"
    total = sum(int(digit) * weight for digit, weight in zip(head, _ID_WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def credit_code(county: str, serial: int) -> str:
    """A unified social credit code with a valid check character (GB 32100)."""
    head = f"91{county}MA{serial:07d}"
    total = sum(_USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return head + _USCC_ALPHABET[-total % 31]


class Crowd:
    """Makes people one after the other, nobody twice; the same seed makes the same crowd."""

    def __init__(self, random: Random, provinces: Sequence[Mapping[str, str]]) -> None:
        self._random = random
        self._short_names = {row["code"]: row["short_zh"] for row in provinces}
        self._born: Counter[str] = Counter()
        self._serial = 0

    def person(
        self, province: str, manufacturing: bool | None, on: date, neighbour: Person | None = None
    ) -> Person:
        """Somebody of ``province`` whose age counts on the day ``on``.

        ``manufacturing`` is None for an unknown industry; ``neighbour`` lends his enterprise.
        """
        self._serial += 1
        county = "659999" if province == "660000" else f"{province[:2]}9999"
        born = self._birth_date(county)
        industry, trade = self._industry(manufacturing)
        small = self._random.random() < 0.35
        uscc = credit_code(county, self._serial)
        enterprise = f"示例{self._short_names[province]}{self._word()}{trade}有限公司"
        if neighbour:
            uscc, enterprise, industry = (
                neighbour.uscc, neighbour.enterprise_name, neighbour.industry_code,
            )  # fmt: skip
        return Person(
            name=self._name(),
            # The sequence 999 is odd; a cell that nobody filled in is as likely as in real rosters.
            sex=self._random.choice(("male", "male", "male", None)),
            id_number=identity_number(county, born),
            age=on.year - born.year - ((on.month, on.day) < (born.month, born.day)),
            mobile=f"1380000{self._serial:04d}",
            enterprise_name=enterprise,
            uscc=uscc,
            position=self._random.choice(_POSITIONS),
            province=province,
            industry_code=industry,
            main_business=f"{trade}相关产品和服务",
            kind="startup_micro_small" if small else "growth_backbone",
            employees=self._employees(small, industry),
            revenue_wan=self._revenue(small),
            founded_on=self._founded(small),
            srdi_level=self._random.choice(("none", "none", "none", "innovative", "provincial")),
        )

    def _birth_date(self, county: str) -> date:
        # 7,919 is prime to 12,000, so a county has 12,000 people before a birth date comes again.
        self._born[county] += 1
        return date(1962, 1, 1) + timedelta(days=self._born[county] * 7_919 % 12_000)

    def _industry(self, manufacturing: bool | None) -> tuple[str | None, str]:
        if manufacturing is None:
            return None, "综合"
        return self._random.choice(list((MANUFACTURING if manufacturing else OTHER).items()))

    def _name(self) -> str:
        chance = self._random.random()
        if chance < 0.015:
            return self._random.choice(_MINORITY)
        given = self._random.choice(_GIVEN)
        if chance < 0.03:
            given += self._random.choice(_RARE)
        elif chance < 0.8:
            given += self._random.choice(_GIVEN)
        return self._random.choice(_SURNAMES) + given

    def _word(self) -> str:
        return "".join(self._random.sample(_WORDS, 2))

    def _employees(self, small: bool, industry: str | None) -> int:
        """Outside manufacturing an enterprise is large (大型) with far fewer people."""
        if small:
            return self._random.randint(6, 60)
        return self._random.randint(80, 900) // (3 if industry in OTHER else 1)

    def _revenue(self, small: bool) -> float:
        return self._random.randint(*(800, 9_000) if small else (20_000, 400_000)) / 10

    def _founded(self, small: bool) -> str:
        """As precise as somebody wrote it: a day, a month or a year."""
        year = self._random.randint(2016, 2020) if small else self._random.randint(1996, 2015)
        day = f"{year}-{self._random.randint(1, 12):02d}-{self._random.randint(1, 28):02d}"
        return day[: self._random.choice((10, 10, 7, 4))]
