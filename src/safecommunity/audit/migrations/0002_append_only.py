"""The log can be added to, and nothing else."""

from django.db import migrations

SQLITE = [
    f"""CREATE TRIGGER audit_line_no_{verb.lower()} BEFORE {verb} ON audit_line
        BEGIN SELECT RAISE(ABORT, 'audit lines are append-only'); END"""
    for verb in ("UPDATE", "DELETE")
]
POSTGRESQL = [
    """CREATE FUNCTION audit_line_append_only() RETURNS trigger LANGUAGE plpgsql AS
       $$ BEGIN RAISE EXCEPTION 'audit lines are append-only'; END $$""",
    """CREATE TRIGGER audit_line_append_only BEFORE UPDATE OR DELETE ON audit_line
       FOR EACH ROW EXECUTE FUNCTION audit_line_append_only()""",
]
UNDO = {
    "sqlite": [f"DROP TRIGGER audit_line_no_{verb}" for verb in ("update", "delete")],
    "postgresql": [
        "DROP TRIGGER audit_line_append_only ON audit_line",
        "DROP FUNCTION audit_line_append_only",
    ],
}


def forbid(apps, schema_editor):
    vendor = schema_editor.connection.vendor
    for statement in SQLITE if vendor == "sqlite" else POSTGRESQL:
        schema_editor.execute(statement)


def permit(apps, schema_editor):
    for statement in UNDO[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forbid, permit)]
