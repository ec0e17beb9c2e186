"""Names, companies and numbers of six languages, for `tests.bench.people`. None of it comes from `crmsync`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """What names, companies and numbers look like."""

    given: tuple[str, ...]
    short: Mapping[str, str]
    family: tuple[str, ...]
    endings: tuple[str, ...]
    forms: tuple[str, ...]
    country: str
    mobile: str
    area: str
    free: tuple[str, ...]


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split(":") for pair in text.split())


LANGUAGES = (
    Language(
        _words("""
            Giuseppe Luigi Francesco Antonio Anna Maria Giulia Marco Luca Matteo Chiara Elena Alessandro Paolo
            Roberto Salvatore Vincenzo Stefano Davide Sara Valentina Federica Giorgio Carla Beatrice Nunzia
            Ivo Loredana
        """),
        _pairs("""
            Giuseppe:Beppe Luigi:Gigi Francesco:Franco Antonio:Tonino Alessandro:Sandro Salvatore:Totò
            Vincenzo:Enzo  Beatrice:Bea Valentina:Vale Federica:Fede
        """),
        ("Rossi", "Russo", "Ferrari", "Esposito", "Bianchi", "Romano", "Colombo", "Ricci", "D'Angelo",
         "De Luca", "Niccolò"),
        ("ini", "etti", "oni", "acci", "ato", "ese"),
        ("S.r.l.", "SpA", "S.n.c.", "srl", ""), "+39",
        "3{:09d}", "02{:07d}",
        ("gmail.com", "libero.it"),
    ),
    Language(
        _words("""
            Jan Jiří Josef Petr Pavel Tomáš František Václav Jana Marie Eva Hana Anna Lenka Kateřina Lucie
            Věra Alena Petra Ondřej Jakub Vojtěch Zdeněk Stanislav Zuzana Bořivoj Květoslava
        """),
        _pairs("""
            Jan:Honza Josef:Pepa František:Franta Václav:Vašek Kateřina:Katka Ondřej:Ondra Jakub:Kuba
            Zuzana:Zuzka  Tomáš:Tom Stanislav:Standa
        """),
        ("Novák", "Svoboda", "Novotný", "Dvořák", "Černý", "Procházka", "Kučera", "Veselý", "Horák",
         "Němec", "Růžička"),
        ("ák", "ský", "ovič", "ek", "ický", "áček"),
        ("s.r.o.", "a.s.", "spol. s r.o.", "v.o.s.", ""), "+420",
        "7{:08d}",
        "22{:07d}", ("seznam.cz", "gmail.com"),
    ),
    Language(
        _words("""
            Jean Pierre Michel Philippe Alain Nicolas Christophe François Marie Nathalie Isabelle Sylvie
            Catherine Françoise Élisabeth Frédéric Sébastien Guillaume Mathieu Zoé Thérèse Benoît Clémence
            Jean-Luc Anne-Sophie
        """),
        _pairs("""
            Pierre:Pierrot Christophe:Chris Élisabeth:Babeth Frédéric:Fred Sébastien:Seb Nicolas:Nico
            Isabelle:Isa  Catherine:Cathy Mathieu:Mat
        """),
        ("Martin", "Bernard", "Dubois", "Lefèvre", "Moreau", "Girard", "Lambert", "Fontaine", "Le Gall", "De La Tour"),
        ("eau", "ard", "ier", "on", "oux", "elle"), ("SAS", "SARL", "SA", ""), "+33", "6{:08d}", "1{:08d}",
        ("orange.fr", "gmail.com"),
    ),
    Language(
        _words("""
            Hans Peter Wolfgang Klaus Jürgen Friedrich Johannes Ursula Monika Petra Sabine Andrea Susanne
            Katharina Elisabeth Thomas Michael Andreas Stefan Günther Jörg Käthe Heike Gisela Ulrich Wilhelm
            Dorothea
        """),
        _pairs("""
            Friedrich:Fritz Johannes:Hannes Ursula:Uschi Monika:Moni Susanne:Susi Katharina:Kathi
            Michael:Michi  Andreas:Andi Ulrich:Uli Wilhelm:Willi
        """),
        ("Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Schäfer", "Köhler", "Groß", "Krüger", "von Berg"),
        ("mann", "berger", "inger", "feld", "hauser", "meister"), ("GmbH", "AG", "GmbH & Co. KG", "KG", ""), "+49",
        "151{:08d}", "30{:07d}", ("gmx.de", "web.de"),
    ),
    Language(
        _words("""
            José Antonio Francisco Manuel Juan Jesús Pedro Ignacio María Carmen Dolores Concepción Isabel Ana
            Lucía Pilar Rosario Guillermo Enrique Rafael Íñigo Begoña Asunción Xavier Nerea Gorka
        """),
        _pairs("""
            José:Pepe Francisco:Paco Manuel:Manolo Ignacio:Nacho Dolores:Lola Concepción:Concha Enrique:Quique
            Guillermo:Guille Rafael:Rafa Pilar:Pili
        """),
        ("García López", "Martínez Ruiz", "Sánchez Gil", "Fernández", "Gómez", "Muñoz Vega", "Díaz",
         "Jiménez Mora", "Núñez"),
        ("ez", "osa", "eda", "era", "ales", "ino"), ("S.L.", "S.A.", "SLU", ""), "+34", "6{:08d}", "91{:07d}",
        ("hotmail.com", "gmail.com"),
    ),
    Language(
        _words("""
            William Robert James Elizabeth Margaret Thomas Michael Katherine Richard Charles Susan David
            Edward Jennifer Christopher Patricia Andrew Rebecca Joseph Samantha Siobhan Nigel Imogen
        """),
        _pairs("""
            William:Bill Robert:Bob James:Jim Elizabeth:Liz Margaret:Peggy Thomas:Tom Michael:Mike
            Katherine:Kate  Richard:Dick Susan:Sue Edward:Ted Rebecca:Becky
        """),
        ("Smith", "Jones", "Taylor", "Brown", "O'Connor", "Wilson", "Davies", "Evans", "MacDonald", "Clarke"),
        ("son", "ton", "ley", "worth", "well", "ford"),
        ("Ltd", "Limited", "plc", "LLP", ""), "+44", "7{:09d}", "20{:08d}",
        ("gmail.com", "yahoo.co.uk"),
    ),
)  # fmt: skip
ONSETS = _words("Bar Mor Ven Tal Gri Sol Pes Cor Lam Fer Dal Zan Bel Mar Kor Hol Vit Pan")
MIDDLES = ("", *_words("an el in ol ar ist end ul er av om"))
TRADES = _words("Impianti Logistik Stavby Conseil Muebles Engineering Vini Design Agro Elettronica Print Foods")
DESKS = _words("info sales office ufficio kontakt")
