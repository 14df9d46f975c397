"""Demonstration rosters (示例名单) as files: what a sender would have on his desk.

One roster in three shapes with three faults, the same three corrected, and one of an authority. The
faults: an identity number with a wrong check digit, a mobile with ten digits, an authority that is
none.
"""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import xlsxwriter

from training.demo_people import Person

TITLES = ("附件2", "2021－2022年度中小企业经营管理领军人才培训学员名单")
_KINDS = {"growth_backbone": "龙头骨干", "startup_micro_small": "初创小微"}
_LEVELS = {"none": "无", "innovative": "创新型", "provincial": "专精特新"}
_SEXES = {"male": "男", None: ""}

Row = dict[str, str]


def write(
    folder: Path, own: Sequence[Person], recommended: Sequence[Person], names: dict[str, str]
) -> list[Path]:
    """Write the files into ``folder`` and return them; ``names`` are the authorities by code.

    ``own`` are chosen by Tsinghua for the track it begins with, ``recommended`` by the authority of
    Yunnan for the 专精特新 topic.
    """
    folder.mkdir(parents=True, exist_ok=True)
    good = [_row(place, one, names) | _CHOSEN for place, one in enumerate(own, start=1)]
    faulty = _with_faults(good)
    authority = [
        _row(place, one, names) | _RECOMMENDED for place, one in enumerate(recommended, start=1)
    ]
    tsinghua, yunnan = "报送单位：清华大学", "报送单位：云南省工业和信息化厅"
    return [
        _csv(folder / "tsinghua-faulty-gb18030.csv", faulty, tsinghua, "gb18030"),
        _csv(folder / "tsinghua-corrected-gb18030.csv", good, tsinghua, "gb18030"),
        _csv(folder / "tsinghua-faulty-utf8.csv", faulty, tsinghua, "utf-8-sig"),
        _csv(folder / "tsinghua-corrected-utf8.csv", good, tsinghua, "utf-8-sig"),
        _workbook(folder / "tsinghua-faulty.xlsx", faulty, tsinghua),
        _workbook(folder / "tsinghua-corrected.xlsx", good, tsinghua),
        _csv(folder / "yunnan-530000-gb18030.csv", authority, yunnan, "gb18030"),
    ]


_CHOSEN = {"选拔方式": "自主选拔", "承担机构": "清华大学", "培训方向": "区域发展"}
_RECOMMENDED = {
    "选拔方式": "推荐", "推荐单位": "云南省", "承担机构": "工业和信息化部人才交流中心",
    "培训方向": "专精特新",
}  # fmt: skip


def _row(place: int, one: Person, names: dict[str, str]) -> Row:
    return {
        "序号": str(place),
        "姓名": one.name,
        "性别": _SEXES[one.sex],
        "身份证号码": one.id_number,
        "手机号码": one.mobile,
        "单位名称": one.enterprise_name,
        "统一社会信用代码": one.uscc,
        "职务": one.position,
        "省份": names[one.province],
        "选拔方式": "",
        "推荐单位": "",
        "所属行业": one.industry_code or "",
        "主营业务": one.main_business,
        "学员类别": _KINDS[one.kind],
        "从业人数": str(one.employees),
        "营业收入（万元）": str(one.revenue_wan),
        "成立时间": one.founded_on,
        "专精特新": _LEVELS[one.srdi_level],
        "承担机构": "",
        "培训方向": "",
        "备注": "",
    }


def _with_faults(rows: Sequence[Row]) -> list[Row]:
    """The same rows with a fault in the third, the sixth and the ninth."""
    faulty = [dict(row) for row in rows]
    number = faulty[2]["身份证号码"]
    faulty[2]["身份证号码"] = number[:-1] + ("0" if number[-1] != "0" else "1")
    faulty[5]["手机号码"] = faulty[5]["手机号码"][:-1]
    faulty[8]["省份"] = "江南省"
    return faulty


def _csv(path: Path, rows: Sequence[Row], sender: str, encoding: str) -> Path:
    """As a spreadsheet saves it: titles above, a label below, each line as wide as the header."""
    out = io.StringIO()
    writer = csv.writer(out)
    header = list(rows[0])
    for title in (*TITLES, sender):
        writer.writerow([title] + [""] * (len(header) - 1))
    writer.writerow(header)
    writer.writerows(list(row.values()) for row in rows)
    writer.writerow(["填表人："] + [""] * (len(header) - 1))
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def _workbook(path: Path, rows: Sequence[Row], sender: str) -> Path:
    """Every cell is text, so that no identity number is rounded; the same bytes each time."""
    book = xlsxwriter.Workbook(path)
    book.set_properties({"created": datetime(2021, 12, 20)})
    sheet = book.add_worksheet("学员名单")
    for place, title in enumerate((*TITLES, sender)):
        sheet.write_string(place, 0, title)
    for place, line in enumerate([list(rows[0]), *(list(row.values()) for row in rows)], start=3):
        for column, text in enumerate(line):
            sheet.write_string(place, column, text)
    book.close()
    return path
