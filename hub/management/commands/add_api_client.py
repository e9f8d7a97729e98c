"""Let a machine in: a CAD or a partner, with a secret that is shown once."""

import argparse
import secrets
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import transaction
from oauth2_provider.models import get_application_model

from hub.cases.models import ApiClient
from hub.cases.models.api_client import SCOPES_OF


class Command(BaseCommand):
    help = "Add an API client and print its client id and secret, once. With --again, give it a new secret."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("name", help="short, of letters, digits, - and _; its own is kept under it")
        parser.add_argument("--kind", required=True, choices=ApiClient.Kind.values)
        parser.add_argument(
            "--scope",
            action="append",
            dest="scopes",
            help="only this scope (repeatable); default: all of its kind",
        )
        parser.add_argument(
            "--again",
            action="store_true",
            help="a new id and secret; the old ones end at once",
        )

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        name, kind = options["name"], options["kind"]
        scopes = options["scopes"] or list(SCOPES_OF[kind])
        self._check(name, kind, scopes, options["again"])
        secret = secrets.token_urlsafe(48)
        applications = get_application_model().objects
        old = ApiClient.objects.filter(name=name).values_list("client_id", flat=True).first()
        if old:
            applications.filter(client_id=old).delete()
        application = applications.create(
            name=name,
            client_type="confidential",
            authorization_grant_type="client-credentials",
            client_secret=secret,
        )
        ApiClient.objects.update_or_create(
            name=name,
            defaults={"kind": kind, "scopes": scopes, "client_id": application.client_id, "active": True},
        )
        self.stdout.write(f"client_id={application.client_id}")
        self.stdout.write(f"client_secret={secret}")
        self.stderr.write("The secret is not kept and cannot be shown again.")

    def _check(self, name: str, kind: str, scopes: list[str], again: bool) -> None:
        try:
            validate_slug(name)
        except ValidationError as error:
            raise CommandError("The name may hold letters, digits, - and _ only.") from error
        if strange := sorted(set(scopes) - set(SCOPES_OF[kind])):
            raise CommandError(
                f"A {kind} cannot have {', '.join(strange)}; it can have {', '.join(SCOPES_OF[kind])}."
            )
        if not again and ApiClient.objects.filter(name=name).exists():
            raise CommandError(f"There is a client {name} already. With --again it gets a new secret.")
