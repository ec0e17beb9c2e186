"""The line codec: what programs write is read, spans are exact, time is linear."""

from __future__ import annotations

from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmsync.errors import Unreadable
from crmsync.formats.contentline import MAX_BYTES, MAX_DEPTH, Line, depths, head_of, lines, open_source, to_text


def only(body: bytes) -> Line:
    [line] = lines(body)
    return line


def values(body: bytes) -> list[tuple[str, bytes]]:
    return [(line.head.name, line.value) for line in lines(body)]


# --- where lines begin and end ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_every_kind_of_line_end_ends_a_line(end: bytes) -> None:
    assert values(b"A:1" + end + b"B:2" + end + b" 3" + end) == [("A", b"1"), ("B", b"23")]


def test_line_ends_may_be_mixed_and_the_last_may_be_missing() -> None:
    assert values(b"A:1\rB:2\nC:3\r\nD:4") == [("A", b"1"), ("B", b"2"), ("C", b"3"), ("D", b"4")]


def test_a_folded_line_loses_one_space_and_knows_its_whole_span() -> None:
    first, second = lines(b"NOTE:ab\r\n  c\r\n\td\r\nX:1\r\n")
    assert first.value == b"ab cd"
    assert (first.start, first.end) == (0, 18)
    assert (second.start, second.end) == (18, 23)


def test_folding_goes_on_over_blank_lines() -> None:
    assert values(b"A:1\r\n\r\n 2\r\n\r\nB:3") == [("A", b"12"), ("B", b"3")]


def test_a_head_may_be_folded() -> None:
    assert only(b"TEL;TYPE=\r\n CELL:1").head.types == ("cell",)


def test_a_file_may_begin_with_a_space() -> None:
    assert values(b" A:1\nB:2") == [("A", b"1"), ("B", b"2")]


