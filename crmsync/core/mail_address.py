"""What a mail address says about who reads it: a desk or a person, and of which company."""

from __future__ import annotations

# Mailboxes that belong to a desk and not to a person.
_ROLES = frozenset(
    """
    accounting accounts acquisti admin administration administracion administrativo amministrazione accueil billing
    booking buchhaltung clienti comercial commercial commerciale compras comptabilite contabilidad contabilita contact
    contacto contatti direction direzione einkauf facturacion fakturace fatture fatturazione hello help hr info
    informacion information invoice invoices jobs kancelar kontakt logistica magazzino mail marketing newsletter
    no-reply nakup noreply objednavky obchod office ordini orders pec post postmaster prodej preventivi purchasing
    reception recepce rechnung redaktion sales secretariat segreteria sekretariat service servicio servizioclienti shop
    support team technik ucetni ufficio ventas verkauf vendite vertrieb webmaster welcome zakaznici zentrale
    """.split()  # noqa: SIM905  words read best as words
)
# Where everybody may have a mailbox.
_FREE = frozenset(
    """
    alice.it aol.com aol.de arcor.de aruba.it atlas.cz bigpond.com bluewin.ch btinternet.com centrum.cz comcast.net
    email.cz email.it fastmail.com fastwebnet.it free.fr freenet.de gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.net
    googlemail.com hotmail.co.uk hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it icloud.com inbox.com iol.it
    kabelmail.de laposte.net libero.it live.co.uk live.com live.de live.fr live.it mac.com mail.com mail.de mail.ru
    me.com msn.com neuf.fr ono.com orange.fr outlook.com outlook.cz outlook.de outlook.es outlook.fr outlook.it
    pec.it poste.it posteo.de post.cz proton.me protonmail.com quick.cz rocketmail.com seznam.cz sfr.fr sky.com
    t-online.de talktalk.net telefonica.net terra.es tim.it tin.it tiscali.co.uk tiscali.cz tiscali.it virgilio.it
    virgin.net vodafone.it volny.cz wanadoo.es wanadoo.fr web.de wp.pl yahoo.co.uk yahoo.com yahoo.de yahoo.es
    yahoo.fr yahoo.it yandex.ru ymail.com zoho.com
    """.split()  # noqa: SIM905
)


def is_shared(address: str) -> bool:
    """Whether the mailbox of an address (as `email_key` gives it) is a desk's: info@, sales@."""
    return address.partition("@")[0] in _ROLES


def company_domain(address: str) -> str:
    """The domain of a company; "" where anybody may have an address (gmail.com), or there is none."""
    domain = address.partition("@")[2]
    return "" if domain in _FREE else domain
