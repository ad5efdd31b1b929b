"""Tables whose rows are only ever added: database triggers refuse update and delete, on both databases.

The record of events may not be rewritten, and a published edition is immutable. A trigger also stops what
no Python check sees: a hand in the database, `QuerySet.update`, a careless script.
"""

TABLES = {
    "agreements_event": "事项记录只能增加，不能改动或删除",
    "agreements_edition": "已发布的协议文本不能改动或删除",
}
# Those that came after the first (each set has its own migration).
OF_SEALS = {
    "agreements_sealevent": "印章的记录只能增加，不能改动或删除",
    "agreements_paperrevision": "加签的版本只能增加，不能改动或删除",
    "agreements_sealedscan": "盖章件只能增加，不能改动或删除",
}
OF_FORMS = {"agreements_printedform": "印制版式只能增加，不能改动或删除"}
OF_EDITIONS = {"agreements_editionevent": "协议文本版本的记录只能增加，不能改动或删除"}
OF_SUPPLEMENTS = {"agreements_supplementevent": "统一补充协议的记录只能增加，不能改动或删除"}
ALL = TABLES | OF_SEALS | OF_FORMS | OF_EDITIONS | OF_SUPPLEMENTS

_SQLITE = """
CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table}
BEGIN SELECT RAISE(ABORT, '{message}'); END
"""
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END $$
"""
_POSTGRES_ROWS = """
CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION {table}_refuse()
"""


def protect(connection, tables=TABLES):
    """Set the triggers on these tables: {table: what the refusal says}."""
    with connection.cursor() as cursor:
        for table, message in tables.items():
            for statement in _statements(connection.vendor, table, message):
                cursor.execute(statement)


def unprotect(connection, tables=TABLES):
    """Take the triggers away: for a migration that must rebuild the table, never for daily work."""
    with connection.cursor() as cursor:
        for table in tables:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_change ON {table}")
            else:
                for verb in ("update", "delete"):
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_no_{verb}")


def _statements(vendor, table, message):
    if vendor == "postgresql":
        return [_POSTGRES_FUNCTION.format(table=table, message=message), _POSTGRES_ROWS.format(table=table)]
    return [_SQLITE.format(table=table, verb=verb, message=message) for verb in ("update", "delete")]
