"""When two names of people, or of companies, are one name, whatever way they are spelled.

Only compared; no name is rewritten because of it.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_WORDS = re.compile(r"[^\W_]+")
_APOSTROPHES = str.maketrans("", "", "'`´’ʼ")
# Letters that Unicode does not take apart into a base letter and an accent.
_LETTERS = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})
_TITLES = frozenset(
    """
    arch avv bc cav csc dipl doc dott dottor dottoressa dr dra drs frau geom herr ing ir judr lic mag mba mdr mgr
    miss mme monsieur mr mrs ms mudr mvdr phd phdr prof rag rndr sig signor signora sr sra ssa
    """.split()  # noqa: SIM905  words read best as words
)
# Titles and legal forms that a dot or a space takes apart.
_SPLIT_TITLES = re.compile(
    r"\b(?:sig\.?\s?ra|dott\.?\s?ssa|prof\.?\s?ssa|ph\.?\s?d|th\.?\s?d|m\.b\.a|c\.sc|m\.?sc|b\.?sc)\b"
)
_SPLIT_FORMS = re.compile(r"\b(?:spol\.?\s?s\s?r\.?\s?o|sp\.?\s?z\s?o\.?\s?o)\b")
_INITIALS = re.compile(r"\b(\w)\.\s?(?=\w\b)")
_COMPANY_FORMS = frozenset(
    """
    ab ag and aps as asa bv bvba co coop corp corporation company dd doo eg eirl ek ep ev eurl gbr ges gmbh inc
    incorporated kft kg kgaa ks lda limited llc llp lp ltd ltda mbh nv oao og ohg ooo oy oyj plc pte pty sa sae
    sapa sarl sas sasu sc sca scarl sci scop scrl se sel sl slu snc soc societa sp spa spzoo srl srls srlu sro ug
    und vos zao zrt
    """.split()  # noqa: SIM905  words read best as words
)


@lru_cache(maxsize=16384)
def name_key(text: str) -> str:
    """A person's name without the order of its parts, accents, case and titles: `anna rossi` for "ROSSI Ing. Anna"."""
    folded = fold(text)
    if "." in folded or " " in folded:
        folded = _SPLIT_TITLES.sub(" ", folded)
    words = _WORDS.findall(folded)
    kept = [word for word in words if word not in _TITLES] or words
    return " ".join(sorted(kept))


@lru_cache(maxsize=16384)
def organization_key(text: str) -> str:
    """A company's name without accents, case and legal form: `acme italia` for "ACME Italia S.r.l."."""
    words = _WORDS.findall(_INITIALS.sub(r"\1", _SPLIT_FORMS.sub(" ", fold(text))))
    end = len(words)
    while end > 1 and words[end - 1] in _COMPANY_FORMS:
        end -= 1
    return " ".join(words[:end])


def fold(text: str) -> str:
    """Text without case, accents and apostrophes: what is left is compared word by word."""
    return unaccented(text.casefold().translate(_APOSTROPHES))


def unaccented(folded: str) -> str:
    """Text that was folded, without accents, and with plain letters for those that are no letter with an accent."""
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFKD", folded.translate(_LETTERS))
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
