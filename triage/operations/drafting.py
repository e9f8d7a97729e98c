"""Keep what is being typed. No event: a draft is working paper until an operation takes it over."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from hub.clock import now
from hub.people.models import User
from hub.refusals import Refusal
from triage.models import Draft

_FIELD = re.compile(r"[a-z][a-z_-]{0,39}")
LONGEST = 20_000
NARRATIVE = "narrative"


def save_draft(*, case_id: UUID, by: User, field: str, text: str, edition: str = "") -> datetime:
    """Keep the text of a field of this person about this case; empty text removes it. When it was kept.

    edition: the story that a narrative was edited from; of another story it is another text.
    """
    field = f"{field}-{edition}" if edition else field
    if not _FIELD.fullmatch(field):
        raise Refusal("There is no such field to keep.", code="no-such-field", status=422)
    if len(text) > LONGEST:
        raise Refusal("The text is too long to be kept; shorten it.", code="too-long", status=422)
    moment = now()
    if text:
        Draft.objects.update_or_create(
            case_id=case_id, user=by, field=field, defaults={"text": text, "saved_at": moment}
        )
    else:
        drop_drafts(case_id=case_id, by=by, fields=[field])
    return moment


def drop_drafts(*, case_id: UUID, by: User, fields: Iterable[str] | None = None) -> None:
    """The text has been taken over by an operation, or emptied; without fields, all of this person's."""
    mine = Draft.objects.filter(case_id=case_id, user=by)
    (mine if fields is None else mine.filter(field__in=fields)).delete()


def drop_narratives(*, case_id: UUID, by: User) -> None:
    """A story was concluded on: whatever this person edited is taken over or given up."""
    Draft.objects.filter(case_id=case_id, user=by, field__startswith=NARRATIVE).delete()


def drafts_of(*, case_id: UUID, by: User) -> dict[str, str]:
    """What this person was typing about this case, by field, the newest last."""
    kept = Draft.objects.filter(case_id=case_id, user=by).order_by("saved_at")
    return dict(kept.values_list("field", "text"))


def narratives(drafts: Mapping[str, str], edition: str) -> tuple[str, str]:
    """The text edited from this story, and the newest one from a story of this assessment that holds no more."""
    here, ours = f"{NARRATIVE}-{edition}", f"{NARRATIVE}-{edition.partition('_')[0]}_"
    former = [text for field, text in drafts.items() if field.startswith(ours) and field != here]
    return drafts.get(here, ""), former[-1] if former else ""
