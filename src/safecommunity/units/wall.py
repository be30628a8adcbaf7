"""The second wall, on PostgreSQL: the database itself shows a request only the rows its person reaches.

The managers of `units.scope` are the first wall, and the only one on SQLite. Here every table of unit rows
has a row-level policy over its `path`, and a request sets `app.reach` before it asks anything. It holds only
for a database role that is not a superuser.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.apps import apps
from django.conf import settings
from django.db import connection

from safecommunity.units.scope import UnitRow

FUNCTION = """
CREATE OR REPLACE FUNCTION app_reaches(path text) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT 1 FROM unnest(string_to_array(current_setting('app.reach', true), ' ')) AS prefix
        WHERE prefix <> '' AND starts_with(path, prefix)
    )
$$
"""
POLICY = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS within_reach ON {table};
CREATE POLICY within_reach ON {table} USING (app_reaches(path)) WITH CHECK (app_reaches(path))
"""


def tables() -> list[str]:
    """Every table whose rows belong to a unit."""
    return sorted(model._meta.db_table for model in apps.get_models() if issubclass(model, UnitRow))


def build() -> list[str]:
    """Put the policies in place; to be run by the owner of the tables after each migration."""
    with connection.cursor() as cursor:
        cursor.execute(FUNCTION)
        for table in tables():
            cursor.execute(POLICY.format(table=connection.ops.quote_name(table)))
    return tables()


def narrow(prefixes: Iterable[str]) -> None:
    """From now on this connection sees only rows below these paths; does nothing where there is no wall."""
    if settings.ROW_WALL:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('app.reach', %s, false)", [" ".join(prefixes)])
