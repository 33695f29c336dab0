"""Drafts also hold how many families a grid is meant to have; those there are say what is so now."""

from django.db import migrations

TARGET = """
CREATE FUNCTION pg_temp.with_target(content jsonb, grid bigint) RETURNS jsonb LANGUAGE sql AS $$
    SELECT content || jsonb_build_object(
        'target', (SELECT target_households FROM grids_grid WHERE id = grid))
$$;
CREATE FUNCTION pg_temp.cells_with_target(cells jsonb) RETURNS jsonb LANGUAGE sql AS $$
    SELECT coalesce(jsonb_object_agg(key, CASE jsonb_typeof(cell) WHEN 'null' THEN cell ELSE
        jsonb_set(cell, '{content}',
                  pg_temp.with_target(cell -> 'content', (cell ->> 'grid')::bigint)) END), '{}')
    FROM jsonb_each(cells) AS c (key, cell)
$$;
UPDATE grids_draftgrid SET content = pg_temp.with_target(content, grid_id),
                           base = pg_temp.with_target(base, grid_id);
UPDATE grids_draftstep SET before = pg_temp.cells_with_target(before),
                           after = pg_temp.cells_with_target(after);
DROP FUNCTION pg_temp.cells_with_target;
DROP FUNCTION pg_temp.with_target;
"""


class Migration(migrations.Migration):
    dependencies = [("grids", "0003_territory")]
    operations = [migrations.RunSQL(TARGET, migrations.RunSQL.noop)]
