"""The record refuses to forget; case numbers come from a sequence, so that intake never waits for a number."""

from django.db import migrations

from hub.record.triggers import REFUSE, SEAL, UNDO

QUEUE_UPKEEP = """
ALTER TABLE hub_case SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE hub_dueitem SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE hub_message SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02);
"""


class Migration(migrations.Migration):
    dependencies = [("hub", "0001_initial")]
    operations = [
        migrations.RunSQL(SEAL + REFUSE, UNDO),
        migrations.RunSQL("CREATE SEQUENCE hub_case_number", "DROP SEQUENCE hub_case_number"),
        migrations.RunSQL(QUEUE_UPKEEP, migrations.RunSQL.noop),
    ]
