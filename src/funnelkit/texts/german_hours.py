"""German: what is found about hours that a coach can hand in, and about credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HOURS: Final[Mapping[str, str]] = {
    "session": "die Angaben zur Sitzung",
    "engagement": "die Angaben zum Auftrag",
    "count this session towards a credential": "diese Sitzung für ein Zertifikat zählen",
    "it was neither cancelled nor missed": "die Sitzung wurde weder abgesagt noch versäumt",
    "it was not held: it is {state}": "die Sitzung hat nicht stattgefunden: ihr Stand ist »{state}«",
    "{activity} counts": "»{activity}« zählt",
    "{activity} does not count": "»{activity}« zählt nicht",
    "it was live": "sie war live",
    "it was not live": "sie war nicht live",
    "the client had engaged a coach": "der Klient hatte einen Coach beauftragt",
    "the client had not engaged the person as coach": "der Klient hatte die Person nicht als Coach beauftragt",
    "it is no internal coaching of a direct report": "es ist kein internes Coaching eines eigenen Mitarbeiters",
    "coaching one's own direct reports is no internal coaching": (
        "wer die eigenen Mitarbeiter coacht, macht kein internes Coaching"
    ),
    "{heads} are no more than {limit}": "{heads} sind nicht mehr als {limit}",
    "{heads} people are more than the {limit} of a group that counts": (
        "{heads} Personen sind mehr als die {limit} einer Gruppe, die zählt"
    ),
    "a group of any size counts": "eine Gruppe zählt, wie groß sie auch ist",
    "training had begun": "die Ausbildung hatte begonnen",
    "it was before training began": "es war vor dem Beginn der Ausbildung",
    "nobody said when training began": "niemand hat gesagt, wann die Ausbildung begann",
    "apply for {credential}": "{credential} beantragen",
    "go on": "weitermachen",
    "{minutes} are there, {needs_minutes} are asked for": "{minutes} sind da, verlangt sind {needs_minutes}",
    "{minutes} of {needs_minutes} are there": "von {needs_minutes} sind {minutes} da",
    "{paid} paid are there, {needs_paid} are asked for": "{paid} bezahlt sind da, verlangt sind {needs_paid}",
    "{paid} of {needs_paid} paid are there": "von {needs_paid}, die bezahlt sind, sind {paid} da",
    "{clients} clients are there, {needs_clients} are asked for": (
        "{clients} Klienten sind da, verlangt sind {needs_clients}"
    ),
    "{clients} of {needs_clients} clients are there": "Klienten: {clients} von {needs_clients}",
    "{recent} of the last {months} months are there, {needs_recent} are asked for": (
        "{recent} aus den letzten {months} Monaten sind da, verlangt sind {needs_recent}"
    ),
    "{recent} of {needs_recent} of the last {months} months are there": (
        "von {needs_recent} der letzten {months} Monate sind {recent} da"
    ),
    "no recent hours are asked for": "neuere Stunden werden nicht verlangt",
    "go on, or apply before older ones fall out": "weitermachen oder den Antrag stellen, bevor ältere herausfallen",
    "training has begun": "die Ausbildung hat begonnen",
    "nobody said that coach-specific training had begun by then": (
        "niemand hat gesagt, dass die Ausbildung zum Coach bis dahin begonnen hatte"
    ),
    "say since when: what was before does not count": "sagen, seit wann: was davor war, zählt nicht",
    "a credential that it builds on is held": "ein Zertifikat, auf dem es aufbaut, ist da",
    "none of {needs_one_of} is or was held": "keines davon ist oder war da: {needs_one_of}",
    "say which credentials are held, or apply for that one first": (
        "sagen, welche Zertifikate da sind, oder zuerst jenes beantragen"
    ),
    "it builds on no other credential": "es baut auf keinem anderen Zertifikat auf",
}

WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "activity": {
        "coaching": "Coaching",
        "sample": "Probesitzung",
        "consultation": "Beratung",
        "mentor_coaching": "Mentor-Coaching",
        "supervision": "Supervision",
        "assessment": "Besprechung eines Assessments",
        "teaching": "Unterricht",
        "training": "Training",
        "workshop": "Workshop",
        "class": "Coaching im Ausbildungskurs",
    },
    "setting": {"individual": "einzeln", "group": "Gruppe", "team": "Team"},
    "pay": {
        "paid": "bezahlt",
        "barter": "im Tausch",
        "internal": "als Teil der Anstellung",
        "third_party": "von Dritten bezahlt",
        "peer_exchange": "Austausch unter Coachs",
        "pro_bono": "pro bono",
    },
}
