"""The short way to the user in the config file comes to what the long one comes to, or says that it cannot tell."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crmsync.config import content
from crmsync.config_file import parse
from crmsync.config_user import user_in
from crmsync.errors import BadConfig


@pytest.mark.parametrize(
    ("text", "user"),
    [
        ("", ""),
        ("# user = 'x'\n", ""),
        ('region = "IT"\nuser = "anna" # who\n', "anna"),
        ('user="anna"\r\n', "anna"),
        ('[accounts.phone]\nuser = "nobody"\n', ""),
        ("user = 'anna'\n", None),
        ('user = "an\\u006ea"\n', None),
        ('"user" = "anna"\n', None),
        ('own = ["""\nuser = "x"\n"""]\n', None),
    ],
)
def test_a_plain_line_is_read_and_what_is_not_plain_is_left_to_the_parser(
    tmp_path: Path, text: str, user: str | None
) -> None:
    (tmp_path / "config.toml").write_text(text, newline="")
    assert user_in(tmp_path / "config.toml") == user


def test_without_a_file_there_is_none_and_what_cannot_be_read_is_left_to_the_parser(tmp_path: Path) -> None:
    assert user_in(tmp_path / "missing") == ""
    assert user_in(tmp_path) is None
    (tmp_path / "latin").write_bytes(b'user = "\xe9"\n')
    assert user_in(tmp_path / "latin") is None


_PLAIN = ('user = "anna"', 'region = "IT"', "# user", "[accounts.x]", "own = []", 'user= "" # "', ' user =\t"luca"', "")
_ODD = ("user = 'eva'", '[accounts."user"]', 'region = """', '"""', 'user = "an\\"na"', "own = [", '"user",', "]")
_LINES = st.sampled_from((*_PLAIN, *_ODD))


@given(st.lists(_LINES, max_size=6))
def test_both_ways_agree(tmp_path_factory: pytest.TempPathFactory, lines: list[str]) -> None:
    path = tmp_path_factory.mktemp("config") / "config.toml"
    path.write_text("\n".join(lines))
    try:
        user = parse(content(path), path).user
    except BadConfig:
        return
    assert user_in(path) in (user, None)
