"""Whatever the code above forgets, no two grids share ground."""

from django.db import migrations

# Two grids may meet in a strip thinner than half a metre: that is how exactly neighbours' edges
# are drawn. An intersection that vanishes when shrunk by 0.25 m from each side is such a strip;
# cos(latitude) turns ground metres into those of EPSG:3857.
NO_OVERLAP = """
CREATE FUNCTION grids_do_not_overlap() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    this grids_grid;
    other text;
BEGIN
    -- As it stands now, not as this one change left it: a transaction may redraw a grid twice.
    SELECT * INTO this FROM grids_grid WHERE id = NEW.id AND closed_on IS NULL;
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    -- Two editors at once would not see each other's grid. Taken at commit, so held briefly.
    PERFORM pg_advisory_xact_lock(hashtext('grids_do_not_overlap'));
    SELECT g.code INTO other
    FROM grids_grid AS g
    WHERE g.closed_on IS NULL
      AND g.id <> this.id
      AND g.geom && this.geom
      AND ST_Relate(g.geom, this.geom, '2********')
      AND NOT ST_IsEmpty(ST_Buffer(
          ST_Intersection(g.geom_3857, this.geom_3857),
          -0.25 / cos(radians(ST_YMin(this.geom)))))
    LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'grid % overlaps grid %', this.code, other
            USING ERRCODE = 'exclusion_violation', DETAIL = this.code || ' ' || other,
                  CONSTRAINT = 'grids_do_not_overlap', TABLE = 'grids_grid';
    END IF;
    RETURN NULL;
END $$;

-- Deferred: a redrawn border changes two grids, one after the other.
CREATE CONSTRAINT TRIGGER grids_do_not_overlap
AFTER INSERT OR UPDATE OF geom, closed_on ON grids_grid
DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW WHEN (NEW.closed_on IS NULL) EXECUTE FUNCTION grids_do_not_overlap();
"""


class Migration(migrations.Migration):
    dependencies = [("grids", "0001_initial")]
    operations = [migrations.RunSQL(NO_OVERLAP, "DROP FUNCTION grids_do_not_overlap CASCADE")]
