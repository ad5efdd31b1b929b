"""`python -m config.setup.postgres URL`: exit code 0 when a PostgreSQL server answers at this DATABASE_URL."""

import sys

import environ
import psycopg

SECONDS_TO_WAIT = 5


def answers(url):
    """Does the server let us in? The database named in `url` may not exist yet, tests make their own."""
    database = environ.Env.db_url_config(url)
    return any(can_connect(database, name) for name in (database["NAME"], "postgres"))


def can_connect(database, name):
    try:
        psycopg.connect(
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            dbname=name,
            connect_timeout=SECONDS_TO_WAIT,
        ).close()
    except psycopg.OperationalError:
        return False
    return True


if __name__ == "__main__":
    sys.exit(not answers(sys.argv[1]))
