"""The first administrator of a new hub; everybody else is added in the browser."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from hub.accounts.operations import Details, add_person
from hub.people.models import Profession
from hub.people.roles import Role
from hub.record.actors import Machine
from hub.refusals import Refusal


class Command(BaseCommand):
    help = "Add a person and print their first password, once. They choose their own when they sign in."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("username")
        parser.add_argument("--name", required=True)
        parser.add_argument("--role", choices=Role.values, default=Role.ADMINISTRATOR.value)
        parser.add_argument(
            "--profession", choices=Profession.values, default=Profession.NOT_REGISTERED.value
        )
        parser.add_argument("--registration-number", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        details = Details(
            name=options["name"], role=options["role"], profession=options["profession"],
            registration_number=options["registration_number"],
        )  # fmt: skip
        try:
            user, password = add_person(
                by=Machine("the command line"), username=options["username"], details=details
            )
        except Refusal as refusal:
            raise CommandError(refusal.sentence) from refusal
        self.stdout.write(f"username={user.username}")
        self.stdout.write(f"password={password}")
        self.stderr.write("The password is not kept and cannot be shown again.")
