from django.db import migrations


def empty(apps, editor):
    """The cards of a pack have another layout: until they are packed anew they are read as they stand."""
    apps.get_model("surveillance", "Pack").objects.update(packed=None, cards=b"")


class Migration(migrations.Migration):
    dependencies = [("surveillance", "0008_reported_dates")]
    operations = [migrations.RunPython(empty, empty)]
