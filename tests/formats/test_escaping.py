"""Escapes, lists and structures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.formats.escaping import escape, harmless, read_list, split_escaped, unescape, write_list


@given(st.text())
def test_escaping_keeps_the_text_and_hides_every_mark(text: str) -> None:
    written = escape(text)
    assert not set("\r\n\0") & set(written)
    assert split_escaped(written, ",") == [written]
    assert split_escaped(written, ";") == [written]
    seen = text.replace("\r\n", "\n").replace("\r", "\n")
    assert unescape(written) == "".join(
        "\ufffd" if (ord(c) < 32 and c not in "\t\n") or c == "\x7f" else c for c in seen
    )


def test_escapes_of_other_programs_are_undone_and_stray_backslashes_stay() -> None:
    assert unescape(r"http\://x \"quoted\" a\Nb C:\temp \\n\,") == 'http://x "quoted" a\nb C:\\temp \\n,'
    assert unescape("end\\") == "end\\"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("a;b", ["a", "b"]),
        (r"a\;b;c", [r"a\;b", "c"]),
        (r"a\\;b", [r"a\\", "b"]),
        ("a;b\\", ["a", "b\\"]),
        ("\\;;", ["\\;", ""]),
        ("", [""]),
    ],
)
def test_only_unescaped_marks_separate(text: str, parts: list[str]) -> None:
    assert split_escaped(text, ";") == parts


@given(st.lists(st.text(st.characters(exclude_categories=("Cc", "Cs"))).map(str.strip).filter(bool)))
def test_a_list_reads_back(texts: list[str]) -> None:
    assert read_list(write_list(texts)) == texts


def test_values_without_escapes_cannot_end_their_line_either() -> None:
    assert harmless("a\r\nb\0\tc") == "a b\ufffd\tc"
