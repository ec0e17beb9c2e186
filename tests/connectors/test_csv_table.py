"""The text of a CSV file comes back byte for byte, whatever program wrote it."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.connectors.csv_table import Table, neutral, plain
from crmsync.errors import BadConfig, Refused, Unreachable


@pytest.mark.parametrize(
    ("raw", "encoding", "delimiter", "line_end"),
    [
        ("a,b\n1,ü\n".encode(), "utf-8", ",", "\n"),
        ("\ufeffa;b\r\n1;ü\r\n".encode(), "utf-8", ";", "\r\n"),
        ("a;b\r\n1;ü\r\n".encode("cp1252"), "cp1252", ";", "\r\n"),
        ("a\tb\r1\tü\r".encode(), "utf-8", "\t", "\r"),
        ("\ufeffa\tb\r\n1\tü\r\n".encode("utf-16-le"), "utf-16-le", "\t", "\r\n"),
        ("\ufeffa\tb\r\n1\tü\r\n".encode("utf-16-be"), "utf-16-be", "\t", "\r\n"),
        (b"a|b\n1|\x81\xfc\n", "latin-1", "|", "\n"),
        ("sep=;\r\na;b\r\n1,5;ü\r\n".encode(), "utf-8", ";", "\r\n"),
        ("\n\na;b\n1,5;ü\n".encode(), "utf-8", ";", "\n"),
        ('"x, y";b\n"1, 2";ü\n'.encode(), "utf-8", ";", "\n"),
        ("a,b\n1,ü".encode(), "utf-8", ",", "\n"),
        ("only\nü\n".encode(), "utf-8", ",", "\n"),
    ],
)
def test_encoding_delimiter_and_line_end_are_found_and_kept(raw, encoding, delimiter, line_end):
    table = Table.read(raw)
    assert (table.encoding, table.delimiter, table.line_end) == (encoding, delimiter, line_end)
    assert table.rows[0].cells[-1].endswith("ü")
    assert table.to_bytes() == raw


def test_a_cell_may_hold_line_breaks_of_every_sort():
    raw = 'a,b\r\n"one\r\ntwo\nthree","\u2028\x0b\x85"\r\nnext,row\r\n'.encode()
    table = Table.read(raw)
    assert [row.cells for row in table.rows] == [("one\r\ntwo\nthree", "\u2028\x0b\x85"), ("next", "row")]
    assert table.to_bytes() == raw


def test_quotes_inside_an_unquoted_cell_are_text():
    table = Table.read(b'a,b\n5" pipe,x\ny,6" pipe\n')
    assert [row.cells for row in table.rows] == [('5" pipe', "x"), ("y", '6" pipe')]


def test_text_after_a_closing_quote_is_read_as_other_programs_do():
    assert Table.read(b'a,b\n"x"y,z\n').rows[0].cells == ("xy", "z")


@pytest.mark.parametrize("raw", [b'a,b\n1,"open\n2,3\n4,5\n', b'a,b\n"x"y,z\n1,"open\n2,3\n', b'a,b\n1,"op'])
def test_a_file_that_ends_inside_a_quoted_cell_is_not_taken_for_all_there_is(raw):
    with pytest.raises(Unreachable, match="quote"):
        Table.read(raw)


@pytest.mark.parametrize("raw", [b"", b"\n\n", b"sep=;\n", b"\xef\xbb\xbf"])
def test_a_file_without_header_is_bad_config(raw):
    with pytest.raises(BadConfig, match="header"):
        Table.read(raw)


@pytest.mark.parametrize("encoding", ["ascii", "klingon"])
def test_an_encoding_that_does_not_fit_is_bad_config(encoding):
    with pytest.raises(BadConfig, match=encoding):
        Table.read("a\nü\n".encode(), encoding)


def test_a_character_that_the_encoding_lacks_is_refused():
    table = Table.read("a;b\n1;ü\n".encode("cp1252"))
    with pytest.raises(Refused, match=r"cp1252.*č"):
        table.with_rows([table.row(["č", "x"])]).to_bytes()


def test_new_rows_are_written_in_the_manner_of_the_file():
    quoted = Table.read(b'"a";"b"\r\n"1";"2"')
    assert quoted.with_rows([*quoted.rows, quoted.row(["3", "4"])]).to_bytes() == (b'"a";"b"\r\n"1";"2"\r\n"3";"4"\r\n')
    bare = Table.read(b"a,b\n")
    assert bare.with_rows([bare.row(["x,y", 'q"q'])]).to_bytes() == b'a,b\n"x,y","q""q"\n'


@pytest.mark.parametrize("start", list("=+-@\t\r\0"))
def test_what_a_spreadsheet_would_run_is_written_so_that_it_does_not(start):
    cell = neutral(f"{start}HYPERLINK(1)")
    assert cell[0] == "'"
    assert plain(cell) == f"{start}HYPERLINK(1)"


@given(st.text(alphabet="'=+-@\t\r\0ab", max_size=6))
def test_neutral_text_always_comes_back(value):
    assert plain(neutral(value)) == value
    assert not neutral(value).startswith(tuple("=+-@\t\r\0"))


CELL = st.text(alphabet=st.sampled_from("aZü名,;\t|\"' \n="), max_size=6)


@settings(deadline=None)
@given(
    rows=st.integers(2, 4).flatmap(lambda width: st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6)),
    delimiter=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
)
def test_any_table_comes_back_byte_for_byte_with_its_cells(rows, delimiter, end, quoting):
    width = len(rows[0]) if rows else 2
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end, quoting=quoting)
    writer.writerows([[f"h{n}" for n in range(width)], *rows])
    raw = out.getvalue().encode()
    table = Table.read(raw, delimiter=delimiter)
    assert [list(row.cells) for row in table.rows] == rows
    assert table.to_bytes() == raw
    again = table.with_rows([table.row(row) for row in rows])
    assert [list(row.cells) for row in Table.read(again.to_bytes(), delimiter=delimiter).rows] == rows
