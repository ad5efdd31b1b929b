from django.db import migrations

from agreements.append_only import OF_SEALS, protect, unprotect


def forwards(apps, schema_editor):
    protect(schema_editor.connection, OF_SEALS)


def backwards(apps, schema_editor):
    unprotect(schema_editor.connection, OF_SEALS)


class Migration(migrations.Migration):
    dependencies = [("agreements", "0004_printing_house")]

    operations = [migrations.RunPython(forwards, backwards)]
