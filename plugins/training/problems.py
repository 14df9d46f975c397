"""A fault as data: where it is, which code it has, and what to tell the reader.

The vocabulary is closed: :data:`CODES` holds every code there is, and everything that shows,
stores or counts faults takes its words from here.
"""

from collections import defaultdict
from typing import Any, Literal, NamedTuple

from training.codes import ALL, Code, Severity
from training.columns import COLUMNS

Language = Literal["zh", "en"]
Details = tuple[tuple[str, str], ...]

CODES: dict[str, Code] = {code.code: code for code in ALL}

#: What any message may end with, when the fault's details have something to say there.
_ENDINGS = {
    "nearest": {"zh": "最接近的有：{}。", "en": " Nearest: {}."},
    "where": {"zh": "位置：{}。", "en": " Place: {}."},
    "unjudged": {
        "zh": "从第 {} 行起只计行数，不再核对。",
        "en": " From row {} on rows are counted and not checked.",
    },
}


class Finding(NamedTuple):
    """What a rule has to say against a value, before anybody knows its row and column.

    `severity` is set only where it differs from the code's own.
    """

    code: str
    details: Details = ()
    severity: Severity | None = None


class Problem(NamedTuple):
    """One fault of one file. `row` is None for the whole file, `column` None for the whole row.

    `details` name the places of the message (row numbers, limits, headers, nearest names) and
    never hold an identity number or a mobile. Two problems are equal if all they say is equal.
    """

    row: int | None
    column: str | None
    code: str
    details: Details = ()
    own_severity: Severity | None = None

    @property
    def severity(self) -> Severity:
        """'error' keeps the row (or the file) out, 'warning' does not."""
        return self.own_severity or CODES[self.code].severity

    def message(self, language: Language = "zh") -> str:
        """The sentence for the reader: what is wrong and what to do."""
        details = dict(self.details)
        places: defaultdict[str, str] = defaultdict(str, details)
        places["column"] = self._column_label(language)
        code = CODES[self.code]
        text = (code.zh if language == "zh" else code.en).format_map(places)
        for name, ending in _ENDINGS.items():
            if details.get(name):
                text += ending[language].format(details[name])
        return text

    def as_json(self, language: Language = "zh") -> dict[str, Any]:
        """The five keys that the command line and the tests see."""
        return {
            "row": self.row,
            "column": self.column,
            "code": self.code,
            "severity": self.severity,
            "message": self.message(language),
        }

    def _column_label(self, language: Language) -> str:
        column = COLUMNS.get(self.column or "")
        if column is None:
            return self.column or ""
        return column.label_zh if language == "zh" else column.label_en


def markdown_table() -> str:
    """All codes as a Markdown table, for the documentation."""
    lines = ["| code | about | severity | 提示 | message |", "|---|---|---|---|---|"]
    for code in ALL:
        lines.append(f"| `{code.code}` | {code.about} | {code.severity} | {code.zh} | {code.en} |")
    return "\n".join(lines) + "\n"
