"""XML of unknown origin: a parser that stays small, and a shortcut for text that needs none."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator
from xml.parsers import expat

from training.workbooks import limits

Start = Callable[[str, dict[str, str]], None]
Named = Callable[[str], None]

#: What may stand before the root element, which must have no prefix.
_PROLOGUE = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*\?>)?\s*(?=<\w+[\s/>])")


class NotPlain(Exception):
    """The text can only be read with a parser."""


def parser(
    start: Start, end: Named | None = None, characters: Named | None = None
) -> expat.XMLParserType:
    """A parser that calls ``start`` and ``end`` for elements, named without their prefixes.

    Raises `limits.Refused` at a DTD (no workbook has one, bombs do) and at deep nesting.
    """
    new = expat.ParserCreate()
    depth = 0

    def started(element: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > limits.XML_DEPTH:
            raise limits.unsafe()
        start(local(element), attributes)

    def ended(element: str) -> None:
        nonlocal depth
        depth -= 1
        if end:
            end(local(element))

    def refuse(*_: object) -> None:
        raise limits.unsafe()

    new.buffer_text = True
    new.StartElementHandler = started
    new.EndElementHandler = ended
    new.CharacterDataHandler = characters
    new.StartDoctypeDeclHandler = refuse
    return new


def parse_fragment(fragment: str, start: Start, end: Named, characters: Named) -> None:
    """Read a piece of an XML file that holds whole elements."""
    parser(start, end, characters).Parse(f"<fragment>{fragment}</fragment>", True)


def local(name: str) -> str:
    """A name without its namespace prefix; writers differ in which they use."""
    return name.rpartition(":")[2]


def text_of(fragment: str) -> str:
    """The text of an XML fragment without elements: references and line ends as XML has them."""
    if "&" not in fragment and "\r" not in fragment:
        return fragment
    pieces: list[str] = []
    parse_fragment(fragment, _ignore, _ignore, pieces.append)
    return "".join(pieces)


def _ignore(*_: object) -> None:
    pass


def plain_blocks(data: Iterable[bytes], element: str, parent: str) -> Iterator[str]:
    """The text of an XML file in blocks that each end with an end tag of ``element``.

    The last block ends where ``parent``, which holds the elements, does. Raises :class:`NotPlain`
    where those tags could be anything else (in a comment, in CDATA) or are not all there, and
    UnicodeDecodeError for other encodings than UTF-8.
    """
    closing, ending = f"</{element}>", f"</{parent}>"
    decoder = codecs.getincrementaldecoder("utf-8")("strict")
    blocks = iter(data)
    carry = _without_prologue(decoder.decode(next(blocks, b"")))
    while True:
        if "<!" in carry or "<?" in carry:
            raise NotPlain
        end = carry.rfind(closing) + len(closing)
        if end >= len(closing):
            yield carry[:end]
            carry = carry[end:]
        if ending in carry:
            break
        if len(carry) > limits.ELEMENT_CHARACTERS:
            raise limits.unsafe()
        block = next(blocks, None)
        if block is None:
            raise NotPlain
        carry += decoder.decode(block)
    # To the end, where the checksum of the zip file is compared.
    for _ in blocks:
        pass


def _without_prologue(text: str) -> str:
    prologue = _PROLOGUE.match(text)
    if prologue is None:
        raise NotPlain
    return text[prologue.end() :]
