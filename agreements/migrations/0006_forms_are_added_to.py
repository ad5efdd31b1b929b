from django.db import migrations

from agreements.append_only import OF_FORMS, protect, unprotect


def forwards(apps, schema_editor):
    protect(schema_editor.connection, OF_FORMS)


def backwards(apps, schema_editor):
    unprotect(schema_editor.connection, OF_FORMS)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0005_seals_are_added_to")]

    operations = [migrations.RunPython(forwards, backwards)]
