"""The empty roster a sender fills in (名单模板): text cells, lists to choose from, one line of advice.

An identity number typed into an ordinary cell loses its last digits; in a text cell it can't. The
template reads back as any other roster: its advice stands above the header, its lists on a hidden
sheet.
"""

import io
import sqlite3
from collections.abc import Mapping, Sequence

import xlsxwriter

from training import roster_words, tabular
from training.columns import COLUMNS
from training.context import Sender
from training.wording import t

ROWS = 2_000
_LISTS = "选项"

#: In the order a clerk would ask; required columns are marked with a star, which reading ignores.
ORDER = (
    "row_no", "name", "sex", "id_type", "id_number", "mobile", "email", "enterprise_name", "uscc",
    "position", "province", "origin", "recommending_authority", "industry_code", "main_business",
    "kind", "employees", "revenue_wan", "assets_wan", "founded_on", "srdi_level", "institution",
    "track", "cohort", "note",
)  # fmt: skip
_UNITS = {"revenue_wan": "（万元）", "assets_wan": "（万元）"}


def header() -> list[str]:
    """The headers of the template, required ones starred, amounts with their unit."""
    return [
        ("*" if COLUMNS[name].required else "") + COLUMNS[name].label_zh + _UNITS.get(name, "")
        for name in ORDER
    ]


def choices(conn: sqlite3.Connection, year: str, sender: Sender) -> dict[str, list[str]]:
    """The closed lists, narrowed to what this sender may write: column → words."""
    provinces = _names(conn, "select short_zh from provinces order by seq")
    mine = "and i.slug = :sender" if sender.institution else ""
    words = {"year": year, "sender": sender.institution or sender.province}
    institutions = _names(
        conn,
        "select i.name_zh from institution_years as y join institutions as i"
        f" on i.slug = y.institution where y.year = :year and y.status <> 'suspended' {mine}"
        " order by i.seq",
        words,
    )
    tracks = _names(
        conn,
        "select distinct k.name_zh from institution_tracks as n join tracks as k on k.code = n.track"
        f" join institutions as i on i.slug = n.institution where n.year = :year {mine}"
        " order by k.seq",
        words,
    )
    own = "where code = :sender" if sender.province else ""
    fixed = {column: list(words.values()) for column, words in roster_words.FIXED.items()}
    return fixed | {
        "province": provinces,
        "recommending_authority": _names(
            conn, f"select name_zh from provinces {own} order by seq", words
        ),
        "industry_code": _names(
            conn, "select code || ' ' || name_zh from industries where level = 'division'"
            " order by code"
        ),
        "institution": institutions,
        "track": tracks,
    }  # fmt: skip


def _names(
    conn: sqlite3.Connection, query: str, words: dict[str, str | None] | None = None
) -> list[str]:
    return [row[0] for row in conn.execute(query, words or {})]


def advice() -> str:
    """The line above the header."""
    return t(
        "填写说明：带*的列必填；一行一名学员；证件号、手机、信用代码按文本填写；请勿改动表头。",
        "Starred columns are required; one trainee a row; numbers are text; leave the header as it is.",
    )


def as_csv() -> bytes:
    """The template as CSV with a byte order mark: the header alone."""
    return tabular.csv_text(header(), []).encode()


def as_xlsx(
    conn: sqlite3.Connection,
    year: str,
    sender: Sender,
    rows: Sequence[Mapping[str, str]] = (),
) -> bytes:
    """The template as a workbook for this sender and year.

    ``rows`` fill it in: the cells of each person by the identifier of their column.
    """
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True}) as book:
        as_text = book.add_format({"num_format": "@"})
        sheet = book.add_worksheet("名单")
        lists = book.add_worksheet(_LISTS)
        lists.hide()
        sheet.write_string(0, 0, advice())
        starred = book.add_format({"bold": True, "bg_color": "#FFF3CD", "border": 1})
        plain = book.add_format({"bold": True, "bg_color": "#EEEEEE", "border": 1})
        words = choices(conn, year, sender)
        for place, (name, text) in enumerate(zip(ORDER, header(), strict=True)):
            sheet.write_string(1, place, text, starred if text.startswith("*") else plain)
            sheet.set_column(place, place, max(10, 2 * len(text) + 2), as_text)
            if name in words:
                _offer(sheet, lists, place, words[name])
        for number, row in enumerate(rows, start=2):
            for place, name in enumerate(ORDER):
                if row.get(name):
                    sheet.write_string(number, place, row[name], as_text)
        sheet.freeze_panes(2, 0)
    return file.getvalue()


def _offer(
    sheet: xlsxwriter.worksheet.Worksheet,
    lists: xlsxwriter.worksheet.Worksheet,
    place: int,
    words: Sequence[str],
) -> None:
    """A dropdown below the header; the words stand on the hidden sheet, where 255 is no limit."""
    for row, word in enumerate(words):
        lists.write_string(row, place, word)
    column = xlsxwriter.utility.xl_col_to_name(place)
    sheet.data_validation(
        2, place, ROWS + 1, place,
        {
            "validate": "list",
            "source": f"={_LISTS}!${column}$1:${column}${len(words)}",
            "error_title": t("请从列表中选择", "Choose from the list"),
            "error_message": t("这一列只接受列表中的内容。", "This column takes words of the list."),
        },
    )  # fmt: skip
