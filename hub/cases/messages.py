"""Messages of the phone room: ambulance requests to the CAD."""

from django.conf import settings

from hub.cases.alarms import AlarmKind
from hub.cases.models import Dispatch
from hub.cases.operations.dispatching import RING_DISPATCH
from hub.cases.operations.locking import lock_case, raise_alarm
from hub.post.channels import Answer, Envelope, channel, undelivered
from hub.post.models import Message
from hub.post.webhooks import deliver
from hub.record.actors import CLOCK
from hub.record.operations import write


@channel("cad")
def _to_cad(envelope: Envelope) -> Answer:
    return deliver(envelope, url=envelope.destination, secret=settings.HUB_CAD_SECRET)


@undelivered("dispatch.requested")
def _cad_never_got_it(message: Message) -> None:
    """The CAD refused the request or could not be reached at all: the alarm says so at once."""
    found = Dispatch.objects.filter(pk=message.reference, state=Dispatch.State.REQUESTED).first()
    if found is None:
        return
    case = lock_case(found.case_id)
    case.version += 1
    case.save(update_fields=["version", *raise_alarm(case, AlarmKind.DISPATCH, RING_DISPATCH)])
    write(
        stream=case.stream, kind="case.dispatch_undelivered", by=CLOCK, data={"dispatch": message.reference}
    )
