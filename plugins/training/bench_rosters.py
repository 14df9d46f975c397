"""Rosters of people who cannot exist, as long as one likes: what speed is measured with.

Every row has the 20 columns of a full roster, passes every rule, and carries the one warning
that nobody who cannot exist escapes (`id-county`).
"""

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

from training.demo_people import credit_code, identity_number

HEADER = (
    "姓名", "性别", "身份证号码", "手机", "邮箱", "单位名称", "统一社会信用代码", "职务", "省份",
    "选拔方式", "所属行业", "主营业务", "学员类别", "从业人数", "营业收入（万元）", "成立时间",
    "专精特新", "承担机构", "培训方向", "备注",
)  # fmt: skip
#: The sender of these rosters; the others' file is there before.
SENDER, OTHER = ("tsinghua", "清华大学"), ("pku", "北京大学")

_FIRST_BIRTH = date(1962, 1, 1)
_BIRTHS = 15_000  # until 2003: all of them of age
_PROVINCES = ("北京市", "广东省", "浙江省", "四川省", "新疆维吾尔自治区", "深圳市")
_POSITIONS = ("董事长", "总经理", "副总经理", "财务总监")
_INDUSTRIES = (("34", "精密机械"), ("26", "化工材料"), ("39", "电子"), ("65", "软件"))
_LEVELS = ("无", "创新型", "省级", "小巨人")


def people(count: int, first: int = 0, institution: str = SENDER[1]) -> Iterator[tuple[str, ...]]:
    """The rows of ``count`` people from number ``first`` on, cells in the order of ``HEADER``.

    There are 10 × 15,000 of them: unassigned counties by days of birth.
    """
    for n in range(first, first + count):
        born = _FIRST_BIRTH + timedelta(days=n % _BIRTHS)
        industry, trade = _INDUSTRIES[n % 4]
        yield (
            f"学{chr(0x4E00 + n // 5_000)}{chr(0x4E00 + n % 5_000)}", "男",
            identity_number(f"1199{90 + n // _BIRTHS}", born), f"139{n:08d}", f"a{n}@example.org",
            f"示例{n}号{trade}有限公司", credit_code("119999", n), _POSITIONS[n % 4],
            _PROVINCES[n % 6], "自主选拔", industry, f"{trade}相关产品",
            "龙头骨干" if n % 3 else "初创小微", str(n * 7 % 900 + 6), f"{n * 31 % 90_000 / 10:g}",
            f"{1996 + n % 24}-{n % 12 + 1:02d}-{n % 28 + 1:02d}", _LEVELS[n % 4], institution,
            "区域发展", "" if n % 5 else "第一批",
        )  # fmt: skip


def write_csv(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """A roster as UTF-8 without a byte order mark, which the sqlite3 shell reads too."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)


def write_workbook(path: Path, rows: Iterator[tuple[str, ...]]) -> None:
    """The same roster as .xlsx, every cell a text."""
    from xlsxwriter import Workbook

    with Workbook(path, {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet("名单")
        sheet.write_row(0, 0, HEADER)
        for place, row in enumerate(rows, start=1):
            sheet.write_row(place, 0, row)
