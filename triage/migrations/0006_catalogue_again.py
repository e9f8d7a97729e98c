"""An earlier catalogue may come into force again: the digest is no longer unique."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("triage", "0005_observations")]

    operations = [
        migrations.AlterField(
            model_name="catalogue", name="digest", field=models.CharField(db_index=True, max_length=64)
        ),
    ]
