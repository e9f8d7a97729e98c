"""Several alarms stand on one case at once: a list in place of one sentence."""

from django.db import migrations, models

KEEP = """
UPDATE hub_case SET alarms = jsonb_build_array(jsonb_build_object(
  'kind', 'reopened', 'sentence', alarm, 'raised_at', to_char(alarm_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"'),
  'key', substr(md5(id::text), 1, 8)))
WHERE alarm_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0003_message_withdrawn")]

    operations = [
        migrations.AddField("case", "alarms", models.JSONField(blank=True, default=list)),
        migrations.RunSQL(KEEP, migrations.RunSQL.noop),
        migrations.RemoveField("case", "alarm"),
        migrations.AlterField(
            "case",
            "alarm_at",
            models.DateTimeField(null=True, verbose_name="since when the oldest of them stands"),
        ),
        migrations.AddConstraint(
            "case",
            models.CheckConstraint(
                name="case_alarmed_exactly_with_alarms",
                condition=models.Q(("alarm_at__isnull", True), ("alarms", []))
                | models.Q(models.Q(("alarms", []), _negated=True), ("alarm_at__isnull", False)),
            ),
        ),
    ]
