"""German: what is found about a person's data and about merging, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

PRIVACY: Final[Mapping[str, str]] = {
    "erase the person behind {contact}": "die Person hinter {contact} löschen",
    "{role} may erase a person": "die Rolle »{role}« darf eine Person löschen",
    "{role} may not erase a person": "die Rolle »{role}« darf keine Person löschen",
    "name and addresses of {contact} go for good, and what was said about contacting the person": (
        "Name und Adressen von {contact} gehen endgültig, und was darüber gesagt wurde, ob man die Person "
        "kontaktieren darf"
    ),
    "every reason and note about {contact} goes for good, those of {count} appointments among them": (
        "alle Gründe und Notizen zu {contact} gehen endgültig, auch die zu Terminen (Anzahl: {count})"
    ),
    "nothing is sent any more that waits for {contact}, or tells of it": (
        "was für {contact} bereitliegt oder davon berichtet, wird nicht mehr gesendet"
    ),
    "erase the person in your own stores: files, uploads, forms, logs, and texts that name the person": (
        "die Person in den eigenen Beständen löschen: Dateien, Uploads, Formulare, Protokolle und Texte, die sie nennen"
    ),
    "erase the person in the tools that you passed the data on to: mail, calendar, payment, statistics": (
        "die Person in den Werkzeugen löschen, an die Daten gingen: E-Mail, Kalender, Zahlung, Statistik"
    ),
    "let backups run out, and erase the person again after one was played back": (
        "Sicherungen auslaufen lassen, und die Person nochmals löschen, wenn eine zurückgespielt wurde"
    ),
    "delete user name and password, and end open portal sessions": (
        "Benutzername und Passwort löschen und offene Sitzungen im Portal beenden"
    ),
    "the person stands in another funnel too: erase it there as well, for its place and its notes": (
        "die Person steht auch in einem anderen Funnel: dort ebenfalls löschen, wegen ihres Platzes und der Notizen"
    ),
    "appointments to come stay as they are; cancel those that will not take place": (
        "kommende Termine bleiben, wie sie sind; was nicht stattfinden wird, absagen"
    ),
    "take {contact} out of the archive": "{contact} aus dem Archiv holen",
    "there is a person behind it": "es steht eine Person dahinter",
    "the person behind {erased} was erased": "die Person hinter {erased} wurde gelöscht",
    "leave the erased place as it is, and add the person anew": (
        "den gelöschten Platz lassen, wie er ist, und die Person neu anlegen"
    ),
}

MERGING: Final[Mapping[str, str]] = {
    "merge {other} into {contact}": "{other} mit {contact} zusammenführen",
    "{role} may merge contacts": "die Rolle »{role}« darf Kontakte zusammenführen",
    "{role} may not merge contacts": "die Rolle »{role}« darf keine Kontakte zusammenführen",
    "{other} is {contact} from now on, and has no place of its own any more": (
        "{other} ist ab jetzt {contact} und hat keinen eigenen Platz mehr"
    ),
    "appointment {appointment} of {other} is one of {contact}": (
        "der Termin {appointment} von {other} ist einer von {contact}"
    ),
    "appointment {appointment} has {contact} and {other}: it counts once": (
        "am Termin {appointment} nehmen {contact} und {other} teil: er zählt einmal"
    ),
    "package {package} of {other} is one of {contact}, with its ledger": (
        "das Paket {package} von {other} ist eines von {contact}, mit seinem Konto"
    ),
    "a do-not-contact of {other} holds for {contact}": "eine Kontaktsperre von {other} gilt für {contact}",
    "nothing is sent any more that waits for {other}, or tells of it": (
        "was für {other} bereitliegt oder davon berichtet, wird nicht mehr gesendet"
    ),
    "let files, notes, invoices and payments of the contact that goes be those of the one that stays": (
        "Dateien, Notizen, Rechnungen und Zahlungen des Kontakts, der geht, dem zuordnen, der bleibt"
    ),
    "let one user name and password lead to the contact that stays, and end the sessions of the other one": (
        "einen Benutzernamen mit Passwort zu dem führen lassen, der bleibt, und die Sitzungen des anderen beenden"
    ),
    "the person stands in another funnel too: let both contacts stand there, and merge them there as well": (
        "die Person steht auch in einem anderen Funnel: beide Kontakte dort aufnehmen und ebenfalls zusammenführen"
    ),
    "{other} was {status}; {contact} keeps its own status": (
        "{other} war {status}; {contact} behält den eigenen Status"
    ),
    "an address of {other} differs and is not kept": "eine Adresse von {other} ist anders und wird nicht behalten",
}

PEOPLE: Final[Mapping[str, str]] = {**PRIVACY, **MERGING}
