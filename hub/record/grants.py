"""What the serving role may do: read and write, own nothing, and only add to the record."""

from django.apps import apps
from django.db import connection

from hub.record.triggers import APPEND_ONLY, READ_ONLY


def grant(role: str) -> None:
    """Give the serving role its rights on every table of the schema; run as the owner after each migration.

    Raises django.db.ProgrammingError when the role does not exist.
    """
    name = connection.ops.quote_name(role)
    read_only = (*READ_ONLY, "django_migrations")
    with connection.cursor() as cursor:
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {name}")
        cursor.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}")
        cursor.execute(f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}")
        for table in (*append_only_tables(), *read_only):
            cursor.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {name}")
        for table in read_only:
            cursor.execute(f"REVOKE INSERT ON {table} FROM {name}")


def append_only_tables() -> list[str]:
    """The record's own, and every table whose model declares `append_only = True`."""
    declared = [
        model._meta.db_table  # noqa: SLF001 - Django's documented model API
        for model in apps.get_models()
        if getattr(model, "append_only", False)
    ]
    return [*APPEND_ONLY, *declared]
