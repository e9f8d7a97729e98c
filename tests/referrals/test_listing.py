"""The directory is kept by operations: added, changed, ended, put back, each with its event and nobody overwritten."""

from typing import Any

import pytest
from django.db import IntegrityError

from hub.cases.models import ApiClient, Case
from hub.clock import now
from hub.people.models import User
from hub.post.models import Message
from hub.post.operations import deliver_due
from hub.record.actors import Machine
from hub.record.models import Event
from hub.record.verify import verify
from hub.refusals import Refusal
from referrals.models import Referral, Service
from referrals.operations import listing
from referrals.operations.answering import accept, withdraw
from referrals.operations.capacity import tell_capacity
from referrals.operations.listing import (
    add_service,
    change_service,
    end_service,
    entry_of,
    give_secret,
    list_again,
)
from referrals.operations.sending import send_referral
from referrals.queries import offers_for
from tests.referrals.entries import ADDRESS, written
from tests.referrals.stories import AGREED, assessed_fall, make_service
from tests.referrals.test_referral_life import PARTNER

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
BROKEN = Machine("a broken record")


def told(service: Service) -> list[tuple[str, str]]:
    events = Event.objects.filter(stream=service.stream).order_by("sequence")
    return [(each.kind, each.by_label) for each in events]


def send(by: User, case: Case, service: Service) -> Referral:
    return send_referral(case_id=case.pk, service_id=service.pk, by=by, fence=case.fence, agreement=AGREED)


def mark_of(service: Service) -> str:
    service.refresh_from_db()
    return entry_of(service).mark


def test_an_added_service_is_offered_accepts_and_is_counted(supervisor: User, clinician: User) -> None:
    # Given an empty directory, into which a supervisor puts a service
    case = assessed_fall(clinician)
    before = offers_for(case, [])
    assert before is not None
    assert before.match.offers == ()
    service, secret = add_service(by=supervisor, entry=written(webhook_url=ADDRESS))
    # When a clinician looks for one, then it is offered, can be referred to, and counts its places
    offers = offers_for(case, [])
    assert offers is not None
    assert [each.facts.name for each in offers.match.offers] == ["Example Urgent Response"]
    referral = send(clinician, case, service)
    service.refresh_from_db()
    assert (service.places_left, service.webhook_secret) == (11, secret)
    assert Message.objects.get(kind="referral.sent").destination == service.destination
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    assert Case.objects.get().state == "closed"
    assert told(service) == [("service.listed", supervisor.label)]


def test_the_record_tells_the_whole_entry_and_no_secret(administrator: User) -> None:
    service, secret = add_service(by=administrator, entry=written(webhook_url=ADDRESS))
    give_secret(by=administrator, service_id=service.pk)
    service.refresh_from_db()
    events = list(Event.objects.filter(stream=service.stream))
    assert events[0].data["phone"] == "020 7946 0351"
    assert events[0].data["hours"] == "Mon-Sun 00:00-24:00"
    assert secret.startswith("whsec_")
    assert service.webhook_secret not in {"", secret}
    assert not [each for each in events if "whsec_" in str(each.data)]
    assert verify().faults == []


def test_an_entry_without_an_address_has_no_secret_until_it_has_one(supervisor: User) -> None:
    service, none = add_service(by=supervisor, entry=written())
    assert (none, service.webhook_secret) == ("", "")
    with pytest.raises(Refusal, match="no webhook address"):
        give_secret(by=supervisor, service_id=service.pk)
    seen = entry_of(service).mark
    changed, secret = change_service(
        by=supervisor, service_id=service.pk, entry=written(webhook_url=ADDRESS), seen=seen
    )
    assert secret == changed.webhook_secret != ""
    seen = entry_of(changed).mark
    other = written(webhook_url=ADDRESS + "/2")
    again, none = change_service(by=supervisor, service_id=service.pk, entry=other, seen=seen)
    assert (none, again.webhook_secret) == ("", secret)


