from datetime import date
from itertools import islice

from django.db import migrations, models

TOGETHER = 2_000
NAMED = 5  # version of the UUID of a card that came with others, in a sheet


def tell_apart(apps, editor):
    """What is there already: the report date it says, and whether it came in a sheet."""
    cases = apps.get_model("surveillance", "InjuryCase").objects
    rows = cases.only("uuid", "data").order_by("pk").iterator(TOGETHER)
    while part := list(islice(rows, TOGETHER)):
        for row in part:
            said = row.data.get("reported_date")
            row.reported_date = date.fromisoformat(said) if said else None
            row.by_hand = row.uuid.version != NAMED
        cases.bulk_update(part, ["reported_date", "by_hand"])


class Migration(migrations.Migration):
    dependencies = [
        ("surveillance", "0007_public_summaries_without_scope"),
    ]

    operations = [
        migrations.AddField(
            model_name="injurycase",
            name="by_hand",
            field=models.BooleanField(default=True, verbose_name="逐张填写"),
        ),
        migrations.AddField(
            model_name="injurycase",
            name="reported_date",
            field=models.DateField(null=True, verbose_name="报告日期"),
        ),
        migrations.RunPython(tell_apart, migrations.RunPython.noop),
    ]
