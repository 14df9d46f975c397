"""What a workbook may cost, and the two ways it is turned down."""

UNZIPPED_BYTES = 512 << 20
CELLS = 2_000_000
#: A title, a header: 100,000 people in 20 columns must fit below them.
UNCOUNTED_ROWS = 20
#: All cells together; as much as a text file of the greatest size could hold.
TEXT_CHARACTERS = 64 << 20
ROW_CHARACTERS = 1 << 20
#: Of the XML of one row or one shared string.
ELEMENT_CHARACTERS = 8 << 20
#: What stands further right is no column of a roster: one cell there is named, not followed.
COLUMNS = 256
ENTRIES = 10_000
#: Deflate reaches about 1,030; real sheets, even very monotonous ones, stay under 200.
RATIO = 400
RATIO_COUNTS_FROM = 16 << 20
XML_DEPTH = 64

MEMORY_BYTES = 1 << 30
#: The largest grid of an .xls, 65,536 rows by 256 columns, which calamine holds twice.
XLS_MEMORY_BYTES = 1280 << 20
CPU_SECONDS = 25
#: Of all that `parent` asks for one file, so that an answer comes within 30 seconds.
WALL_SECONDS = 28


class Refused(Exception):
    """The workbook is not read; `code` is one of the fault vocabulary."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def unsafe() -> Refused:
    """A limit is crossed."""
    return Refused("file-unsafe")


def not_a_workbook() -> Refused:
    """Damaged, encrypted, or a file of another kind."""
    return Refused("file-kind")
