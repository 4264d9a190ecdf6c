"""German: what the rules find and ask, what would help, and what commands note beside their plans."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from funnelkit.texts.german_clients import CLIENTS
from funnelkit.texts.german_hours import HOURS
from funnelkit.texts.german_leads import LEADS
from funnelkit.texts.german_people import PEOPLE

WORDS: Final[Mapping[str, str]] = {
    "data": "die Daten",
    "identity": "die Kennung",
    "credentials": "die Zugangsdaten",
    "permissions": "die Freigaben",
    "company": "die Firma",
    "coaches": "die Coachs",
    "primary contact": "den Hauptkontakt",
}
"""What a change is about, as cases name it."""

ANY: Final[Mapping[str, str]] = {
    "there is nothing to judge by": "es gibt nichts, wonach zu urteilen wäre",
    "there is no such row": "eine solche Zeile gibt es nicht",
    "ask the staff": "das Team fragen",
    "{role} may do this": "die Rolle »{role}« darf das",
    "{role} may not do this": "die Rolle »{role}« darf das nicht",
}

ACCESS: Final[Mapping[str, str]] = {
    "{status} may log in to the portal of {funnel}": "der Status »{status}« darf sich im Portal von {funnel} anmelden",
    "{funnel} does not let {status} log in": "{funnel} lässt den Status »{status}« sich nicht anmelden",
    "convert the contact to a status that may": "den Kontakt in einen Status umwandeln, der es darf",
    "credentials exist": "es gibt Zugangsdaten",
    "there are no credentials yet: the portal is {portal}": (
        "es gibt noch keine Zugangsdaten: das Portal ist »{portal}«"
    ),
    "assign credentials, or invite": "Zugangsdaten vergeben oder einladen",
    "the contact is not archived": "der Kontakt ist nicht archiviert",
    "the contact is archived, and that stops the portal": "der Kontakt ist archiviert, und das sperrt das Portal",
    "restore the contact": "den Kontakt wiederherstellen",
    "{item} is permitted to this contact": "{item} ist für diesen Kontakt freigegeben",
    "{item} is not permitted to this contact": "{item} ist für diesen Kontakt nicht freigegeben",
    "permit the item, in person or by group": "den Inhalt freigeben, einzeln oder über eine Gruppe",
    "{item} is the contact's own": "{item} gehört dem Kontakt",
    "{item} was not bought by this contact": "{item} wurde von diesem Kontakt nicht gekauft",
    "record the purchase": "den Kauf erfassen",
    "the item is named": "der Inhalt ist genannt",
    "this right goes item by item": "dieses Recht gilt Inhalt für Inhalt",
    "name the item": "den Inhalt nennen",
    "the company has a primary contact": "die Firma hat einen Hauptkontakt",
    "the company has no primary contact, whose rights would be its own": (
        "die Firma hat keinen Hauptkontakt, dessen Rechte die ihren wären"
    ),
    "set one": "einen festlegen",
    "may the company have the right {right}": "darf die Firma das Recht »{right}« haben",
}

BOOKING: Final[Mapping[str, str]] = {
    "the coach is free then": "der Coach ist dann frei",
    "the coach has {overlaps} in that time": "der Coach hat in dieser Zeit {overlaps}",
    "take another time": "eine andere Zeit wählen",
    "{role} may enter appointments": "die Rolle »{role}« darf Termine eintragen",
    "{role} may not enter appointments for others": "die Rolle »{role}« darf keine Termine für andere eintragen",
    "book in the portal or in public": "im Portal oder öffentlich buchen",
    "the contact books for itself": "der Kontakt bucht für sich selbst",
    "only the contact itself books here": "hier bucht nur der Kontakt selbst",
    "let the staff enter it": "das Team eintragen lassen",
    "the contact may log in": "der Kontakt darf sich anmelden",
    "the contact may not log in, so it does not book in the portal": (
        "der Kontakt darf sich nicht anmelden, also bucht er nicht im Portal"
    ),
    "see access: the log-in": "siehe Zugang: das Anmelden",
    "it is still to come": "er steht noch bevor",
    "its start has passed": "sein Beginn ist vorbei",
    "take a time that is still to come, or let the staff enter it": (
        "eine Zeit wählen, die noch bevorsteht, oder das Team eintragen lassen"
    ),
    "what the session is and whether it is paid, the staff say": (
        "was die Sitzung ist und ob sie bezahlt ist, sagt das Team"
    ),
    "{role} does not say whether it is paid, or what the session is": (
        "die Rolle »{role}« sagt nicht, ob sie bezahlt ist oder was die Sitzung ist"
    ),
    "leave it out": "weglassen",
    "{kind} was opened to this contact": "die Terminart »{kind}« ist für diesen Kontakt freigegeben",
    "{kind} was not opened to this contact": "die Terminart »{kind}« ist für diesen Kontakt nicht freigegeben",
    "permit the kind, in person or by group": "die Terminart freigeben, einzeln oder über eine Gruppe",
    "anybody may book {kind} in public": "die Terminart »{kind}« darf jeder öffentlich buchen",
    "{kind} is not booked in public": "die Terminart »{kind}« wird nicht öffentlich gebucht",
    "book in the portal, or let the staff enter it": "im Portal buchen oder das Team eintragen lassen",
    "the application takes this booking": "die Anwendung nimmt diese Buchung an",
    "let it decide": "sie entscheiden lassen",
    "the application does not take this booking": "die Anwendung nimmt diese Buchung nicht an",
    "it is {state}, and that can be done": "der Stand ist »{state}«: das ist möglich",
    "it is {state}, and that cannot be done any more": "der Stand ist »{state}«: das ist nicht mehr möglich",
    "book another one": "einen anderen buchen",
    "it has begun": "er hat begonnen",
    "it can still be changed": "er lässt sich noch ändern",
    "it has begun, and {role} does not change it any more": "er hat begonnen; die Rolle {role} ändert ihn nicht mehr",
    "it has not begun yet": "er hat noch nicht begonnen",
    "wait for its start, or cancel it": "den Beginn abwarten oder ihn absagen",
    "book {kind} for {contact}": "{kind} für {contact} buchen",
    "mark {appointment} as {on}": "{appointment} als »{on}« vermerken",
}

CERTIFICATION: Final[Mapping[str, str]] = {
    "it was not cancelled": "der Termin wurde nicht abgesagt",
    "it was cancelled": "der Termin wurde abgesagt",
    "somebody came": "es ist jemand gekommen",
    "nobody came": "niemand ist gekommen",
    "its end has passed": "der Termin ist zu Ende",
    "its end has not passed yet": "der Termin ist noch nicht zu Ende",
    "the status is known, as of {taken}": "der Status ist bekannt, Stand: {taken}",
    "nobody knows the status of the contact": "niemand kennt den Status des Kontakts",
    "all hours of the contact count by policy, whatever the status was": (
        "nach den Regeln dieses Kontos zählen alle Stunden des Kontakts, was auch immer der Status war"
    ),
    "not all hours of the contact count by policy": (
        "nach den Regeln dieses Kontos zählen nicht alle Stunden des Kontakts"
    ),
    "count this appointment": "diesen Termin zählen",
}

CONVERSION: Final[Mapping[str, str]] = {
    "{to} is another status than {now}": "»{to}« ist ein anderer Status als »{now}«",
    "the contact is {to} already": "der Kontakt ist schon »{to}«",
    "nothing has to be done": "nichts ist zu tun",
    "{to} does not lie behind {now}": "»{to}« liegt nicht hinter »{now}«",
    "{funnel} moves forward only: {order}": "in {funnel} geht es nur vorwärts: {order}",
    "a mistake is undone by Correct, where the account allows that": (
        "ein Irrtum wird durch Correct berichtigt, wo das Konto es erlaubt"
    ),
    "{to} is set by hand": "»{to}« wird von Hand gesetzt",
    "{to} follows from {trigger} and is not set by hand": (
        "»{to}« folgt aus »{trigger}« und wird nicht von Hand gesetzt"
    ),
    "record what happened": "erfassen, was geschehen ist",
    "{role} may not do this; it is for {by_whom}": "die Rolle »{role}« darf das nicht; es steht zu: {by_whom}",
    "there is no such move to be made": "einen solchen Schritt gibt es nicht",
    "{role} may say that this happened": "die Rolle »{role}« darf sagen, dass das geschehen ist",
    "{role} may not say that this happened": "die Rolle »{role}« darf nicht sagen, dass das geschehen ist",
    "let the system or the staff record it": "vom System oder vom Team erfassen lassen",
    "{on} is something that happens": "»{on}« ist etwas, das geschieht",
    "{on} is a decision, not something that happens": "»{on}« ist eine Entscheidung und nichts, das geschieht",
    "use Convert, or AddContact with a status": "Convert verwenden, oder AddContact mit einem Status",
    "a contact comes in by {on}": "durch »{on}« kommt ein Kontakt herein",
    "no contact comes in by {on}": "durch »{on}« kommt kein Kontakt herein",
    "add the contact by another way in": "den Kontakt auf einem anderen Weg hinzufügen",
    "the new contact is in sight": "der neue Kontakt ist sichtbar",
    "a contact is not archived when it is made": "ein Kontakt ist nicht schon archiviert, wenn er angelegt wird",
    "add it, then archive it, or adopt it": "erst anlegen, dann archivieren, oder übernehmen",
    "{funnel} offers corrections": "{funnel} lässt Berichtigungen zu",
    "{funnel} offers no corrections": "{funnel} lässt keine Berichtigungen zu",
    "switch them on by policy, or delete and add again": (
        "sie in den Regeln des Kontos einschalten, oder löschen und neu anlegen"
    ),
    "{role} may correct a status": "die Rolle »{role}« darf einen Status berichtigen",
    "{role} may not correct a status": "die Rolle »{role}« darf keinen Status berichtigen",
    "the contact was there then": "den Kontakt gab es damals",
    "the contact was not there then, or nobody knows its status then": (
        "den Kontakt gab es damals nicht, oder niemand kennt seinen damaligen Status"
    ),
    "choose a later time": "eine spätere Zeit wählen",
    "convert {contact} from {now} to {to}": "{contact} von »{now}« in »{to}« umwandeln",
    "record {on} for {contact}": "»{on}« für {contact} erfassen",
    "add {contact} as {to}": "{contact} als »{to}« hinzufügen",
    "correct {contact} from {now} to {to}": "{contact} von »{now}« in »{to}« berichtigen",
}

EDITING: Final[Mapping[str, str]] = {
    "{role} may change what is kept": "die Rolle »{role}« darf ändern, was gespeichert ist",
    "{role} may not change what is kept": "die Rolle »{role}« darf nicht ändern, was gespeichert ist",
    "the id is free": "die Kennung ist frei",
    "the id is taken already in this account": "diese Kennung ist in diesem Konto schon vergeben",
    "leave the id out, or take another": "die Kennung weglassen oder eine andere nehmen",
    "the address is free": "die Adresse ist frei",
    "the address belongs to another contact of this account, archived ones included": (
        "die Adresse gehört einem anderen Kontakt dieses Kontos, archivierte eingeschlossen"
    ),
    "use another address, or that contact": "eine andere Adresse verwenden oder jenen Kontakt",
    "{status} may hold credentials": "der Status »{status}« darf Zugangsdaten haben",
    "{funnel} does not give {status} credentials": "{funnel} gibt dem Status »{status}« keine Zugangsdaten",
    "convert the contact to a status that may log in": "den Kontakt in einen Status umwandeln, der sich anmelden darf",
    "no second coach has the contact": "kein zweiter Coach hat den Kontakt",
    "{coaches} coaches have the contact, and its address is all of theirs": (
        "{coaches} Coaches haben den Kontakt, und seine Adresse gehört zu ihnen allen"
    ),
    "unassign the others first, or switch it on by policy": (
        "zuerst die anderen abziehen, oder es in den Regeln des Kontos einschalten"
    ),
    "the address stays": "die Adresse bleibt",
    "the id is that of a person who is known here: name and addresses are now as given": (
        "die Kennung gehört einer Person, die hier bekannt ist: Name und Adressen sind jetzt die angegebenen"
    ),
    "the company keeps its rights": "die Firma behält ihre Rechte",
    "the new primary contact has fewer rights than the former": (
        "der neue Hauptkontakt hat weniger Rechte als der bisherige"
    ),
    "convert the contact first, or switch it on by policy": (
        "zuerst den Kontakt umwandeln, oder es in den Regeln des Kontos einschalten"
    ),
    "change the {what} of {contact}": "{what} von {contact} ändern",
    "the address belongs to another contact too": "die Adresse gehört auch einem anderen Kontakt",
}

REMOVAL: Final[Mapping[str, str]] = {
    "{role} may delete": "die Rolle »{role}« darf löschen",
    "{role} may not delete": "die Rolle »{role}« darf nicht löschen",
    "delete {contact}": "{contact} löschen",
}

COMMANDS: Final[Mapping[str, str]] = {
    "a later change of the status stands, so the contact stays what it is": (
        "eine spätere Änderung des Status gilt, also bleibt der Kontakt, was er ist"
    ),
    "what came along with it stays: {fields}": "was damit kam, bleibt: {fields}",
    "{on} is recorded; it moves no contact that is {status}": (
        "»{on}« ist erfasst; einen Kontakt mit dem Status »{status}« bewegt es nicht"
    ),
    "make the user name, and have the person choose a password": (
        "den Benutzernamen anlegen und die Person ein Passwort wählen lassen"
    ),
    "appointment {appointment} says {to} instead of {was}": "der Termin {appointment} sagt »{to}« statt »{was}«",
    "end the contact's open portal sessions": "die offenen Portal-Sitzungen des Kontakts beenden",
    "delete the contact's files, notes, invoices and payments, which go with it": (
        "Dateien, Notizen, Rechnungen und Zahlungen des Kontakts löschen, die mit ihm gehen"
    ),
    "appointment {appointment} goes, and its hours with it": "der Termin {appointment} geht, und mit ihm seine Stunden",
    "{appointment} starts to count": "der Termin {appointment} zählt von jetzt an",
    "{appointment} stops to count": "der Termin {appointment} zählt nicht mehr",
    "{appointment} could not be booked by the contact any more": (
        "den Termin {appointment} könnte der Kontakt nicht mehr selbst buchen"
    ),
    "appointment {appointment} stays, without the contact": "der Termin {appointment} bleibt, ohne den Kontakt",
    "the run on {pipeline} ends at {stage}": "der Durchlauf in {pipeline} endet bei {stage}",
    "the contact comes to {stage} of {pipeline}": "der Kontakt kommt zu {stage} von {pipeline}",
    "follow-up {attempt}, due {due}, ends": "Nachfassen {attempt}, fällig {due}, endet",
    "follow-up {attempt} is due {due}": "Nachfassen {attempt} ist fällig: {due}",
    "the contact is given up {when} unless something happens before": (
        "der Kontakt wird zum Zeitpunkt {when} aufgegeben, wenn vorher nichts geschieht"
    ),
    "the contact is archived, or may not be contacted, so the follow-up gets no date": (
        "der Kontakt ist archiviert oder darf nicht kontaktiert werden, also bekommt das Nachfassen keinen Zeitpunkt"
    ),
}

RULES: Final[Mapping[str, str]] = {
    **WORDS,
    **ANY,
    **ACCESS,
    **BOOKING,
    **CERTIFICATION,
    **CONVERSION,
    **EDITING,
    **REMOVAL,
    **LEADS,
    **CLIENTS,
    **PEOPLE,
    **HOURS,
    **COMMANDS,
}
