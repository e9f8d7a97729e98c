"""Services come from a file all or none, by the operations of the pages; every wrong entry is named."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from hub.people.models import User
from hub.record.models import Event
from referrals.models import Service
from referrals.operations.listing import end_service
from tests.referrals.entries import ADDRESS, WRITTEN

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("content")]
OTHER = {**WRITTEN, "ods_code": "T9P01", "name": "Example Pharmacy", "kind": "pharmacy"}


def load(tmp_path: Path, entries: Any, *options: str) -> str:
    file, out = tmp_path / "services.json", io.StringIO()
    file.write_text(entries if isinstance(entries, str) else json.dumps(entries), encoding="utf-8")
    call_command("load_services", str(file), *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(tmp_path: Path, entries: Any) -> list[str]:
    with pytest.raises(CommandError) as told:
        load(tmp_path, entries)
    return str(told.value).splitlines()


def test_a_file_adds_changes_and_says_what_it_did(tmp_path: Path, settings: Any) -> None:
    settings.MODE = "production"
    first = load(tmp_path, [{**WRITTEN, "webhook_url": ADDRESS}, OTHER])
    service = Service.objects.get(ods_code="T9U01")
    assert first.splitlines() == [
        "added    T9P01 Example Pharmacy",
        "added    T9U01 Example Urgent Response",
        f"T9U01 webhook_secret={service.webhook_secret}",
    ]
    again = load(tmp_path, [{"ods_code": "t9u01", "name": service.name, "phone": "020 7946 0359"}, OTHER])
    assert again.splitlines() == [
        "the same T9P01 Example Pharmacy",
        "changed  T9U01 Example Urgent Response: telephone for professionals",
    ]
    service.refresh_from_db()
    assert (service.phone, service.webhook_url, service.capacity) == ("020 7946 0359", ADDRESS, 12)
    events = Event.objects.filter(stream=service.stream).order_by("sequence")
    assert [(each.kind, each.by_label) for each in events] == [
        ("service.listed", "the command line"),
        ("service.changed", "the command line"),
    ]


def test_one_wrong_entry_and_nothing_is_changed(tmp_path: Path) -> None:
    load(tmp_path, [WRITTEN])
    told = refused(
        tmp_path,
        [
            OTHER,
            {**WRITTEN, "phone": "020", "hours": ["Mon-Sat 08:00-20:00", "Sun 8-20"]},
            {"name": "No code"},
            {**OTHER, "ods_code": "T9P02", "conditions": ["sore-throte"], "colour": "blue"},
            {**OTHER, "ods_code": "T9P03", "conditions": ["sore-throte"]},
        ],
    )
    assert told[-1] == "Nothing was changed."
    assert told[0].startswith("entry 2 (T9U01 Example Urgent Response): phone: That is not a whole telephone")
    assert any(each.startswith("entry 2") and "Line 2, “Sun 8-20”" in each for each in told)
    assert any(
        each.startswith("entry 3 (no ods_code No code): ods_code: Enter the ODS code") for each in told
    )
    assert "entry 4 (T9P02 Example Pharmacy): colour: There is no such field." in told
    assert any(each.startswith("entry 5") and "Near it: sore-throat" in each for each in told)
    assert list(Service.objects.values_list("ods_code", "phone")) == [("T9U01", "020 7946 0351")]
    assert Event.objects.filter(stream__startswith="service:").count() == 1


def test_check_says_the_same_and_changes_nothing(tmp_path: Path) -> None:
    said = load(tmp_path, [{**WRITTEN, "webhook_url": ADDRESS}], "--check")
    assert said.splitlines() == ["added    T9U01 Example Urgent Response", "Checked: nothing was changed."]
    assert not Service.objects.exists()
    assert not Event.objects.filter(stream__startswith="service:").exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "This is no JSON"),
        ("[{]", "This is no JSON: .*line 1 column 3"),
        ("{}", "holds a list of entries"),
        ("[]", "holds a list of entries"),
        ("[1]", "holds a list of entries"),
        ('[{"name": "A", "name": "B"}]', "“name” stands twice"),
        ("[" * 100_000, "This is no JSON"),
        (json.dumps([WRITTEN, WRITTEN]), "entry 2 .*: entry 1 has the same ODS code"),
        (json.dumps([{**WRITTEN, "age_from": [18]}]), "age_from: Enter a whole number"),
        (json.dumps([{**WRITTEN, "latitude": float("nan")}]), "latitude: Enter a number from 49"),
        (json.dumps([{**WRITTEN, "ods_code": "T9\x00"}]), r"\(T9\? .*ods_code: It holds a character"),
        (json.dumps([{**WRITTEN, "ods_code": "\ud800"}]), "ods_code: It holds a character"),
        (json.dumps([{**WRITTEN, "ods_code": ["T9U01"]}]), "ods_code: Write words in quotation marks"),
        (json.dumps([{**WRITTEN, "name": {"a": 1}}]), "name: Write words in quotation marks"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_so(text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=words):
        load(tmp_path, text)
    assert not Service.objects.exists()


def test_a_code_of_another_service_is_never_taken_over(tmp_path: Path, supervisor: User) -> None:
    load(tmp_path, [WRITTEN])
    told = refused(tmp_path, [{**WRITTEN, "name": "Somebody Else"}])
    assert "T9U01 is Example Urgent Response" in told[0]
    end_service(by=supervisor, service_id=Service.objects.get().pk, reason="closed")
    assert "has ended. Put it back on its page first" in refused(tmp_path, [WRITTEN])[0]


def test_a_plain_http_address_is_refused_in_production(tmp_path: Path, settings: Any) -> None:
    settings.MODE = "production"
    assert (
        "webhook_url: In production"
        in refused(tmp_path, [{**WRITTEN, "webhook_url": "http://a.example/"}])[0]
    )


def test_the_file_may_come_by_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps([WRITTEN])))
    call_command("load_services", "-", stdout=io.StringIO())
    assert Service.objects.get().name == "Example Urgent Response"


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"services\.json cannot be read"):
        call_command("load_services", str(tmp_path / "services.json"))


def test_the_example_of_the_operations_page_loads(tmp_path: Path) -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text(encoding="utf-8")
    example = page.split("```json\n", 1)[1].split("```", 1)[0]
    assert load(tmp_path, example).startswith("added ")
