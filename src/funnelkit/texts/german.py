"""German: the sentences of tables and needs, the advice, and what the words are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from funnelkit.texts import Texts, german_clients, german_hours
from funnelkit.texts.german_rules import RULES

MARKS: Final[Mapping[str, str]] = {
    "ok": "ja",
    "NO": "NEIN",
    "--": "--",
    "needs": "fehlt",
    "allowed": "erlaubt",
    "refused": "abgelehnt",
    "note": "Hinweis",
}

TABLES: Final[Mapping[str, str]] = {
    "nothing": "nichts",
    "new": "neu",
    "a contact": "ein Kontakt",
    "the contact": "der Kontakt",
    "any channel": "alle Wege",
    "nobody": "niemand",
    "{funnel} gives {status} the right {right}": "{funnel} gibt dem Status »{status}« das Recht »{right}«",
    "{funnel} does not give {status} the right {right}": (
        "{funnel} gibt dem Status »{status}« das Recht »{right}« nicht"
    ),
    "{funnel} gives {status} the right {right} for single items, by permission": (
        "{funnel} gibt dem Status »{status}« das Recht »{right}« für einzelne Inhalte, nach Freigabe"
    ),
    "{funnel} gives {status} the right {right} for what was bought": (
        "{funnel} gibt dem Status »{status}« das Recht »{right}« für das, was gekauft wurde"
    ),
    "the source of {funnel} says nothing about {right} for {status}, so it is refused": (
        "die Quelle von {funnel} sagt für den Status »{status}« nichts über »{right}«, also wird es abgelehnt"
    ),
    "{funnel} lets {status} book {kind}": "{funnel} lässt den Status »{status}« die Terminart »{kind}« buchen",
    "{funnel} does not let {status} book {kind}": (
        "{funnel} lässt den Status »{status}« die Terminart »{kind}« nicht buchen"
    ),
    "{funnel} lets {status} book {kind} where it was opened by permission": (
        "{funnel} lässt den Status »{status}« die Terminart »{kind}« buchen, wo sie freigegeben wurde"
    ),
    "{funnel} lets {status} book {kind} where it was bought": (
        "{funnel} lässt den Status »{status}« die Terminart »{kind}« buchen, wo sie gekauft wurde"
    ),
    "the source of {funnel} does not say whether {status} may book {kind}, so it is refused": (
        "die Quelle von {funnel} sagt nicht, ob der Status »{status}« die Terminart »{kind}« buchen darf, "
        "also wird es abgelehnt"
    ),
    "{funnel} counts the hours of {status}": "{funnel} zählt die Stunden des Status »{status}«",
    "{funnel} does not count the hours of {status}": "{funnel} zählt die Stunden des Status »{status}« nicht",
    "{funnel} counts the hours of {status} by permission only": (
        "{funnel} zählt die Stunden des Status »{status}« nur nach Freigabe"
    ),
    "{funnel} counts the hours of {status} for what was bought only": (
        "{funnel} zählt die Stunden des Status »{status}« nur für das, was gekauft wurde"
    ),
    "the source of {funnel} does not say whether the hours of {status} count, so they do not": (
        "die Quelle von {funnel} sagt nicht, ob die Stunden des Status »{status}« zählen, also zählen sie nicht"
    ),
    "in {funnel} a contact that is {standing} and {ties} is deleted for good": (
        "in {funnel} wird ein Kontakt ({standing}, {ties}) endgültig gelöscht"
    ),
    "in {funnel} a contact that is {standing} and {ties} is archived instead of deleted": (
        "in {funnel} wird ein Kontakt ({standing}, {ties}) archiviert, statt gelöscht zu werden"
    ),
    "in {funnel} a contact that is {standing} and {ties} is not deleted": (
        "in {funnel} wird ein Kontakt ({standing}, {ties}) nicht gelöscht"
    ),
    "the source of {funnel} does not say what deleting a contact that is {standing} and {ties} does": (
        "die Quelle von {funnel} sagt nicht, was beim Löschen eines Kontakts ({standing}, {ties}) geschieht"
    ),
    "{funnel} has the move from {now} to {to}": "in {funnel} führt ein Schritt von »{now}« zu »{to}«",
    "{funnel} has no move from {now} to {to}": "in {funnel} führt kein Schritt von »{now}« zu »{to}«",
    "{otherwise}": "{otherwise}",
    "the e-mail is missing": "die E-Mail-Adresse fehlt",
    "there is no reason given": "es ist kein Grund genannt",
    "the product is not named": "das Produkt ist nicht genannt",
    "no enrollment is recorded": "es ist keine Anmeldung erfasst",
    "it is not the next follow-up in order": "das ist nicht das nächste Nachfassen in der Reihe",
    "there are follow-ups left to do": "es sind noch Nachfassversuche übrig",
    "there is no agreement": "es gibt keine Vereinbarung",
    "it is not so that {sentence}": "das trifft nicht zu: {sentence}",
    "nobody told whether {sentence}": "niemand hat gesagt, ob das zutrifft: {sentence}",
    "may {status} have the right {right}": "darf der Status »{status}« das Recht »{right}« haben",
    "may {now} become {to}": "darf aus »{now}« »{to}« werden",
}

NEEDS: Final[Mapping[str, str]] = {
    "the e-mail is known": "die E-Mail-Adresse ist bekannt",
    "add the e-mail": "die E-Mail-Adresse eintragen",
    "a reason is given": "ein Grund ist genannt",
    "give a reason": "einen Grund nennen",
    "the product is named": "das Produkt ist genannt",
    "name the product": "das Produkt nennen",
    "the enrollment is recorded": "die Anmeldung ist erfasst",
    "name it": "sie nennen",
    "it is the next follow-up in order": "es ist das nächste Nachfassen in der Reihe",
    "go on with the next one": "mit dem nächsten weitermachen",
    "a lead may be called cold by hand now": "ein Lead darf jetzt von Hand als kalt gelten",
    "do the follow-ups first": "zuerst nachfassen",
    "an agreement exists": "es gibt eine Vereinbarung",
    "have one accepted": "eine annehmen lassen",
}

ADVICE: Final[Mapping[str, str]] = {
    "the contact cannot log in to what was bought; the coach has to act": (
        "der Kontakt kann sich für das Gekaufte nicht anmelden; der Coach muss handeln"
    ),
    "deleting takes the hours, notes and invoices along; Inactive Client keeps them": (
        "Löschen nimmt Stunden, Notizen und Rechnungen mit; der Status »Inaktiver Klient« behält sie"
    ),
    "write notes: they show on the day it is due": "Notizen schreiben: Sie erscheinen am Tag der Fälligkeit",
    "the standard is six follow-ups before a cold lead": (
        "üblich ist, sechsmal nachzufassen, bevor ein Lead als kalt gilt"
    ),
    "market to prospective clients as a group, and tag them for campaigns and exports": (
        "mögliche Kunden als Gruppe bewerben und für Kampagnen und Exporte mit Schlagwörtern versehen"
    ),
    "if single follow-up is needed, convert to a lead": "wer einzeln betreut werden muss, wird besser ein Lead",
    "keep leads for those who need a follow-up action, and use a pipeline": (
        "als Lead nur führen, wer einen nächsten Schritt braucht, und eine Pipeline verwenden"
    ),
    "not interested now but perhaps later: a prospective client": (
        "jetzt kein Interesse, aber vielleicht später: ein möglicher Kunde"
    ),
    "a hidden contact becomes a client and stays hidden; show it if it is to appear in the lists": (
        "ein verborgener Kontakt wird Kunde und bleibt verborgen; soll er in den Listen stehen, ist er einzublenden"
    ),
}

STATUSES: Final[Mapping[str, Mapping[str, str]]] = {
    "coaching": {
        "prospect": "Interessent",
        "hot_lead": "Heißer Lead",
        "buyer": "Käufer",
        "active_client": "Aktiver Klient",
        "inactive_client": "Inaktiver Klient",
    },
    "agency": {"lead": "Lead", "prospect": "Interessent", "client": "Kunde"},
    "franchise": {
        "new_lead": "Neuer Lead – noch nichts geschehen",
        "consultation_booked": "Beratung gebucht",
        "consultation_rescheduled": "Beratung verlegt und gebucht",
        "consultation_cancelled": "Beratung abgesagt",
        "follow_up_1": "Nachfassen 1",
        "follow_up_2": "Nachfassen 2",
        "follow_up_3": "Nachfassen 3",
        "follow_up_4": "Nachfassen 4",
        "follow_up_5": "Nachfassen 5",
        "follow_up_6": "Nachfassen 6",
        "follow_up_moved": "Nachfassen verlegt",
        "cancelled_and_dnc": "Beratung abgesagt, keine Anrufe",
        "unservicable": "Nicht zu bedienen",
        "out_of_area": "Außerhalb des Gebiets",
        "dnc": "Keine Anrufe",
        "cold": "Kalter Lead",
        "not_sold": "Nicht verkauft – verloren",
        "sold": "Verkauft",
    },
    "studio": {"lead": "Lead", "prospective_client": "Möglicher Kunde", "client": "Kunde"},
    "team": {"lead": "Lead", "prospect": "Interessent", "contact": "Kontakt", "client": "Klient"},
    "appointmentstatus": {"booked": "gebucht", "held": "gehalten", "missed": "versäumt", "cancelled": "abgesagt"},
    **german_clients.STATES,
}

THINKING: Final = {**STATUSES["franchise"], "thinking_it_over": "Nicht verkauft – überlegt noch"}

HAPPENINGS: Final[Mapping[str, str]] = {
    "registered": "Registrierung",
    "booked_in_public": "öffentliche Buchung",
    "product_purchased": "Produkt gekauft",
    "agreement_accepted": "Vereinbarung angenommen",
    "entered": "von Hand eingetragen",
    "coach_decides": "Entscheidung des Coachs",
    "created": "angelegt",
    "converted": "umgewandelt",
    "web_form_sent": "Web-Formular gesendet",
    "lead_added": "Lead hinzugefügt",
    "consultation_booked": "Beratung gebucht",
    "consultation_moved": "Beratung verlegt",
    "consultation_cancelled": "Beratung abgesagt",
    "enrollment_completed": "Anmeldung abgeschlossen",
    "calls_exhausted": "alle Anrufe gemacht",
    "do_not_contact_lifted": "Kontaktsperre aufgehoben",
    "user_decides": "Entscheidung der Nutzer",
    "care_center_decides": "Entscheidung der Zentrale",
    "booked_from_calendar": "aus dem Kalender gebucht",
    "staff_decides": "Entscheidung des Teams",
    "booked": "gebucht",
    "rescheduled": "verlegt",
    "cancelled": "abgesagt",
    "held": "gehalten",
    "missed": "versäumt",
    **german_clients.HAPPENINGS,
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "role": {
        "system": "System",
        "owner": "Inhaber",
        "admin": "Verwaltung",
        "coach": "Coach",
        "special_desk": "Zentrale",
        "client": "Klient",
        "viewer": "Leser",
    },
    "right": {
        "log_in": "Anmelden",
        "credentials": "Zugangsdaten",
        "change_password": "Passwort ändern",
        "pages": "Seiten",
        "forms": "Formulare",
        "documents": "Dokumente",
        "products": "Produkte",
        "calendar": "Kalender",
        "general_invoice": "Allgemeine Rechnung",
        "coaching_invoice": "Rechnung für Coaching",
        "material": "Werbematerial",
        "messages": "Nachrichten",
        "estimates": "Kostenvoranschläge",
        "proposals": "Angebote",
        "invoices": "Rechnungen",
        "projects": "Projekte",
        "contracts": "Verträge",
        "work_requests": "Arbeitsanfragen",
        "dashboard": "Übersicht",
        "package": "Paket",
        "session_requests": "Terminanfragen",
        "tasks": "Aufgaben",
        "notes": "Notizen",
    },
    "grant": {
        "yes": "ja",
        "no": "nein",
        "permitted": "nach Freigabe",
        "owned": "was gekauft wurde",
        "unstated": "nicht gesagt",
    },
    "reach": {"portal": "im Portal", "dashboard": "in der Übersicht", "public": "öffentlich"},
    "kind": {"sample": "Probesitzung", "session": "Sitzung", "consultation": "Beratung"},
    "where": {"staff": "durch das Team", "portal": "im Portal", "public": "öffentlich"},
    "standing": {"active": "aktiv", "hidden": "verborgen", "archived": "archiviert"},
    "portal": {"not_invited": "nicht eingeladen", "invited": "eingeladen", "active": "aktiv"},
    "category": {
        "pending": "noch nicht eingeordnet",
        "lead": "Lead",
        "non_client_lead": "kein möglicher Kunde",
        "client": "Kunde",
    },
    "channel": {"email": "E-Mail", "phone": "Telefon", "text": "SMS", "post": "Post"},
    "ties": {"free": "ohne Bindungen", "tied": "mit Bindungen"},
    "removal": {
        "deleted": "gelöscht",
        "archived": "archiviert",
        "refused": "abgelehnt",
        "unstated": "nicht gesagt",
    },
    "axis": {
        "portal": "Portal",
        "category": "Kategorie",
        "owned": "Gekauftes",
        "agreements": "Vereinbarungen",
        "enrollments": "Anmeldungen",
        "do_not_contact": "Kontaktsperre",
    },
    "recipient": {"coach": "Coach", "contact": "Kontakt"},
    "act": {
        "added": "hinzugefügt",
        "booked": "gebucht",
        "rescheduled": "verlegt",
        "cancelled": "abgesagt",
        "deleted": "gelöscht",
        "exhausted": "ausgeschöpft",
        "lifted": "aufgehoben",
        "paid": "bezahlt",
    },
    "origin": {"person": "die Person selbst", "staff": "das Team", "system": "das System"},
    "purpose": {"transactional": "Angefordertes", "alert": "Mitteilung", "marketing": "Werbung"},
    "direction": {"out": "ausgehend", "in": "eingehend"},
    "ending": {"done": "erledigt", "superseded": "ersetzt", "dropped": "fallen gelassen"},
    "because": {
        "next_attempt": "nächstes Nachfassen",
        "touched": "Kontakt aufgenommen",
        "replied": "Antwort erhalten",
        "booked": "Termin gebucht",
        "exhausted": "alle Versuche gemacht",
        "converted": "Status geändert",
        "moved": "verlegt",
        "do_not_contact": "Kontaktsperre",
        "removed": "archiviert oder gelöscht",
        "called_off": "von Hand abgesagt",
    },
    "progress": {
        "due": "fällig",
        "moving": "in Bewegung",
        "stalled": "ins Stocken geraten",
        "without_next_step": "ohne nächsten Schritt",
    },
    "stagemove": {
        "assigned": "von selbst begonnen",
        "entered": "von Hand begonnen",
        "completed": "erledigt",
        "skipped": "übersprungen",
        "switched": "gewechselt",
        "taken_off": "herausgenommen",
        "closed": "beendet",
    },
    "from": {"booking": "bei der Buchung", "session": "zur Sitzung", "today": "heute"},
    **german_clients.WORDS,
    **german_hours.WORDS,
}

LISTS: Final = {**STATUSES, "thinking": THINKING, "happening": HAPPENINGS, **WORDS}

GERMAN: Final = Texts(
    language="de",
    sentences={**TABLES, **NEEDS, **ADVICE, **RULES},
    labels={f"{name}.{key}": label for name, words in LISTS.items() for key, label in words.items()},
    marks=MARKS,
)
