"""Two answers in JSON: what can be done next with a contact, and doing it."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from funnelkit import COACHING, Actor, Conflict, Invalid, NotFound, Refused, Role, Unavailable
from funnelkit.answers import decision_to
from funnelkit.codec import read
from funnelkit.commands import Convert
from funnelkit.decisions import About
from host.practice import do, service

CODES = {Invalid: 422, NotFound: 404, Conflict: 409, Unavailable: 503}
COACH = Actor(id="coach", role=Role.COACH)  # a real site takes who is logged in


def contact(request: HttpRequest, pk: int) -> JsonResponse:
    """GET: every move with its answer. POST: make one, `{"to": "inactive_client", "reason": "moved away"}`."""
    try:
        if request.method == "POST":
            command = read(Convert, request.body, funnel=COACHING, contact=str(pk), by=COACH)
            return JsonResponse({"status": do(pk, command).status})
        options = service().options(str(pk), by=COACH)
        return JsonResponse({option.to: decision_to(option.decision) for option in options})
    except Refused as refused:
        about = {finding.about for finding in refused.decision.refusals}
        status = 403 if About.ACTOR in about else 422 if about == {About.FACT} else 409
        return JsonResponse(decision_to(refused.decision), status=status)
    except tuple(CODES) as error:
        code = next(CODES[kind] for kind in type(error).__mro__ if kind in CODES)
        return JsonResponse({"message": str(error)}, status=code)


urlpatterns = [path("contacts/<int:pk>/", contact)]
