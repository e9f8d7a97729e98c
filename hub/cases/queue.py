"""The queue as it is looked at: by where cases stand and by category, fifty at a time. Nothing grows with history."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from urllib.parse import urlencode

from django.db.models import Count, IntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce

from hub.cases import ages
from hub.cases.models import Case, Contact, Flag
from hub.cases.models.case import CaseQuerySet
from hub.cases.phones import as_written
from hub.cases.states import OWNED_STATES, Category, State
from hub.clock import local, now
from hub.people.models import User
from hub.prepared import Prepared

ROWS = 50
MOST_PAGES = 100
COUNTED_UP_TO = 1000
PICTURE_ROWS = 500  # a printed picture holds the whole queue of a large trust several times over

VIEWS: dict[str, tuple[str, tuple[str, ...]]] = {
    "waiting": ("Waiting", (State.WAITING.value,)),
    "worked": ("Being worked", OWNED_STATES),
    "acceptance": ("Awaiting acceptance", (State.AWAITING_ACCEPTANCE.value,)),
    "dispatch": ("Awaiting dispatch", (State.AWAITING_DISPATCH.value,)),
}
"""The ways to look at the open cases: slug, words, states."""

# What a line shows: the other columns of fifty cases would be half of the page's time.
SHOWN = (
    "reference", "cad_number", "state", "category", "segment", "arrived_at", "breach_at", "first_attempt_at",
    "first_attempt_by", "given_name", "family_name", "birth_date", "stated_age", "sex", "problem", "postcode",
    "address", "order_at", "order_reasons", "repeat_contacts", "unanswered", "ring_again_at", "alarms", "owner__name",
)  # fmt: skip
HELD = ("reference", "category", "segment", "breach_at", "alarms")
_HELD = Prepared(lambda owner: Case.objects.filter(owner=owner).only(*HELD).order_by("breach_at"))


@dataclass(frozen=True, slots=True)
class Filters:
    """What a person chose to see; nonsense falls back to the whole queue."""

    view: str = "waiting"
    category: str = ""
    page: int = 1

    @classmethod
    def read(cls, chosen: Mapping[str, str]) -> "Filters":
        """From a query string."""
        view, category, page = chosen.get("view", ""), chosen.get("category", ""), chosen.get("page", "")
        number = int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1
        return cls(
            view=view if view in VIEWS else "waiting",
            category=category if category in Category.values else "",
            page=min(max(number, 1), MOST_PAGES),
        )

    @property
    def title(self) -> str:
        """What is shown, in words."""
        return VIEWS[self.view][0] + (f", {self.category}" if self.category else "")

    @property
    def panel(self) -> str:
        """The name of the live panel that shows the same."""
        return "-".join(["queue", *([self.view] if self.view != "waiting" or self.category else []),
                         *([self.category] if self.category else [])])  # fmt: skip

    def query(self, page: int) -> str:
        """The query string of another page of the same."""
        return urlencode({"view": self.view, "category": self.category, "page": page})


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the queue."""

    case: Case
    place: int
    age: str | None
    flags: int
    phone: str


@dataclass(frozen=True, slots=True)
class Page:
    """Fifty lines, and how many there are in all, counted up to a thousand."""

    filters: Filters
    rows: list[Row]
    more: bool
    total: int
    as_at: datetime

    @property
    def total_words(self) -> str:
        """The count as it is said: beyond a thousand nobody needs the number."""
        return f"more than {COUNTED_UP_TO:,}" if self.total > COUNTED_UP_TO else str(self.total)


def page(filters: Filters) -> Page:
    """One page of the queue, in its order. Two queries, whatever the size of the table."""
    first = (filters.page - 1) * ROWS
    rows = _rows(_page_of(filters).rows(), first)
    total = _chosen(filters).order_by()[: COUNTED_UP_TO + 1].count()
    return Page(
        filters, rows[:ROWS], more=len(rows) > ROWS and filters.page < MOST_PAGES, total=total, as_at=now()
    )


def picture() -> list[Row]:
    """Everything that waits, for paper."""
    phone = Contact.objects.filter(case=OuterRef("pk")).order_by("rank").values("phone")[:1]
    return _rows(_lines(_chosen(Filters()).annotate(first_phone=Subquery(phone)))[:PICTURE_ROWS], 0)


def held_by(user: User) -> list[Case]:
    """What this person holds now."""
    return _HELD.rows(user.pk)


def _chosen(filters: Filters) -> CaseQuerySet:
    states = VIEWS[filters.view][1]
    cases = Case.objects.waiting() if filters.view == "waiting" else Case.objects.filter(state__in=states)
    cases = cases.filter(category=filters.category) if filters.category else cases
    return cases.order_by("order_at", "arrived_at", "id")


@lru_cache(maxsize=100)
def _page_of(filters: Filters) -> Prepared[Case]:
    first = (filters.page - 1) * ROWS
    return Prepared(lambda: _lines(_chosen(filters))[first : first + ROWS + 1])


def _lines(cases: CaseQuerySet) -> CaseQuerySet:
    """What a line shows, and no more."""
    flags = (
        Flag.objects.filter(case=OuterRef("pk")).order_by().values("case").annotate(n=Count("pk")).values("n")
    )
    flag_count = Coalesce(Subquery(flags, output_field=IntegerField()), 0)
    return cases.select_related("owner").only(*SHOWN).annotate(flag_count=flag_count)


def _rows(cases: Iterable[Case], first: int) -> list[Row]:
    today = local(now()).date()
    return [
        Row(
            case=case,
            place=first + number,
            age=ages.said(case.birth_date, case.stated_age, today),
            flags=getattr(case, "flag_count", 0),
            phone=as_written(getattr(case, "first_phone", None) or ""),
        )
        for number, case in enumerate(cases, start=1)
    ]
