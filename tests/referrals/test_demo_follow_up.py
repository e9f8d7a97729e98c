"""In a demonstration a follow-up is due within minutes, and the page says so; anywhere else the rule alone counts."""

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from hub.people.models import User
from referrals.models import FollowUp
from referrals.operations.answering import accept
from tests.referrals.stories import offered
from tests.referrals.test_referral_life import PARTNER

ROOT = Path(__file__).resolve().parents[2]
COMPLETE = {
    "SECRET_KEY": "s" * 50,
    "DATABASE_URL": "postgresql://hub@127.0.0.1/hub",
    "REDIS_URL": "redis://127.0.0.1/0",
    "HUB_PUBLIC_URL": "https://hub.example",
    "HUB_CAD_URL": "https://cad.example",
    "HUB_CAD_SECRET": "c" * 50,
    "NOTIFY_API_KEY": "n" * 50,
    "NOTIFY_TEMPLATE_ID": "t" * 20,
}


def helped(clinician: User) -> FollowUp:
    referral = offered(clinician)
    accept(referral_id=referral.pk, by=PARTNER, name="Ida Moss", role="Nurse")
    return FollowUp.objects.get()


def waits(follow_up: FollowUp) -> timedelta:
    return follow_up.due_at - follow_up.created_at


def minutes_in(mode: str) -> str:
    """What a process of this mode reads when the demo's minutes are in its environment."""
    environment = {**os.environ, **COMPLETE, "HUB_MODE": mode, "HUB_DEMO_FOLLOW_UP_MINUTES": "2"}
    command = "from hub.config import settings; print(settings.DEMO_FOLLOW_UP_MINUTES)"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_only_a_demonstration_reads_the_minutes() -> None:
    assert [minutes_in(mode) for mode in ("demo", "test", "production")] == ["2", "0", "0"]


@pytest.mark.django_db
@pytest.mark.usefixtures("content")
def test_in_a_demonstration_it_is_due_within_minutes_and_the_page_says_so(
    clinician: User, client_as: Callable[[User], Client], settings: Any
) -> None:
    settings.DEMO_FOLLOW_UP_MINUTES = 2

    assert abs(waits(helped(clinician)) - timedelta(minutes=2)) < timedelta(seconds=5)
    page = client_as(clinician).get("/follow-ups/").content.decode()
    assert "In this demonstration a follow-up is due 2 minutes after the case ends" in page


@pytest.mark.django_db
@pytest.mark.usefixtures("content")
def test_otherwise_the_rule_counts_and_the_page_says_nothing(
    clinician: User, client_as: Callable[[User], Client]
) -> None:
    assert abs(waits(helped(clinician)) - timedelta(minutes=180)) < timedelta(seconds=5)
    assert "demonstration" not in client_as(clinician).get("/follow-ups/").content.decode()
