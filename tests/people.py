"""People who cannot exist: county 119999 was never assigned, the sequence is 999, the digit is right."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_USCC = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_HAN = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥"


def identity_number(n: int, county: str = "119999") -> str:
    """The n-th impossible number: birth dates from 1960 on, one a day."""
    born = date(1960, 1, 1) + timedelta(days=n)
    head = f"{county}{born:%Y%m%d}999"
    total = sum(int(digit) * weight for digit, weight in zip(head, _WEIGHTS, strict=True))
    return head + "10X98765432"[total % 11]


def credit_code(n: int) -> str:
    """The n-th impossible credit code of GB 32100: registered in county 119999."""
    head = f"91119999{n:09d}"
    total = sum(_USCC.index(char) * pow(3, place, 31) for place, char in enumerate(head))
    return head + _USCC[(31 - total % 31) % 31]


def person(
    n: int, *, institution: str = "清华大学", industry: str = "34", **cells: str
) -> dict[str, str]:
    """The n-th impossible person, as the cells of a roster."""
    return {
        "序号": str(n + 1),
        "姓名": f"学员{_HAN[n // 22 % 22]}{_HAN[n % 22]}",
        "身份证号码": identity_number(n),
        "手机": f"138{n:08d}",
        "单位名称": f"示例{n}号有限公司",
        "统一社会信用代码": credit_code(n),
        "职务": "总经理",
        "省份": "北京市",
        "选拔方式": "自主选拔",
        "所属行业": industry,
        "学员类别": "龙头骨干",
        "承担机构": institution,
        "培训方向": "区域发展",
    } | cells


def roster_csv(rows: Sequence[dict[str, str]], titles: Iterable[str] = ()) -> str:
    """A roster as Excel writes it: title rows, header, one line a person, CRLF."""
    out = io.StringIO()
    writer = csv.writer(out)
    header = list(rows[0])
    for title in titles:
        writer.writerow([title] + [""] * (len(header) - 1))
    writer.writerow(header)
    writer.writerows([row[name] for name in header] for row in rows)
    return out.getvalue()
