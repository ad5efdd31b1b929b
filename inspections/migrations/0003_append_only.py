from django.db import migrations

from agreements.append_only import protect, unprotect
from inspections.append_only import TABLES


def forwards(apps, schema_editor):
    protect(schema_editor.connection, TABLES)


def backwards(apps, schema_editor):
    unprotect(schema_editor.connection, TABLES)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0002_points_of_cases")]

    operations = [migrations.RunPython(forwards, backwards)]
