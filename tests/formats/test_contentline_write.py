"""Written lines: folded within characters never, read back as they were, and never more than one line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.formats.contentline import lines
from crmsync.formats.contentline_write import encode, fold, head, line_end, param_value, quoted_printable
from crmsync.formats.escaping import escape, unescape

characters = st.characters(exclude_categories=("Cs",))
words = st.text(characters) | st.text(characters, min_size=60)


@given(words, st.sampled_from([b"\r\n", b"\n", b"\r"]))
def test_a_folded_line_is_one_line_of_at_most_75_octets_each(text: str, end: bytes) -> None:
    written = fold(encode(f"NOTE:{escape(text)}"), end)
    for physical in written.removesuffix(end).split(end):
        assert len(physical) <= 75
        physical.decode()
    [line] = lines(written)
    assert unescape(line.text()) == unescape(escape(text))
    assert (line.start, line.end) == (0, len(written))


@given(st.text(st.characters(exclude_categories=("Cs", "Cc"))).map(str.strip), st.booleans())
def test_a_parameter_value_reads_back(text: str, two_lines: bool) -> None:
    value = f"{text}\n{text}." if two_lines else text
    written = head("X", [("A", (value,)), ("B", ("1", "2"))])
    [line] = lines(encode(f"{written}:v"))
    assert line.head.params == (("A", (value,)), ("B", ("1", "2")))
    assert line.value == b"v"


def test_a_parameter_cannot_end_its_line() -> None:
    assert param_value("a\r\nb\rc\0") == "a^nb^nc\ufffd"


def test_parameters_are_quoted_only_where_they_must_be() -> None:
    assert param_value("plain text") == "plain text"
    assert param_value('a"b^c\nd') == "a^'b^^c^nd"
    assert param_value("a:b") == '"a:b"'
    assert head("TEL", [("TYPE", ("a", "b"))], "item1") == "item1.TEL;TYPE=a,b"


@given(words, st.sampled_from([b"\r\n", b"\n"]))
def test_quoted_printable_reads_back(text: str, end: bytes) -> None:
    written = b"N;ENCODING=QUOTED-PRINTABLE;CHARSET=UTF-8:" + quoted_printable(text, end) + end
    [line] = lines(written)
    assert line.text() == text.replace("\r\n", "\n").replace("\r", "\n")


def test_what_follows_a_soft_break_cannot_be_taken_for_something_else() -> None:
    for risky in (" fold", "END:VCARD", "end:vcard"):
        body = b"N;QUOTED-PRINTABLE:" + quoted_printable("x" * 75 + risky) + b"\r\nEND:VCARD"
        note, end = lines(body)
        assert note.text() == "x" * 75 + risky
        assert end.value == b"VCARD"


@pytest.mark.parametrize(
    ("body", "end"),
    [(b"A\r\nB\n", b"\r\n"), (b"A\nB\r\n", b"\n"), (b"A\rB", b"\r"), (b"A\r\r\nB", b"\r\r\n"), (b"A", b"\r\n")],
)
def test_the_line_end_is_that_of_the_first_line(body: bytes, end: bytes) -> None:
    assert line_end(body) == end


def test_half_a_surrogate_pair_is_written_as_a_question_mark() -> None:
    assert encode("a\ud800b") == b"a?b"