def test_a_change_is_told_field_by_field_and_a_later_one_is_told_what_stands(
    supervisor: User, administrator: User
) -> None:
    # Given two people who look at the same entry
    service, _ = add_service(by=supervisor, entry=written())
    seen = entry_of(service).mark
    # When one changes the telephone number and the hours
    mended = written(phone="020 7946 0352", hours="Mon-Sun 08:00-20:00")
    change_service(by=supervisor, service_id=service.pk, entry=mended, seen=seen)
    assert Event.objects.filter(stream=service.stream).latest("sequence").data == {
        "changed": {
            "phone": ["020 7946 0351", "020 7946 0352"],
            "hours": ["Mon-Sun 00:00-24:00", "Mon-Sun 08:00-20:00"],
        }
    }
    # Then the other is told who did what, and what stands; nothing of theirs is saved
    with pytest.raises(
        Refusal, match=r"last by Amira Shah.*telephone for professionals, opening hours"
    ) as late:
        change_service(by=administrator, service_id=service.pk, entry=written(capacity="1"), seen=seen)
    assert late.value.status == 409
    assert late.value.extra["stands"]["phone"] == "020 7946 0352"
    service.refresh_from_db()
    assert (service.capacity, service.phone, service.version) == (12, "020 7946 0352", 2)


def test_what_a_service_says_of_itself_meanwhile_is_not_saved_over(supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    seen = entry_of(service).mark
    tell_capacity(service_id=service.pk, by=PARTNER, status="green", good_for_minutes=60, capacity=12)
    change_service(by=supervisor, service_id=service.pk, entry=written(phone="020 7946 0353"), seen=seen)
    seen = entry_of(Service.objects.get()).mark
    tell_capacity(service_id=service.pk, by=PARTNER, status="amber", good_for_minutes=60, capacity=3)
    with pytest.raises(Refusal, match="was changed meanwhile"):
        change_service(by=supervisor, service_id=service.pk, entry=written(), seen=seen)
    service.refresh_from_db()
    assert (service.capacity, service.status) == (3, "amber")


def test_saving_without_a_change_tells_nothing(supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    change_service(by=supervisor, service_id=service.pk, entry=written(), seen=entry_of(service).mark)
    assert told(service) == [("service.listed", supervisor.label)]


def test_a_code_is_in_the_directory_once_ended_or_not(supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    with pytest.raises(Refusal, match="Example Urgent Response has the ODS code T9U01 already") as taken:
        add_service(by=supervisor, entry=written(name="Another"))
    assert (taken.value.status, taken.value.extra["field"]) == (409, "ods_code")
    end_service(by=supervisor, service_id=service.pk, reason="moved away")
    with pytest.raises(Refusal, match="in the directory, ended"):
        add_service(by=supervisor, entry=written(name="Another"))
    other, _ = add_service(by=supervisor, entry=written(name="Another", ods_code="T9U02"))
    with pytest.raises(Refusal, match="already"):
        change_service(by=supervisor, service_id=other.pk, entry=written(), seen=entry_of(other).mark)
    assert Service.objects.count() == 2


def test_what_is_ended_takes_no_offers_and_what_stands_goes_on(supervisor: User, clinician: User) -> None:
    # Given an offer that stands with a service
    service, _ = add_service(by=supervisor, entry=written(webhook_url="http://127.0.0.1:9/hook"))
    referral = send(clinician, assessed_fall(clinician), service)
    # When the service ends
    end_service(by=supervisor, service_id=service.pk, reason="contract ended")
    # Then nobody is offered to it
    second = assessed_fall(clinician, family_name="Second", postcode="SE1 0AB")
    offers = offers_for(second, [])
    assert offers is not None
    assert offers.services == {}
    with pytest.raises(Refusal, match="not in the directory now"):
        send(clinician, second, service)
    # And its message still goes to its address, it may still accept, and its own place is kept
    deliver_due()
    assert "no webhook address" not in str(Message.objects.get().attempts.values_list("answer", flat=True))
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    referral.refresh_from_db()
    assert referral.state == "accepted"
    # And it can be put back
    with pytest.raises(Refusal, match=r"has ended already \(last by Amira Shah"):
        end_service(by=supervisor, service_id=service.pk, reason="again")
    list_again(by=supervisor, service_id=service.pk, reason="contract renewed")
    assert send(clinician, second, service).state == "sent"
    assert [kind for kind, _ in told(service)] == ["service.listed", "service.ended", "service.listed_again"]


def test_an_offer_that_stood_with_an_ended_service_can_be_taken_back(
    supervisor: User, clinician: User
) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    referral = send(clinician, assessed_fall(clinician), service)
    end_service(by=supervisor, service_id=service.pk, reason="contract ended")
    withdraw(referral_id=referral.pk, by=clinician, words="the family drives")
    service.refresh_from_db()
    assert service.places_left == 12
    referral.refresh_from_db()
    assert (referral.state, Case.objects.get().is_open) == ("withdrawn", True)


@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 301])
def test_an_end_has_its_reason(reason: str, supervisor: User) -> None:
    service, _ = add_service(by=supervisor, entry=written())
    with pytest.raises(Refusal, match="Say why"):
        end_service(by=supervisor, service_id=service.pk, reason=reason)
    assert Service.objects.get().active


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"client": "nobody"}, "client", "no partner's API client nobody"),
        ({"client": "cad-client"}, "client", "no partner's API client cad-client"),
        ({"client": "former"}, "client", "no partner's API client former"),
        ({"exclusions": "intoxicatd"}, "exclusions", "does not know “intoxicatd”. Near it: intoxicated"),
        ({"conditions": "sore-throte"}, "conditions", "Near it: sore-throat"),
    ],
)
def test_what_would_never_match_is_refused(
    changes: dict[str, Any], field: str, words: str, supervisor: User
) -> None:
    ApiClient.objects.create(name="cad-client", kind="cad", client_id="a")
    ApiClient.objects.create(name="former", kind="partner", client_id="b", active=False)
    with pytest.raises(Refusal, match=words) as told_so:
        add_service(by=supervisor, entry=written(**changes))
    assert (told_so.value.status, told_so.value.extra["field"]) == (422, field)
    assert not Service.objects.exists()


