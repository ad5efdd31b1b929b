"""The migrations give what the models say, triggers included. All other tests make their tables from the models."""

import os
import subprocess
import sys

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from .conftest import GUARDED

TRIGGERS = {
    "sqlite": "SELECT DISTINCT tbl_name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT DISTINCT event_object_table FROM information_schema.triggers",
}
COLUMNS = {
    "sqlite": "SELECT t.name, c.name FROM sqlite_master t, pragma_table_info(t.name) c WHERE t.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'",
}
MADE_BY_TESTS = {"django_migrations", "sqlite_sequence"}


@pytest.fixture
def migrated(tmp_path, django_db_blocker):
    """Asks a database that `manage.py migrate` made from nothing."""
    with django_db_blocker.unblock():
        if connection.vendor == "sqlite":
            yield from _sqlite(tmp_path / "migrated.sqlite3", tmp_path)
        else:
            yield from _postgres(f"{connection.settings_dict['NAME']}_migrated", tmp_path)


def _sqlite(path, folder):
    import sqlite3

    _migrate(f"sqlite:///{path}", folder)
    with sqlite3.connect(path) as other:
        yield lambda query: other.execute(query).fetchall()


def _postgres(name, folder):
    parts = {key.lower(): settings.DATABASES["default"][key] for key in ("USER", "PASSWORD", "HOST", "PORT")}
    server = " ".join(f"{key}={value}" for key, value in parts.items() if value)
    with psycopg.connect(f"{server} dbname=postgres", autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}"')
        admin.execute(f'CREATE DATABASE "{name}"')
        try:
            login = f"{parts['user']}:{parts['password']}@" if parts["password"] else f"{parts['user']}@"
            _migrate(f"postgres://{login}{parts['host']}:{parts['port'] or 5432}/{name}", folder)
            with psycopg.connect(f"{server} dbname={name}") as other:
                yield lambda query: other.execute(query).fetchall()
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def _migrate(url, folder):
    environment = os.environ | {"DATABASE_URL": url, "PORTAL_DATA": str(folder), "PORTAL_MODE": "test"}
    done = subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=settings.BASE_DIR, env=environment | {"SECRET_KEY": "test"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]


def test_a_migrated_database_is_that_of_the_models_and_guarded(migrated, db):
    def here(query):
        with connection.cursor() as cursor:
            cursor.execute(query[connection.vendor])
            return set(cursor.fetchall())

    assert {table for (table,) in migrated(TRIGGERS[connection.vendor])} == set(GUARDED)
    columns = {row for row in migrated(COLUMNS[connection.vendor]) if row[0] not in MADE_BY_TESTS}
    assert columns == {row for row in here(COLUMNS) if row[0] not in MADE_BY_TESTS}
    assert len(columns) > 500
