"""Answers, decisions and published content stay as they were."""

from django.db import migrations

from triage.triggers import MAKE, UNDO


class Migration(migrations.Migration):
    dependencies = [("triage", "0001_initial")]
    operations = [migrations.RunSQL(MAKE, UNDO)]