def test_codes_and_clients_that_are_known_are_kept(supervisor: User) -> None:
    ApiClient.objects.create(name="partner-one", kind="partner", client_id="a")
    entry = written(client="partner-one", exclusions="intoxicated", conditions="sore-throat PHARM12H")
    service, _ = add_service(by=supervisor, entry=entry)
    assert (service.client, service.conditions) == ("partner-one", ["PHARM12H", "sore-throat"])


@pytest.mark.parametrize("between", [(), ("",)])
def test_patients_told_through_one_client_are_never_read_through_another(
    supervisor: User, clinician: User, between: tuple[str, ...]
) -> None:
    # Given a service that had a referral through its client, which may be taken off it
    for name in ("partner-one", "partner-two"):
        ApiClient.objects.create(name=name, kind="partner", client_id=name)
    service, _ = add_service(by=supervisor, entry=written(client="partner-one"))
    send(clinician, assessed_fall(clinician), service)
    for client in between:
        change_service(
            by=supervisor, service_id=service.pk, entry=written(client=client), seen=mark_of(service)
        )
    # When somebody gives it another client, then it is refused; its own it may have again
    with pytest.raises(Refusal, match="partner-one") as told_so:
        change_service(
            by=supervisor, service_id=service.pk, entry=written(client="partner-two"), seen=mark_of(service)
        )
    assert (told_so.value.status, told_so.value.extra["field"]) == (422, "client")
    assert not Referral.objects.of_client("partner-two").exists()
    change_service(
        by=supervisor, service_id=service.pk, entry=written(client="partner-one"), seen=mark_of(service)
    )
    assert Referral.objects.of_client("partner-one").count() == 1


