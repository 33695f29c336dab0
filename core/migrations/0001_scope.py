"""Schema `sec`: who is acting, checked by signature. And the Morton key of a point."""

from django.db import migrations

# Not in any backup: `restore` makes it anew.
KEY_TABLE = """
-- The key that signs scopes. Two may be valid at once, for rotation. The runtime role may not read
-- it: whoever could would be anybody. `manage.py migrate` fills it from SCOPE_KEY.
CREATE TABLE sec.scope_key (
    id smallint PRIMARY KEY CHECK (id IN (1, 2)),
    key bytea NOT NULL CHECK (length(key) >= 32)
);
"""

SCOPE = f"""
CREATE SCHEMA sec;
{KEY_TABLE}

-- 'm:<member id>', 's:<purpose>', or null when the scope is missing, forged or too old.
CREATE FUNCTION sec.subject() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    token text[] := string_to_array(current_setting('wuse.scope', true), '|');
BEGIN
    IF token IS NULL OR array_length(token, 1) IS DISTINCT FROM 3 THEN
        RETURN NULL;
    END IF;
    IF to_timestamp(token[2]::bigint) < now() THEN
        RETURN NULL;
    END IF;
    IF NOT EXISTS (
        SELECT FROM sec.scope_key k
        WHERE token[3] = encode(
            public.hmac(convert_to(token[1] || '|' || token[2], 'UTF8'), k.key, 'sha256'), 'hex')
    ) THEN
        RETURN NULL;
    END IF;
    RETURN token[1];
EXCEPTION WHEN invalid_text_representation OR numeric_value_out_of_range THEN
    RETURN NULL;
END $$;

-- The acting member's id, or null. In plpgsql, here and wherever row security calls: it keeps its
-- plan for as long as the connection lives, where LANGUAGE sql plans anew for every statement.
CREATE FUNCTION sec.uid() RETURNS bigint
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    subject text := sec.subject();
BEGIN
    RETURN CASE WHEN subject LIKE 'm:%' THEN substr(subject, 3)::bigint END;
END $$;

-- Imports, the demo and audits act as the system itself.
CREATE FUNCTION sec.is_system() RETURNS boolean
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN coalesce(sec.subject() LIKE 's:%', false);
END $$;
"""

# The interleaving by magic masks: Morton, "A computer oriented geodetic data base", IBM 1966.
MORTON = """
-- z22 Morton code of a lon-lat point: tile z/x/y holds exactly the codes from
-- morton(x, y) << 2*(22-z), 4^(22-z) of them. An integer, because row security keeps PostGIS
-- operators from using their index (they are not leakproof) and integer ones not.
CREATE FUNCTION sec.morton22(point public.geometry) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
    lat float8 := radians(least(85.05112877, greatest(-85.05112877, public.st_y(point))));
    x bigint := floor((public.st_x(point) + 180) / 360 * 4194304);
    y bigint := floor((1 - ln(tan(lat) + 1 / cos(lat)) / pi()) / 2 * 4194304);
BEGIN
    x := least(4194303, greatest(0, x));
    y := least(4194303, greatest(0, y));
    -- Leave a zero bit between each two. Written out twice: a call each costs as much again.
    x := (x | (x << 16)) & 281470681808895;          -- 0x0000FFFF0000FFFF
    y := (y | (y << 16)) & 281470681808895;
    x := (x | (x << 8)) & 71777214294589695;         -- 0x00FF00FF00FF00FF
    y := (y | (y << 8)) & 71777214294589695;
    x := (x | (x << 4)) & 1085102592571150095;       -- 0x0F0F0F0F0F0F0F0F
    y := (y | (y << 4)) & 1085102592571150095;
    x := (x | (x << 2)) & 3689348814741910323;       -- 0x3333333333333333
    y := (y | (y << 2)) & 3689348814741910323;
    x := (x | (x << 1)) & 6148914691236517205;       -- 0x5555555555555555
    y := (y | (y << 1)) & 6148914691236517205;
    RETURN x | (y << 1);
END $$;

-- A lon-lat point in EPSG:3857: what ST_Transform returns, to a hundred millionth of a metre, at a
-- quarter of its cost. Spherical Mercator as OGC 16-071r3 defines it.
CREATE FUNCTION sec.mercator(point public.geometry) RETURNS public.geometry
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT public.st_setsrid(public.st_makepoint(
        radians(public.st_x(point)) * 6378137,
        ln(tan(radians(45 + public.st_y(point) / 2))) * 6378137), 3857)
$$;
"""


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.RunSQL(SCOPE, "DROP SCHEMA sec CASCADE"),
        migrations.RunSQL(MORTON, migrations.RunSQL.noop),
    ]
