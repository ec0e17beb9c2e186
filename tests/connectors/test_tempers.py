"""What servers make of cards, on the bytes."""

from __future__ import annotations

from crmsync.connectors.tempers import drops_groups, forgets, in_turn, lower_case_emails, reorder_lines, strip_plus

CARD = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nUID:1\r\nFN:Ada\r\nitem1.TEL;TYPE=CELL:+39 051 555\r\nitem1.X-ABLabel:Lab\r\n"
    b"EMAIL:Ada@Example.ORG\r\nX-SKYPE:ada\r\nPHOTO;ENCODING=b:AAAA\r\n BBBB\r\nNOTE:1+1=2\r\nEND:VCARD\r\n"
)


def test_mail_addresses_become_lower_case():
    assert lower_case_emails(CARD) == CARD.replace(b"Ada@Example.ORG", b"ada@example.org")


def test_the_plus_of_phone_numbers_is_lost():
    assert b"item1.TEL;TYPE=CELL:39 051 555\r\n" in strip_plus(CARD)


def test_lines_are_sorted_between_begin_and_end_with_their_folds():
    sorted_card = reorder_lines(CARD)
    assert sorted_card.startswith(b"BEGIN:VCARD\r\nVERSION:3.0\r\nEMAIL")
    assert sorted_card.endswith(b"item1.X-ABLabel:Lab\r\nEND:VCARD\r\n")
    assert b"PHOTO;ENCODING=b:AAAA\r\n BBBB\r\n" in sorted_card
    assert sorted(sorted_card) == sorted(CARD)


def test_forgotten_properties_leave_with_their_folds_and_groups():
    forgetful = forgets("X-", "PHOTO")(CARD)
    assert b"X-SKYPE" not in forgetful
    assert b"X-ABLabel" not in forgetful
    assert b"BBBB" not in forgetful
    assert b"item1.TEL" in forgetful
    assert b"NOTE" in forgetful


def test_groups_and_their_labels_are_dropped():
    assert b"\r\nTEL;TYPE=CELL:+39 051 555\r\nEMAIL" in drops_groups(CARD)


def test_every_rewrite_is_stable():
    both = in_turn(lower_case_emails, strip_plus, forgets("X-"), drops_groups, reorder_lines)
    assert both(both(CARD)) == both(CARD) != CARD
