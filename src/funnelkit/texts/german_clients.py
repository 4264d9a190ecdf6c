"""German: what is found about teams, invitations and packages, what it leads to, and what their words are called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

TEAM: Final[Mapping[str, str]] = {
    "{member} is a member who can be given clients": "{member} gehört zum Team und kann Klienten bekommen",
    "{member} is no member who can be given clients": (
        "{member} gehört nicht zum Team oder kann keine Klienten bekommen"
    ),
    "add the coach to the team first": "den Coach zuerst ins Team aufnehmen",
    "{by} may change who works for the account": "die Rolle »{by}« darf das Team ändern",
    "{by} may not change who works for the account": "die Rolle »{by}« darf das Team nicht ändern",
    "ask an owner or an admin": "einen Inhaber oder die Verwaltung fragen",
    "{by} may make or unmake an owner": "die Rolle »{by}« darf jemanden zum Inhaber machen und das auch zurücknehmen",
    "{by} may not make or unmake an owner": (
        "die Rolle »{by}« darf niemanden zum Inhaber machen und das auch nicht zurücknehmen"
    ),
    "ask an owner": "einen Inhaber fragen",
    "an owner remains": "ein Inhaber bleibt",
    "the account would be left without an owner": "das Konto hätte keinen Inhaber mehr",
    "make somebody else an owner first": "zuerst jemand anderen zum Inhaber machen",
    "it is in the team": "das Mitglied gehört zum Team",
    "{member} is not in the team any more": "{member} gehört nicht mehr zum Team",
    "add somebody new": "jemanden neu aufnehmen",
    "the id is taken by another member": "ein anderes Mitglied hat diese Kennung",
    "the address belongs to a contact or another member": (
        "die Adresse gehört einem Kontakt oder einem anderen Mitglied"
    ),
    "use another address": "eine andere Adresse verwenden",
    "change {member} in the team": "{member} im Team ändern",
    "give a client to {member}": "einen Klienten an {member} geben",
    "{count} contacts still have {member} as a coach": "Kontakte, die {member} weiterhin als Coach haben: {count}",
}

INVITATION: Final[Mapping[str, str]] = {
    "a new person": "eine neue Person",
    "the team": "das Team",
    "{role} may record payments": "die Rolle »{role}« darf Zahlungen eintragen",
    "{role} may not record payments": "die Rolle »{role}« darf keine Zahlungen eintragen",
    "let the owner, an admin or the shop record it": "den Inhaber, einen Admin oder den Shop eintragen lassen",
    "the address is the staff's, so the client comes without it": (
        "die Adresse gehört zum Team, also kommt der Klient ohne sie"
    ),
    "package {package} goes with the contact": "das Paket {package} geht mit dem Kontakt",
    "there is no portal yet, so no onboarding has begun": "es gibt noch kein Portal, also hat kein Onboarding begonnen",
    "it stands in no coach's list, so it can be bought and is assigned to nobody": (
        "es steht in keiner Liste eines Coachs, lässt sich also kaufen und wird niemandem zugeteilt"
    ),
    "{member} can be given no clients, so nobody new gets it from this list": (
        "{member} kann keine Klienten bekommen, also bekommt es niemand Neues aus dieser Liste"
    ),
    "its coach has left, or can be given no clients, so the client is the team's": (
        "der Coach ist ausgeschieden oder kann keine Klienten bekommen, also gehört der Klient zum Team"
    ),
    "{package} comes along, and stands in no list that counts for a client of {coach}": (
        "{package} kommt mit und steht in keiner Liste, die für diesen Klienten gilt (Coach: {coach})"
    ),
    "the coach can be given no clients, so it is the team's": (
        "der Coach kann keine Klienten bekommen, also gehört er zum Team"
    ),
    "{role} may invite": "die Rolle »{role}« darf einladen",
    "{role} may not invite, nor change an invitation": (
        "die Rolle »{role}« darf weder einladen noch eine Einladung ändern"
    ),
    "ask the owner, an admin or the coach": "den Inhaber, die Verwaltung oder den Coach fragen",
    "{role} may invite this client for {coach}": "die Rolle »{role}« darf diesen Klienten einladen (Coach: {coach})",
    "{role} may invite own clients only, not one of {coach}": (
        "die Rolle »{role}« darf nur eigene Klienten einladen, diesen nicht (Coach: {coach})"
    ),
    "let the owner or an admin invite": "den Inhaber oder die Verwaltung einladen lassen",
    "it may go out in the name of the {sender}": "die Einladung darf den Absender »{sender}« haben",
    "it may not go out in the name of the {sender}": "die Einladung darf den Absender »{sender}« nicht haben",
    "for another coach it goes out in the account's name, from one's own portal in one's own": (
        "für einen anderen Coach wird im Namen des Kontos eingeladen, aus dem eigenen Portal im eigenen"
    ),
    "{status} may log in, so there is something to invite to": (
        "der Status »{status}« darf sich anmelden, also gibt es etwas, wozu man einladen kann"
    ),
    "{funnel} does not let {status} log in, so there is nothing to invite to": (
        "{funnel} lässt den Status »{status}« sich nicht anmelden, also gibt es nichts, wozu man einladen könnte"
    ),
    "restore the contact first": "den Kontakt zuerst wiederherstellen",
    "the contact has no portal yet": "der Kontakt hat noch kein Portal",
    "the contact has the portal already": "der Kontakt hat das Portal schon",
    "nothing has to be sent; a package can be bought": "es ist nichts zu senden; ein Paket kann gekauft werden",
    "no invitation waits": "keine Einladung ist offen",
    "the invitation {pending} waits for an answer": "die Einladung {pending} ist noch offen",
    "send {pending} again, or take it back, in its own funnel": (
        "{pending} in ihrem eigenen Funnel nochmals senden oder zurücknehmen"
    ),
    "it is clear who is meant": "es ist klar, wer gemeint ist",
    "somebody is known under this address: {holders}": "unter dieser Adresse ist schon jemand bekannt: {holders}",
    "invite that contact, or say that this is another person": (
        "jenen Kontakt einladen, oder sagen, dass dies jemand anderes ist"
    ),
    "the inviter is within the limit": "wer einlädt, hat die Grenze noch nicht erreicht",
    "the inviter has sent as many as may be sent for now": (
        "wer einlädt, hat vorerst so viele Einladungen verschickt, wie erlaubt sind"
    ),
    "the address is within the limit": "für diese Adresse ist die Grenze noch nicht erreicht",
    "the address was sent as many as may be sent for now": (
        "an diese Adresse gingen vorerst so viele Einladungen, wie erlaubt sind"
    ),
    "wait, or raise the limit": "abwarten oder die Grenze anheben",
    "invite anew": "neu einladen",
    "invite {contact}": "{contact} einladen",
    "mark the invitation of {contact} as {on}": "die Einladung für {contact} als »{on}« vermerken",
    "this person has declined an invitation before": "diese Person hat schon einmal eine Einladung abgelehnt",
    "invitation {invitation} waits until {expires}": "die Einladung {invitation} gilt bis {expires}",
    "invitation {invitation} ends: {state}": "die Einladung {invitation} endet: {state}",
    "mint the link and mail it: the account mails its own way": (
        "den Link ausstellen und verschicken: das Konto versendet seine Mails selbst"
    ),
    "the address has changed, so links of before are good no more; send the invitation again": (
        "die Adresse hat sich geändert, also gelten frühere Links nicht mehr; die Einladung nochmals senden"
    ),
    "let the person choose a password": "die Person ein Passwort wählen lassen",
}

LINK: Final[Mapping[str, str]] = {
    "the link is one of ours": "der Link stammt von hier",
    "no such link was ever given out here": "ein solcher Link wurde hier nie ausgegeben",
    "ask for an invitation": "um eine Einladung bitten",
    "there is no such link": "einen solchen Link gibt es nicht",
    "it is an invitation of {funnel}": "es ist eine Einladung von {funnel}",
    "it is an invitation of another funnel": "es ist die Einladung eines anderen Funnels",
    "open it there": "sie dort öffnen",
    "it is of the latest sending": "der Link stammt vom letzten Versand",
    "the invitation was sent again, or to another address, since": (
        "die Einladung wurde seither nochmals oder an eine andere Adresse gesendet"
    ),
    "use the later mail": "die spätere Mail verwenden",
    "it waits for an answer": "die Einladung ist offen",
    "it is {state}": "die Einladung ist {state}",
    "invite anew, or send it again": "neu einladen oder sie nochmals senden",
    "its term runs until {expires}": "die Frist läuft bis {expires}",
    "its term has run out: {expires}": "die Frist ist abgelaufen: {expires}",
    "send it again": "sie nochmals senden",
    "the contact is {standing}": "der Kontakt ist {standing}",
    "the contact is gone, or archived": "den Kontakt gibt es nicht mehr, oder er ist archiviert",
    "restore the contact, and invite anew": "den Kontakt wiederherstellen und neu einladen",
    "it is the person's own": "es ist die Einladung dieser Person",
    "{role} does not answer an invitation of somebody else": (
        "die Rolle »{role}« beantwortet keine Einladung, die jemand anderem gilt"
    ),
    "let the person invited open it": "sie von der eingeladenen Person öffnen lassen",
    "this link opens the invitation": "dieser Link öffnet die Einladung",
    "this link opens nothing, or nothing any more": "dieser Link öffnet nichts, oder nichts mehr",
    "ask whoever invited you for another one": "wer eingeladen hat, kann einen neuen schicken",
    "open an invitation": "eine Einladung öffnen",
    "the clock ends it": "die Uhr beendet sie",
    "{role} does not end it by the clock": "die Rolle »{role}« beendet sie nicht nach der Uhr",
    "take it back, or let the sweep run": "sie zurückziehen oder den Durchlauf abwarten",
    "its term ran out: {expires}": "die Frist war um: {expires}",
    "wait, or take it back": "abwarten oder sie zurückziehen",
    "it waits": "sie ist offen",
    "it is {state}, and does not wait any more": "sie ist {state} und nicht mehr offen",
    "nothing is left to do": "es bleibt nichts zu tun",
    "end an invitation by the clock": "eine Einladung nach der Uhr beenden",
}

ONBOARDING: Final[Mapping[str, str]] = {
    "onboarding is complete": "das Onboarding ist abgeschlossen",
    "steps of the onboarding are left: {onboarding}": "Schritte des Onboardings sind noch offen: {onboarding}",
    "complete them": "sie abschließen",
    "{role} may complete the step": "die Rolle »{role}« darf den Schritt abschließen",
    "{role} may not complete a step of {contact}": ("die Rolle »{role}« darf für {contact} keinen Schritt abschließen"),
    "let the contact or the staff do it": "den Kontakt oder das Team machen lassen",
    "{step} is left to do": "{step} ist noch zu erledigen",
    "{step} is not among the steps that are left: {left}": "{step} gehört nicht zu den offenen Schritten: {left}",
    "choose one of these": "einen davon wählen",
    "complete {step} of {contact}": "{step} für {contact} abschließen",
}

PACKAGE: Final[Mapping[str, str]] = {
    "a package": "ein Paket",
    "{role} may give packages": "die Rolle »{role}« darf Pakete vergeben",
    "{role} may not give packages": "die Rolle »{role}« darf keine Pakete vergeben",
    "{role} may give a package to this client": "die Rolle »{role}« darf diesem Klienten ein Paket geben",
    "{role} may give packages to own clients only": "die Rolle »{role}« darf Pakete nur an eigene Klienten vergeben",
    "let the owner or an admin give it": "es vom Inhaber oder von der Verwaltung vergeben lassen",
    "{offer} is offered": "{offer} wird angeboten",
    "{offer} is not offered any more": "{offer} wird nicht mehr angeboten",
    "choose another package": "ein anderes Paket wählen",
    "{offer} stands in a list that counts for a client of {coach}": (
        "{offer} steht in einer Liste, die für diesen Klienten gilt (Coach: {coach})"
    ),
    "{offer} stands in no list that counts for a client of {coach}": (
        "{offer} steht in keiner Liste, die für diesen Klienten gilt (Coach: {coach})"
    ),
    "choose one of the account's list or of that coach's; a group package, of that coach's": (
        "eines aus der Liste des Kontos oder dieses Coachs wählen; ein Gruppenpaket aus der Liste dieses Coachs"
    ),
    "{offer} is {payment}": "{offer} ist {payment}",
    "{offer} is still to be paid, and assigning asks for no money": (
        "{offer} ist noch zu bezahlen, und beim Zuteilen wird kein Geld verlangt"
    ),
    "send its payment link, or switch it on by policy": (
        "den Zahlungslink senden oder es in den Regeln des Kontos einschalten"
    ),
    "it is package number {count} of the invitation": "es ist das Paket Nummer {count} der Einladung",
    "it would be package number {count} of the invitation, and that is one too many": (
        "es wäre das Paket Nummer {count} der Einladung, und das ist eines zu viel"
    ),
    "take the other one off, or raise the number by policy": (
        "das andere herausnehmen oder die Anzahl in den Regeln des Kontos erhöhen"
    ),
    "packages may be assigned to this contact": "diesem Kontakt dürfen Pakete zugeteilt werden",
    "the contact has the portal already, and packages are assigned to new clients only": (
        "der Kontakt hat das Portal schon, und Pakete werden nur neuen Klienten zugeteilt"
    ),
    "let the client buy it, or switch it on by policy": (
        "den Klienten kaufen lassen oder es in den Regeln des Kontos einschalten"
    ),
    "{status} may log in, and use a package": "der Status »{status}« darf sich anmelden und ein Paket verwenden",
    "{funnel} does not let {status} log in, so nobody could use it": (
        "{funnel} lässt den Status »{status}« sich nicht anmelden, also könnte es niemand verwenden"
    ),
    "the package is usable": "das Paket ist verwendbar",
    "the package is not usable: the portal is not open": (
        "das Paket ist nicht verwendbar: das Portal ist nicht geöffnet"
    ),
    "have it accepted": "die Einladung annehmen lassen",
    "the package has not expired": "das Paket ist nicht abgelaufen",
    "the package has expired: {expires}": "das Paket ist abgelaufen: {expires}",
    "let the client have another one": "dem Klienten ein anderes geben",
    "sessions are left": "es sind noch Sitzungen übrig",
    "no session is left": "es ist keine Sitzung mehr übrig",
    "{package} is {state}, and can be taken off": "{package} ist {state} und lässt sich herausnehmen",
    "{package} is {state}, and cannot be taken off any more": (
        "{package} ist {state} und lässt sich nicht mehr herausnehmen"
    ),
    "what is usable runs out by itself": "was verwendbar ist, läuft von selbst ab",
    "nobody has paid for it": "niemand hat dafür bezahlt",
    "{package} was bought, and is not taken off": "{package} wurde gekauft und wird nicht herausgenommen",
    "leave it on the record; money that was paid back is no matter of the record": (
        "es in der Akte lassen; eine Erstattung steht nicht in der Akte"
    ),
    "it is clear who has paid": "es ist klar, wer bezahlt hat",
    "several contacts have the buyer's address: {holders}": (
        "mehrere Kontakte haben die Adresse, von der die Zahlung kam: {holders}"
    ),
    "say which contact it is": "sagen, welcher Kontakt es ist",
    "ask the owner or an admin": "den Inhaber oder die Verwaltung fragen",
    "{role} may change this list": "die Rolle »{role}« darf diese Liste ändern",
    "{role} may change its own list only": "die Rolle »{role}« darf nur die eigene Liste ändern",
    "a package of {contact} covers it": "ein Paket von {contact} deckt das ab",
    "no package of {contact} covers it": "kein Paket von {contact} deckt das ab",
    "let the client have a package first": "dem Klienten zuerst ein Paket geben",
    "give {offer} to {contact}": "{offer} an {contact} vergeben",
    "book on a package of {contact}": "auf ein Paket von {contact} buchen",
    "use {package}": "{package} verwenden",
    "take {package} off the record": "{package} aus der Akte nehmen",
    "record a payment for {offer}": "eine Zahlung für {offer} erfassen",
    "put {offer} into the list": "{offer} in die Liste aufnehmen",
    "package {package} comes onto the record": "das Paket {package} kommt in die Akte",
    "package {package} can be used": "das Paket {package} ist verwendbar",
    "package {package} is taken off the record": "das Paket {package} wird aus der Akte genommen",
    "give back the session of {package}": "die Sitzung aus {package} zurückgeben",
    "{role} gives the session back": "die Rolle »{role}« gibt die Sitzung zurück",
    "the session of {package} is lost: {role} says so": (
        "die Sitzung aus {package} verfällt: so sagt es die Rolle »{role}«"
    ),
    "the staff says nothing else": "das Team sagt nichts anderes",
    "it is called off in time, or not by the client": "es ist rechtzeitig abgesagt, oder nicht vom Klienten",
    "the session of {package} is lost: it is too late to call it off": (
        "die Sitzung aus {package} verfällt: zum Absagen ist es zu spät"
    ),
    "let the staff cancel it, and give the session back": "das Team absagen lassen, das die Sitzung zurückgibt",
    "nobody calls it off": "niemand sagt es ab",
    "who does not come gets the session back": "wer nicht kommt, bekommt die Sitzung zurück",
    "the session of {package} is lost: nobody came": "die Sitzung aus {package} verfällt: niemand kam",
    "nobody has missed it": "niemand hat es versäumt",
    "this payment was recorded before; nothing changes": "diese Zahlung ist schon erfasst; es ändert sich nichts",
    "invite the client by another way: nothing can be mailed now": (
        "den Klienten auf anderem Weg einladen: jetzt lässt sich keine Mail senden"
    ),
}

CLIENTS: Final[Mapping[str, str]] = {**TEAM, **INVITATION, **LINK, **ONBOARDING, **PACKAGE}

STATES: Final[Mapping[str, Mapping[str, str]]] = {
    "invitationstatus": {
        "pending": "offen",
        "accepted": "angenommen",
        "declined": "abgelehnt",
        "revoked": "zurückgezogen",
        "expired": "abgelaufen",
        "superseded": "ersetzt",
    },
    "packagestatus": {"assigned": "zugeteilt", "usable": "verwendbar", "removed": "herausgenommen"},
}

HAPPENINGS: Final[Mapping[str, str]] = {
    "paid": "bezahlt",
    "sent": "gesendet",
    "sent_again": "nochmals gesendet",
    "link_minted": "Link ausgestellt",
    "accepted": "angenommen",
    "declined": "abgelehnt",
    "revoked": "zurückgezogen",
    "expired": "abgelaufen",
    "superseded": "ersetzt",
    "assigned": "zugeteilt",
    "bought": "gekauft",
    "portal_opened": "Portal geöffnet",
    "invitation_cancelled": "Einladung hinfällig",
    "taken_off": "herausgenommen",
    "replaced": "ersetzt",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "sender": {"account": "Konto", "member": "Mitglied"},
    "shape": {"individual": "Einzelpaket", "group": "Gruppenpaket"},
    "payment": {"prepaid": "im Voraus bezahlt", "free": "kostenlos", "to_be_paid": "noch zu bezahlen"},
    "acquired": {"assigned": "zugeteilt", "bought": "gekauft"},
    "posting": {
        "granted": "gutgeschrieben",
        "reserved": "reserviert",
        "used": "verbraucht",
        "released": "freigegeben",
        "burned": "verfallen",
        "returned": "zurückgegeben",
        "expired": "abgelaufen",
    },
    "packagestanding": {
        "assigned": "zugeteilt",
        "usable": "verwendbar",
        "used_up": "aufgebraucht",
        "expired": "abgelaufen",
        "removed": "herausgenommen",
    },
}
