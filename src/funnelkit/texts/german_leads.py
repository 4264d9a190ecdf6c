"""German: what the rules find about working on leads: follow-ups, outreach, progress, pipelines, campaigns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

FOLLOW_UP: Final[Mapping[str, str]] = {
    "{role} may follow up": "die Rolle »{role}« darf nachfassen",
    "{role} does not follow up": "die Rolle »{role}« fasst nicht nach",
    "let the staff do it": "das Team machen lassen",
    "the person may be contacted": "die Person darf kontaktiert werden",
    "there is a do-not-contact": "es gilt eine Kontaktsperre",
    "have it lifted": "sie aufheben lassen",
    "the contact is archived": "der Kontakt ist archiviert",
    "restore it first": "ihn zuerst wiederherstellen",
    "there is a follow-up left: number {attempt}": "es bleibt noch ein Nachfassen: Nummer {attempt}",
    "number {attempt} would be one too many": "Nummer {attempt} wäre eines zu viel",
    "call the contact cold, or book a consultation": "den Kontakt als kalt einstufen oder eine Beratung buchen",
    "the date is not past": "der Zeitpunkt ist nicht vorbei",
    "{due} is past at {when}": "{due} liegt vor {when}",
    "choose a date that is still to come": "einen Zeitpunkt wählen, der noch kommt",
    "notes are written, or need not be": "Notizen sind geschrieben oder nicht nötig",
    "there are no notes": "es gibt keine Notizen",
    "write what is to be said": "schreiben, was zu sagen ist",
    "a follow-up stands": "ein Nachfassen steht an",
    "no follow-up stands": "es steht kein Nachfassen an",
    "schedule one": "eines ansetzen",
    "it is due: {due}": "es ist fällig: {due}",
    "it is not due before {due}": "es ist nicht vor {due} fällig",
    "wait for it": "es abwarten",
    "it was the last follow-up": "es war das letzte Nachfassen",
    "it was not the last follow-up": "es war nicht das letzte Nachfassen",
    "its time has passed: {gives_up}": "seine Zeit ist um: {gives_up}",
    "there is time until {gives_up}": "es ist noch Zeit bis {gives_up}",
    "there is no time that could pass": "es gibt keine Zeit, die ablaufen könnte",
    "it still waits": "es wartet noch",
    "it ran out {gives_up}": "seine Zeit war um: {gives_up}",
    "let the sweep give the contact up": "den Durchlauf den Kontakt aufgeben lassen",
    "the system gives up": "das System gibt auf",
    "{role} does not give up by the clock": "die Rolle »{role}« gibt nicht nach der Uhr auf",
    "leave it to the sweep, or convert by hand": "es dem Durchlauf überlassen oder von Hand umwandeln",
    "follow up {contact}": "bei {contact} nachfassen",
    "move the follow-up of {contact}": "das Nachfassen bei {contact} verlegen",
    "call off the follow-up of {contact}": "das Nachfassen bei {contact} absagen",
    "log a contact with {contact}": "eine Kontaktaufnahme mit {contact} erfassen",
    "is a follow-up of {contact} due at {when}": "ist zum Zeitpunkt {when} ein Nachfassen bei {contact} fällig",
    "give up {contact} at {when}": "{contact} zum Zeitpunkt {when} aufgeben",
}

OUTREACH: Final[Mapping[str, str]] = {
    "no do-not-contact is in force for {channel}": "für {channel} gilt keine Kontaktsperre",
    "there is a do-not-contact for {channel}": "für {channel} gilt eine Kontaktsperre",
    "the person may get what is {purpose}": "die Person darf das bekommen: {purpose}",
    "there is a do-not-market, and this is {purpose}": "es gilt eine Werbesperre, und das hier ist: {purpose}",
    "send only what was asked for": "nur senden, was angefordert wurde",
    "it is no quiet hour": "es ist keine Ruhezeit",
    "it is a quiet hour of the recipient": "beim Empfänger ist Ruhezeit",
    "it leaves by itself when the quiet hours end": "es geht von selbst hinaus, wenn die Ruhezeit endet",
    "who is {standing} is offered for campaigns": "ein Kontakt ({standing}) wird für Kampagnen angeboten",
    "who is {standing} is not offered for campaigns": "ein Kontakt ({standing}) wird für Kampagnen nicht angeboten",
    "show or restore the contact": "den Kontakt einblenden oder wiederherstellen",
    "{role} may say this": "die Rolle »{role}« darf das sagen",
    "{role} may not say this for others": "die Rolle »{role}« darf das nicht für andere sagen",
    "let the person or the staff say it": "die Person oder das Team es sagen lassen",
    "no wish of the person stands against it": "kein Wunsch der Person steht dagegen",
    "the person asked not to be contacted, and {role} cannot lift that": (
        "die Person hat darum gebeten, nicht kontaktiert zu werden, und die Rolle »{role}« kann das nicht aufheben"
    ),
    "let the person lift it, or record that they did": (
        "die Person es aufheben lassen, oder erfassen, dass sie es getan hat"
    ),
    "may {contact} be contacted on {channel}": "darf {contact} über {channel} kontaktiert werden",
    "may a message leave for {contact} on {channel} now": (
        "darf jetzt eine Nachricht an {contact} über {channel} hinausgehen"
    ),
    "may {contact} be picked for a campaign": "darf {contact} für eine Kampagne ausgewählt werden",
    "say whether {contact} may be contacted on {channel}": "sagen, ob {contact} über {channel} kontaktiert werden darf",
    "the contact is there": "den Kontakt gibt es",
    "the contact is gone": "den Kontakt gibt es nicht mehr",
    "{role} may make and send campaigns": "die Rolle »{role}« darf Kampagnen anlegen und versenden",
    "{role} may not make or send campaigns": "die Rolle »{role}« darf Kampagnen weder anlegen noch versenden",
    "{template} was not sent to this campaign before": "{template} ging noch nicht an diese Kampagne",
    "{template} was sent to this campaign already": "{template} ging schon an diese Kampagne",
    "send another template, or make another campaign": "eine andere Vorlage senden oder eine andere Kampagne anlegen",
    "make a campaign": "eine Kampagne anlegen",
    "send {template} to a campaign": "{template} an eine Kampagne senden",
    "there is still a do-not-contact for {channel}": "für {channel} gilt weiterhin eine Kontaktsperre",
    "picked: {count}": "ausgewählt: {count}",
    "{template} goes to {count}": "{template} geht an {count}",
    "left out: {count}, who may not be picked, or not be written to now": (
        "ausgelassen: {count}, die jetzt nicht ausgewählt oder nicht angeschrieben werden dürfen"
    ),
    "nobody is picked, and a campaign gets no members later": (
        "niemand ist ausgewählt, und eine Kampagne bekommt später keine Mitglieder"
    ),
}

PROGRESS: Final[Mapping[str, str]] = {
    "nothing is due": "nichts ist fällig",
    "a follow-up is due since {due}": "ein Nachfassen ist seit {due} fällig",
    "follow up": "nachfassen",
    "there is a step ahead, or something happened of late": (
        "ein Schritt steht bevor, oder es ist kürzlich etwas geschehen"
    ),
    "there is no step ahead, and nothing has happened since {idle}": (
        "kein Schritt steht bevor, und seit {idle} ist nichts geschehen"
    ),
    "schedule something, or close the contact": "etwas ansetzen oder den Kontakt abschließen",
    "nobody knows since when the contact is {status}": "niemand weiß, seit wann der Kontakt »{status}« ist",
    "there is a next step": "es gibt einen nächsten Schritt",
    "there is no next step": "es gibt keinen nächsten Schritt",
    "schedule one, or book, or put it on a pipeline": (
        "einen ansetzen, einen Termin buchen oder den Kontakt in eine Pipeline setzen"
    ),
    "is {contact} on its way": "ist {contact} auf dem Weg",
}

PIPELINE: Final[Mapping[str, str]] = {
    "a new pipeline": "eine neue Pipeline",
    "{role} may run pipelines": "die Rolle »{role}« darf Pipelines führen",
    "{role} does not run pipelines": "die Rolle »{role}« führt keine Pipelines",
    "pipelines run in {funnel}": "in {funnel} laufen Pipelines",
    "{funnel} has no status in which pipelines run": "{funnel} hat keinen Status, in dem Pipelines laufen",
    "derive a funnel with `pipelines=`": "einen Funnel mit `pipelines=` ableiten",
    "pipelines run for who is {status}": "für den Status »{status}« laufen Pipelines",
    "no pipeline runs for {contact}, who is {status}": ("für {contact} mit dem Status »{status}« läuft keine Pipeline"),
    "convert the contact first": "den Kontakt zuerst umwandeln",
    "{contact} is archived": "{contact} ist archiviert",
    "{pipeline} may be put on a contact": "{pipeline} darf einen Kontakt aufnehmen",
    "{pipeline} is hidden, and {contact} comes from no other pipeline": (
        "{pipeline} ist verborgen, und {contact} kommt aus keiner anderen Pipeline"
    ),
    "put another pipeline on the contact first, or show this one": (
        "den Kontakt zuerst in eine andere Pipeline setzen, oder diese zeigen"
    ),
    "{contact} stands at {at}": "{contact} steht bei {at}",
    "{contact} is on no pipeline": "{contact} ist in keiner Pipeline",
    "put it on one": "in eine setzen",
    "it is the stage at which {contact} stands": "es ist die Stufe, auf der {contact} steht",
    "{contact} stands at {at}, not at {stage}": "{contact} steht bei {at}, nicht bei {stage}",
    "look again: somebody may have been quicker": "noch einmal nachsehen: vielleicht war jemand schneller",
    "behind {at} comes {next}": "nach {at} kommt {next}",
    "{at} is no stage of {on} any more": "{at} ist keine Stufe von {on} mehr",
    "put the contact on the pipeline again": "den Kontakt noch einmal in die Pipeline setzen",
    "no contact stands at a stage that goes": "auf keiner Stufe, die wegfällt, steht ein Kontakt",
    "contacts stand at {missed}": "bei {missed} stehen Kontakte",
    "move them on, or switch them to another pipeline first": (
        "sie zuerst weiterbringen oder in eine andere Pipeline setzen"
    ),
    "define {pipeline}": "{pipeline} festlegen",
    "put {contact} on {pipeline}": "{contact} in {pipeline} setzen",
    "complete {stage} for {contact}": "{stage} für {contact} erledigen",
    "skip {stage} for {contact}": "{stage} für {contact} überspringen",
    "take {contact} off its pipeline": "{contact} aus der Pipeline nehmen",
}

LEADS: Final[Mapping[str, str]] = {**FOLLOW_UP, **OUTREACH, **PROGRESS, **PIPELINE}