def test_a_service_that_had_no_patient_yet_may_have_another_client(supervisor: User) -> None:
    for name in ("partner-one", "partner-two"):
        ApiClient.objects.create(name=name, kind="partner", client_id=name)
    service, _ = add_service(by=supervisor, entry=written(client="partner-one"))
    changed, _ = change_service(
        by=supervisor, service_id=service.pk, entry=written(client="partner-two"), seen=mark_of(service)
    )
    assert changed.client == "partner-two"


def test_a_client_that_was_listed_before_the_first_patient_keeps_no_other_away(
    supervisor: User, clinician: User
) -> None:
    # Given a slip of the client, mended before anybody was referred
    for name in ("partner-one", "partner-two"):
        ApiClient.objects.create(name=name, kind="partner", client_id=name)
    service, _ = add_service(by=supervisor, entry=written(client="partner-one"))
    change_service(
        by=supervisor, service_id=service.pk, entry=written(client="partner-two"), seen=mark_of(service)
    )
    send(clinician, assessed_fall(clinician), service)
    # When the client is taken off and given again, then it has its patients
    for client in ("", "partner-two"):
        change_service(
            by=supervisor, service_id=service.pk, entry=written(client=client), seen=mark_of(service)
        )
    assert Referral.objects.of_client("partner-two").count() == 1


def test_a_code_that_the_content_dropped_does_not_stop_a_mended_number(supervisor: User) -> None:
    service = make_service(exclusions=["retired-code"], client="lost-client", phone="020 7946 0301")
    stands = entry_of(service)
    mended = written(
        name=stands.name, ods_code=stands.ods_code, exclusions="retired-code", client="lost-client",
        webhook_url=stands.webhook_url,
    )  # fmt: skip
    changed, _ = change_service(by=supervisor, service_id=service.pk, entry=mended, seen=stands.mark)
    assert changed.phone == "020 7946 0351"


def test_in_production_messages_go_to_https_only(supervisor: User, settings: Any) -> None:
    settings.MODE = "production"
    with pytest.raises(Refusal, match="https addresses only") as told_so:
        add_service(by=supervisor, entry=written(webhook_url="http://partner.example/hook"))
    assert told_so.value.extra["field"] == "webhook_url"
    add_service(by=supervisor, entry=written(webhook_url=ADDRESS))


@pytest.mark.parametrize("who", ["clinician", "senior", "governance_lead", "call_handler"])
def test_who_only_reads_the_directory_changes_nothing(who: str, request: pytest.FixtureRequest) -> None:
    by: User = request.getfixturevalue(who)
    service = make_service()
    tries = [
        lambda: add_service(by=by, entry=written()),
        lambda: change_service(by=by, service_id=service.pk, entry=written(), seen=entry_of(service).mark),
        lambda: end_service(by=by, service_id=service.pk, reason="because"),
        lambda: list_again(by=by, service_id=service.pk, reason="because"),
        lambda: give_secret(by=by, service_id=service.pk),
    ]
    for each in tries:
        with pytest.raises(Refusal) as refused:
            each()
        assert refused.value.status == 403
    assert not Event.objects.filter(stream__startswith="service:").exists()


def test_without_its_event_nothing_is_saved(supervisor: User, monkeypatch: pytest.MonkeyPatch) -> None:
    service, _ = add_service(by=supervisor, entry=written())

    def broken(**_: Any) -> None:
        raise IntegrityError("the record is broken")

    monkeypatch.setattr(listing, "write", broken)
    seen = entry_of(service).mark
    for each in (
        lambda: add_service(by=supervisor, entry=written(ods_code="T9U09")),
        lambda: change_service(by=supervisor, service_id=service.pk, entry=written(name="B"), seen=seen),
        lambda: end_service(by=supervisor, service_id=service.pk, reason="because"),
    ):
        with pytest.raises(IntegrityError):
            each()
    kept = Service.objects.get()
    assert (kept.name, kept.active, kept.listed_at <= now()) == ("Example Urgent Response", True, True)
