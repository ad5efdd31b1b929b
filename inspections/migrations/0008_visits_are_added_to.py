from django.db import migrations

from agreements.append_only import protect, unprotect
from inspections.append_only import OF_VISITS


def forwards(apps, schema_editor):
    protect(schema_editor.connection, OF_VISITS)


def backwards(apps, schema_editor):
    unprotect(schema_editor.connection, OF_VISITS)


class Migration(migrations.Migration):
    dependencies = [("inspections", "0007_interview_record")]

    operations = [migrations.RunPython(forwards, backwards)]
