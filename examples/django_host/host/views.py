"""Two answers in JSON: what can be done next with a contact, and doing it."""

from django.http import HttpRequest, JsonResponse
from django.urls import path

from funnelkit import COACHING, Actor, Conflict, Invalid, NotFound, Refused, Role
from funnelkit.answers import decision_to
from funnelkit.codec import read
from funnelkit.commands import Convert
from funnelkit.decisions import About
from host.practice import do, service

COACH = Actor(id="coach", role=Role.COACH)  # a real site takes who is logged in


def contact(request: HttpRequest, pk: int) -> JsonResponse:
    """GET: every move with its answer. POST: make one, `{"to": "inactive_client", "reason": "moved away"}`."""
    try:
        if request.method == "POST":
            command = read(Convert, request.body.decode(), funnel=COACHING, contact=str(pk), by=COACH)
            return JsonResponse({"status": do(pk, command).status})
        options = service().options(str(pk), by=COACH)
        return JsonResponse({option.to: decision_to(option.decision) for option in options})
    except Refused as refused:
        personal = any(finding.about is About.ACTOR for finding in refused.decision.refusals)
        return JsonResponse(decision_to(refused.decision), status=403 if personal else 409)
    except Conflict as conflict:
        return JsonResponse({"message": str(conflict)}, status=409)
    except NotFound as missing:
        return JsonResponse({"message": str(missing)}, status=404)
    except Invalid as invalid:
        return JsonResponse({"message": str(invalid)}, status=422)


urlpatterns = [path("contacts/<int:pk>/", contact)]
