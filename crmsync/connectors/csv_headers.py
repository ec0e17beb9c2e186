"""What the columns of people's spreadsheets are called, in six languages and in the exports of common programs."""

from __future__ import annotations

import re
import unicodedata

from crmsync.values import SHAPES, Shape

KEY = "uid"

# Target = names of columns as `normal()` makes them (no accents, no punctuation, lower case); indented lines go on.
_NAMES = """
uid = uid | uuid | id | record id | customer number | customer no | codice cliente | codice | kundennummer | kunden nr
    | debitorennummer | code client | numero client | numero de cliente | codigo cliente | cislo zakaznika | kod
name = name | full name | display name | contact name | nome completo | nominativo | nome e cognome | contatto |
    anzeigename | vollstandiger name | nom complet | nom d affichage | nombre completo | cele jmeno | jmeno a
    prijmeni
given = first name | given name | forename | firstname | nome | vorname | prenom | nombre | nombre de pila |
    jmeno | krestni jmeno
family = last name | family name | surname | lastname | cognome | nachname | familienname | nom | nom de famille
    | apellido | apellidos | prijmeni
middle = middle name | additional name | secondo nome | zweiter vorname | deuxieme prenom | segundo nombre
prefix = prefix | name prefix | title prefix | anrede | titel | titolo | civilite | tratamiento | osloveni
suffix = suffix | name suffix | suffisso | namenszusatz | suffixe | sufijo
nickname = nickname | soprannome | spitzname | surnom | apodo | prezdivka
organization = company | company name | organization | organisation | organization name | account name | ragione
    sociale | azienda | societa | ditta | firma | firmenname | unternehmen | entreprise | societe | raison
    sociale | empresa | razon social | compania | firma nazev | spolecnost | nazev firmy | nazev
department = department | organization department | reparto | ufficio | abteilung | service | departement |
    departamento | oddeleni
title = title | job title | organization title | position | role | qualifica | ruolo | mansione | posizione |
    funktion | stelle | stellenbezeichnung | fonction | poste | titre | cargo | puesto | funkce | pozice
emails = e mail | email | mail | e mail address | email address | mail address | posta elettronica | indirizzo
    email | indirizzo e mail | e mail adresse | email adresse | mailadresse | courriel | adresse e mail |
    adresse mail | adresse email | correo | correo electronico | direccion de correo electronico | e mailova
    adresa
emails:work = work email | work e mail | business email | e mail lavoro | email aziendale | e mail geschaftlich
    | e mail dienstlich | email professionnel | correo trabajo | pracovni e mail | pec | e mail pec
emails:home = home email | private email | personal email | email privata | e mail privata | email personale | e
    mail privat | email personnel | correo personal | osobni e mail
phones = phone | telephone | phone number | tel | telephone number | primary phone | telefono | numero di
    telefono | telefon | telefonnummer | rufnummer | numero de telephone | numero de telefono | telefonni cislo
phones:work = work phone | business phone | office phone | company main phone | telefono ufficio | telefono
    lavoro | tel ufficio | telefon geschaftlich | telefon dienstlich | telephone professionnel | tel bureau |
    telefono trabajo | telefon prace | telefon do prace
phones:home = home phone | private phone | telefono casa | telefono abitazione | telefon privat | telephone
    domicile | telefono particular | telefon domu
phones:cell = mobile | mobile phone | cell | cell phone | mobile number | cellulare | telefono cellulare | tel
    cellulare | handy | mobil | mobiltelefon | mobilnummer | portable | telephone portable | tel portable |
    movil | telefono movil | celular | mobilni telefon
phones:fax = fax | fax number | business fax | fax ufficio | faxnummer | telecopie | telefax
urls = url | website | web site | web | web page | homepage | sito | sito web | sito internet | webseite |
    internet | site web | site internet | pagina web | sitio web | webova stranka | www
addresses.street = street | address | street address | address line | indirizzo | via | strasse | adresse |
    anschrift | strasse und hausnummer | rue | direccion | calle | domicilio | ulice | adresa
addresses.extended = address line b | extended address | adresszusatz | complement d adresse
addresses.city = city | town | citta | comune | localita | ort | stadt | wohnort | ville | ciudad | poblacion |
    localidad | mesto | obec
addresses.region = state | region | province | county | provincia | prov | bundesland | kanton | departement
    region | kraj | regione
addresses.postcode = zip | zip code | postal code | postcode | zip postal code | cap | codice postale | plz |
    postleitzahl | code postal | cp | codigo postal | psc
addresses.country = country | country region | nation | nazione | paese | stato | land | pays | pais | zeme |
    stat
addresses.po_box = po box | p o box | casella postale | postfach | boite postale | apartado
addresses.street:work = business street | business address | work street | address work
addresses.city:work = business city | work city
addresses.region:work = business state | work state
addresses.postcode:work = business postal code | work postal code | business zip
addresses.country:work = business country region | business country | work country
addresses.street:home = home street | home address
addresses.city:home = home city
addresses.region:home = home state
addresses.postcode:home = home postal code
addresses.country:home = home country region | home country
birthday = birthday | birth date | date of birth | birthdate | compleanno | data di nascita | geburtstag |
    geburtsdatum | anniversaire | date de naissance | cumpleanos | fecha de nacimiento | narozeniny | datum
    narozeni
note = note | notes | comment | comments | remark | remarks | annotazioni | commenti | osservazioni | notiz |
    notizen | bemerkung | bemerkungen | kommentar | remarque | remarques | commentaire | commentaires | nota |
    notas | comentarios | observaciones | poznamka | poznamky
categories = category | categories | tags | labels | categoria | categorie | kategorie | kategorien | etichette
    | etiquettes | etiquetas | stitky | groups | gruppen | gruppi
vat_number = vat | vat number | vat no | vat id | p iva | piva | partita iva | p iva cf | ust id | ust idnr |
    ustid | umsatzsteuer id | mwst nummer | uid nummer | numero de tva | n tva | tva | tva intracommunautaire |
    nif iva | numero de iva | nif | cif | dic
tax_code = c f | tax code | tax id | tax number | codice fiscale | cf | cod fisc | steuernummer | numero fiscal |
    numero fiscale | siret | siren | ico
stage = stage | fase | phase | stadium | etapa | stav prodeje
status = status | stato cliente | etat | statut | estado | stav
privacy = privacy | consent | consenso privacy | consenso | einwilligung | datenschutz | consentement |
    consentimiento | souhlas
not_interested = not interested | non interessato | kein interesse | pas interesse | no interesado | nema zajem
owner = owner | sales rep | account manager | agente | venditore | commerciale | vertreter | betreuer | vertrieb
    | commercial | responsable | vendedor | comercial | obchodnik
orders = orders | number of orders | ordini | numero ordini | bestellungen | auftrage | commandes | pedidos |
    objednavky
"""