def test_a_soft_break_carries_quoted_printable_on_without_indentation() -> None:
    line = lines(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=0D=0A=\r\n b=\r\nc=3D\r\nX:1")[0]
    assert line.text() == "a\n bc="


def test_a_soft_break_never_swallows_the_end_of_the_card_or_goes_over_a_blank_line() -> None:
    assert values(b"N;QUOTED-PRINTABLE:a=\nEND:VCARD") == [("N", b"a="), ("END", b"VCARD")]
    assert values(b"N;QUOTED-PRINTABLE:a=\n\nX:b") == [("N", b"a="), ("X", b"b")]


def test_a_value_that_ends_in_an_equals_sign_is_no_soft_break_elsewhere() -> None:
    assert values(b"URL:http://x/?a=\nX:b") == [("URL", b"http://x/?a="), ("X", b"b")]


def test_base64_goes_on_without_indentation_until_something_else_comes() -> None:
    body = b"PHOTO;ENCODING=BASE64:\nAAAA\nBBB=\n\nnot base64!\nTEL:1"
    assert values(body) == [("PHOTO", b"AAAABBB="), ("", b"not base64!"), ("TEL", b"1")]


def test_a_line_without_a_colon_has_no_name_and_loses_nothing() -> None:
    assert values(b"TEL;CELL 123\nTEL:4") == [("", b"TEL;CELL 123"), ("TEL", b"4")]


@given(st.lists(st.sampled_from([b"A:1", b" ", b"\t", b"\r", b"\n", b"\r\n", b"=", b'"', b":", b";", b"x", b"PHOTO;B:",
                                 b"N;QUOTED-PRINTABLE:", b"\xff", b"\0"])).map(b"".join) | st.binary())  # fmt: skip
def test_spans_are_in_order_and_only_line_ends_lie_between_them(body: bytes) -> None:
    position = 0
    for line in lines(body):
        assert line.start >= position
        assert not body[position : line.start].strip(b"\r\n")
        assert line.end > line.start
        position = line.end
        line.text()
    assert not body[position:].strip(b"\r\n")


# --- heads ------------------------------------------------------------------------------------------------------------


def test_parameters_are_read_bare_repeated_listed_and_quoted() -> None:
    for written in ("TEL;CELL;HOME", "tel;type=CELL;type=HOME", "TEL;TYPE=cell,home", 'TEL;TYPE="cell,home"'):
        head = only(f"{written}:1".encode()).head
        assert (head.name, head.types) == ("TEL", ("cell", "home"))


def test_bare_encodings_and_values_are_no_types() -> None:
    head = only(b"PHOTO;BASE64;URL;JPEG:x").head
    assert (head.encoding, head.get("VALUE"), head.types) == ("BASE64", "URL", ("jpeg",))
    assert only(b"PHOTO;ENCODING=b:x").head.encoding == "BASE64"
    assert only(b"NOTE;ENCODING=8BIT:x").head.encoding == ""


def test_a_group_is_kept_as_it_is_written() -> None:
    head = only(b"Item1.X-ABLabel:Boss").head
    assert (head.group, head.name) == ("Item1", "X-ABLABEL")


def test_a_colon_in_quotes_does_not_end_the_head() -> None:
    line = only(b'X;A="a:b;c";B="d:e":f"g:h')
    assert line.head.params == (("A", ("a:b;c",)), ("B", ("d:e",)))
    assert line.value == b'f"g:h'


@pytest.mark.parametrize("body", [b'X;A="a:b', b'X;A="a":b"c', b'X;A="b":c', b'X";":"', b'":', b'X;A="":b"'])
def test_quotes_that_do_not_match_cost_no_line(body: bytes) -> None:
    assert only(body).head.name.startswith(("X", '"'))


def test_when_no_colon_is_outside_quotes_the_first_counts() -> None:
    line = only(b'X;A="a:b"')
    assert (line.head.params, line.value) == ((("A", ('"a',)),), b'b"')


def test_a_lone_quote_is_a_value() -> None:
    assert only(b'X;A=":1').head.get("A") == '"'


def test_rfc_6868_escapes_are_undone() -> None:
    assert only(b"X;A=a^nb^^n^'c:1").head.get("A") == 'a\nb^n"c'


def test_unknown_parameters_are_empty_and_empty_ones_are_skipped() -> None:
    head = only(b"X;;A=1;:v").head
    assert head.params == (("A", ("1",)),)
    assert head.get("B") == ""


def test_long_and_many_heads_are_read_like_others() -> None:
    long = b"X;A=" + b"a" * 500
    assert head_of(long).params == head_of(long).params
    for number in range(5000):
        assert head_of(b"X;N=%d" % number).get("N") == str(number)


@pytest.mark.parametrize("fold", [b" ", b"\t"])
def test_a_fold_that_begins_like_a_head_is_still_a_fold(fold: bytes) -> None:
    assert only(fold + b"TEL:1").head.name == "TEL"  # where nothing can be folded it is a head, and remembered
    assert only(b"NOTE:a\r\n" + fold + b"TEL:1").value == b"aTEL:1"


def test_a_soft_break_goes_on_with_what_looks_like_a_head() -> None:
    assert only(b"TEL:1").head.name == "TEL"
    for _ in range(2):  # also when all heads are known
        assert only(b"NOTE;ENCODING=QUOTED-PRINTABLE:a=\r\nTEL:1").value == b"aTEL:1"


# --- encodings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_file_in_another_encoding_comes_back_as_the_same_bytes(codec: str) -> None:
    raw = "BEGIN:VCARD\r\nFN:Ådám 😀\r\n".encode(codec)
    source = open_source(raw)
    assert [line.text() for line in lines(source.body)] == ["VCARD", "Ådám 😀"]
    assert source.restore(source.body) == raw


def test_a_byte_order_mark_for_big_endian_is_known() -> None:
    raw = b"\xfe\xff" + "BEGIN:VCARD".encode("utf-16-be")
    assert open_source(raw).body == b"BEGIN:VCARD"
    assert open_source(raw).restore(b"BEGIN:VCARD") == raw


@pytest.mark.parametrize(("raw", "reason"), [(b"", "empty"), (b"\xff\xfeB", "broken at byte 2"), (b"\0", "broken")])
def test_bytes_that_are_no_text_are_unreadable(raw: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        open_source(raw)


def test_an_item_of_monstrous_size_is_unreadable() -> None:
    with pytest.raises(Unreadable, match="more than the"):
        open_source(bytes(MAX_BYTES + 1))


def test_a_charset_is_believed_when_it_fits() -> None:
    assert only(b"N;CHARSET=ISO-8859-2:\xb1").text() == "ą"
    assert only(b"N;CHARSET=UTF-8:M\xfcller").text() == "Müller"
    assert only(b"N;CHARSET=cp-nonsense:ok").text() == "ok"


@pytest.mark.parametrize("charset", [b"punycode", b"idna", b"unicode_escape", b"zip", b"utf-7", b"rot13"])
def test_codecs_that_are_no_charsets_are_not_used(charset: bytes) -> None:
    assert only(b"N;CHARSET=" + charset + b":a\\x41+AEE-").text() == "a\\x41+AEE-"


def test_text_without_a_charset_is_utf8_or_what_windows_wrote() -> None:
    assert to_text("Zoë".encode()) == "Zoë"
    assert to_text(b"\x80 Zo\xeb") == "€ Zoë"
    assert to_text(b"\x81") == "\x81"


# --- nesting ----------------------------------------------------------------------------------------------------------


def test_depths_count_what_is_open() -> None:
    body = b"X:0\nBEGIN:A\nX:1\nBEGIN:b\nX:2\nEND:B\nEND:A\nX:0"
    assert depths(lines(body)) == [0, 1, 1, 2, 2, 2, 1, 0]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"BEGIN:A\nEND:B", "closes nothing"),
        (b"END:A", "closes nothing"),
        (b"BEGIN:A\nBEGIN:B\nEND:B", "cut short"),
        (b"BEGIN:A\n" * (MAX_DEPTH + 1) + b"END:A\n" * (MAX_DEPTH + 1), "deeper"),
    ],
)
def test_components_that_do_not_close_or_nest_too_deep_are_unreadable(body: bytes, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        depths(lines(body))


def test_the_deepest_nesting_allowed_is_read() -> None:
    assert max(depths(lines(b"BEGIN:A\n" * MAX_DEPTH + b"END:A\n" * MAX_DEPTH))) == MAX_DEPTH


# --- time -------------------------------------------------------------------------------------------------------------

HOSTILE = {
    "quotes around semicolons": lambda n: b'TEL;X="' + b'a";b="' * n + b":1",
    "parameters without end": lambda n: b"TEL" + b";A=a" * n + b"\0",
    "quotes and colons": lambda n: b'TEL;X="' + b':"' * n,
    "quotes": lambda n: b'"' * n + b":",
    "soft breaks": lambda n: b"N;QUOTED-PRINTABLE:" + b"a=\n" * n,
    "soft breaks after a long head": lambda n: b"N" + b";A=a" * n + b":" + b"\n x=" * n,
    "equals signs": lambda n: b"a=\n" * n,
    "base64 lines": lambda n: b"PHOTO;BASE64:\n" + b"aaa\n" * n,
    "folds": lambda n: b"A:\n" + b" a\n" * n,
    "commas": lambda n: b"A;B=" + b"a," * n + b":1",
    "carets": lambda n: b"A;B=" + b"^^n" * n + b":1",
    "begins": lambda n: b"BEGIN:A\n" * n,
    "backslashes": lambda n: b"N:" + b"\\" * n,
}


def cost(body: bytes) -> float:
    """Seconds of CPU, the least of three tries."""
    times = []
    for _ in range(3):
        before = process_time()
        for line in lines(body):
            line.text()
        times.append(process_time() - before)
    return min(times)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_lines_cost_time_in_proportion_to_their_length(name: str) -> None:
    size = 2000
    while cost(HOSTILE[name](size)) < 0.01 and size < 2_000_000:
        size *= 2
    ratio = min(cost(HOSTILE[name](size * 4)) / cost(HOSTILE[name](size)) for _ in range(3))
    assert ratio < 10, f"four times the length took {ratio:.1f} times as long: quadratic would be 16"


@settings(max_examples=50)
@given(st.integers(1, 300))
def test_the_line_that_hangs_other_readers_is_read(n: int) -> None:
    line = only(b'TEL;X="' + b'a";b="' * n + b":1")
    assert (line.head.name, line.value) == ("TEL", b"1")
