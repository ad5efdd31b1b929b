"""Many rows written at once."""

from django.db import connections, router


def update_each(rows, names):
    """Write these fields of saved rows of one model, as `bulk_update` does.

    One short statement sent with all values, and not one long expression for all rows: building that took Django longer
    than printing the papers it was about.
    """
    if not rows or not names:
        return
    model = type(rows[0])
    connection = connections[router.db_for_write(model)]
    fields = [model._meta.get_field(name) for name in names]
    quoted = connection.ops.quote_name
    wanted = ", ".join(f"{quoted(field.column)} = %s" for field in fields)
    key = model._meta.pk
    sql = f"UPDATE {quoted(model._meta.db_table)} SET {wanted} WHERE {quoted(key.column)} = %s"
    values = [
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in [*fields, key]]
        for row in rows
    ]
    with connection.cursor() as cursor:
        cursor.executemany(sql, values)