_TARGETS = {
    name.strip(): target
    for target, names in (entry.split(" = ") for entry in re.sub(r"\n {4}", " ", _NAMES).strip().splitlines())
    for name in names.split("|")
}
_TARGETS |= {
    name.replace("_", " "): name for name, kind in SHAPES.items() if kind not in (Shape.ADDRESSES, Shape.PARTICIPANTS)
}
KEYS = tuple(name for name, target in _TARGETS.items() if target == KEY)
"""Names of columns that hold the key, the surest first."""
_NOISE = re.compile(r"\b(?:value|contact|address book|customer|cliente|kunde|kunden|client)\b")


def normal(header: str) -> str:
    """A column name without accents, case and punctuation: `E-Mail (privat)` is `e mail privat`."""
    text = unicodedata.normalize("NFKD", header.replace("ß", "ss").replace("ẞ", "ss")).casefold()
    return re.sub(r"[^a-z0-9]+", " ", "".join(char for char in text if not unicodedata.combining(char))).strip()


def guess(header: str) -> tuple[str, str]:
    """The target that a column probably means, and its number (`Phone 2` has `2`); `("", "")` when nobody knows.

    A target is a field, `field:label` for mails, phones and URLs, or `addresses.part` and `addresses.part:label`.
    """
    if header.startswith("custom.") and header != "custom.":
        return header, ""
    text = normal(header)
    number = "".join(re.findall(r"\d+", text)[:1])
    without = " ".join(re.sub(r"\d+", " ", text).split())
    for candidate in (text, without, " ".join(_NOISE.sub(" ", without).split())):
        if candidate in _TARGETS:
            return _TARGETS[candidate], number if candidate != text else ""
    return "", ""
