"""A steward sees one family, while its request is open and hers; and what is erased stays erased."""

from django.db import connections, migrations

SCOPE = """
-- The households of the steward's own open requests. A sealed family is none of them: for her it no
-- longer is, and asking about it gives away nothing.
CREATE FUNCTION sec.my_requests() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF sec.my_role() IS DISTINCT FROM 'steward' THEN
        RETURN '{}'::bigint[];
    END IF;
    RETURN ARRAY(
        SELECT h.id FROM public.rights_request AS r
        JOIN public.households_household AS h ON h.id = r.household_id
        WHERE r.steward_id = sec.uid() AND r.state = 'open' AND h.protection <> 'sealed');
END $$;

-- The households whose data the acting member may not use, because the family disputes them.
CREATE FUNCTION sec.not_to_be_used() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF sec.is_system() THEN
        RETURN '{}'::bigint[];
    END IF;
    RETURN ARRAY(
        SELECT r.household_id FROM public.rights_restriction AS r
        WHERE r.until IS NULL AND r.household_id <> ALL (sec.my_requests())
          AND r.household_id <> ALL (sec.my_cases()));
END $$;

-- The divisions whose requests the acting steward answers: the one she works for and all below it.
CREATE FUNCTION sec.my_desk() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    me record;
BEGIN
    SELECT * INTO me FROM sec.me();
    IF me.role IS DISTINCT FROM 'steward' THEN
        RETURN '{}'::bigint[];
    END IF;
    RETURN ARRAY(
        SELECT d.id FROM public.boundaries_division AS d
        LEFT JOIN public.boundaries_division AS t ON t.id = d.parent_id
        WHERE me.division_id IN (d.id, t.id, t.parent_id));
END $$;
"""

FILE = """
-- Take a request in. The family is found by what only the family knows: its number in the village and
-- the name of one who lives there. Null: there is none, or it is sealed, which is one answer.
CREATE FUNCTION sec.file_request(
    kind text, village text, household_no text, applicant text, standing text, proof text,
    wish text, received date, due date
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    home record;
    person uuid;
    made bigint;
BEGIN
    SELECT h.id, h.uuid, v.parent_id AS town, v.id AS village INTO home
    FROM public.households_household AS h
    JOIN public.boundaries_division AS v ON v.id = h.village_id
    WHERE v.code = file_request.village AND v.id = ANY (sec.my_desk())
      AND h.household_no = file_request.household_no
      AND NOT EXISTS (SELECT FROM public.households_conflict AS c
                      WHERE c.household_id = h.id AND c.member_id = sec.uid()
                        AND c.ended_at IS NULL)
      AND (EXISTS (SELECT FROM public.households_householdidentity AS i
                   WHERE i.household_id = h.id AND i.contact_name = file_request.applicant)
           OR EXISTS (SELECT FROM public.households_person AS p
                      WHERE p.household_id = h.id AND p.name = file_request.applicant));
    IF NOT FOUND THEN
        RETURN NULL;
    END IF;
    SELECT p.uuid INTO person FROM public.households_person AS p
    WHERE p.household_id = home.id AND p.name = file_request.applicant ORDER BY p.id LIMIT 1;
    INSERT INTO public.rights_request
        (uuid, kind, division_id, household_id, household_uuid, person_uuid, applicant, standing,
         proof, wish, received_on, due_on, steward_id, state, answer)
    VALUES (gen_random_uuid(), kind, home.village, home.id, home.uuid, person, applicant, standing,
            proof, wish, received, due, sec.uid(), 'open', '')
    RETURNING id INTO made;
    RETURN made;
END $$;
"""

# All that leads to a household or a person, and in which order it goes. tests/rights asks the
# catalogue whether something is missing here.
OF_A_HOUSEHOLD = (
    "rights_restriction", "households_classification", "households_claim", "households_conflict",
    "households_householdidentity", "households_gridspell", "households_person",
)  # fmt: skip
HISTORY = ("indexchange", "placechange", "identitychange", "sensitivechange")
LAST = "DELETE FROM households_household WHERE id = home;"

ERASE = f"""
-- Every id under which a household has been known.
CREATE FUNCTION sec.ids_of(home bigint) RETURNS uuid[]
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT array_agg(DISTINCT id) FROM (
        SELECT uuid FROM households_household WHERE id = home
        UNION ALL SELECT uuid FROM households_householdplace WHERE household_id = home
        UNION ALL SELECT (before ->> 'uuid')::uuid FROM households_placechange
                  WHERE household_id = home AND before ? 'uuid'
    ) AS known (id) WHERE id IS NOT NULL
$$;

-- Called by the two functions below, with the owner's rights. A family whose case is open is sealed
-- instead: the case has a legal ground of its own, and nobody who asks, or answers, may learn of it.
CREATE FUNCTION sec.erase_household(home bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    family bigint[] := ARRAY(SELECT id FROM households_person WHERE household_id = home);
BEGIN
    INSERT INTO rights_tombstone (subject, kind, "on")
    SELECT id, 'household', (now() AT TIME ZONE 'Asia/Shanghai')::date
    FROM unnest(sec.ids_of(home)) AS id ON CONFLICT DO NOTHING;
    IF EXISTS (SELECT FROM cases_case WHERE household_id = home) THEN
        DELETE FROM rights_restriction WHERE household_id = home;
        UPDATE households_household SET protection = 'sealed'
        WHERE id = home AND protection <> 'sealed';
        RETURN;
    END IF;
    INSERT INTO rights_tombstone (subject, kind, "on")
    SELECT p.uuid, 'person', (now() AT TIME ZONE 'Asia/Shanghai')::date
    FROM households_person AS p WHERE p.household_id = home ON CONFLICT DO NOTHING;
    {" ".join(f"DELETE FROM {table} WHERE household_id = home;" for table in OF_A_HOUSEHOLD)}
    {LAST}
    -- Last, because each deletion above has just written what it took away.
    {" ".join(f"DELETE FROM households_{table} WHERE household_id = home;" for table in HISTORY)}
    DELETE FROM households_sensitivechange WHERE "row" = ANY (family);
END $$;

CREATE FUNCTION sec.erase_person(who bigint) RETURNS void
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
DECLARE
    person households_person;
BEGIN
    SELECT * INTO person FROM households_person WHERE id = who;
    INSERT INTO rights_tombstone (subject, kind, "on")
    VALUES (person.uuid, 'person', (now() AT TIME ZONE 'Asia/Shanghai')::date)
    ON CONFLICT DO NOTHING;
    DELETE FROM households_person WHERE id = who;
    DELETE FROM households_identitychange WHERE about = 'person' AND "row" = who;
    DELETE FROM households_sensitivechange WHERE subject = person.uuid OR "row" = who;
END $$;

-- Carry out an open request for deletion of the acting steward's; `whole`: the family, not only her.
CREATE FUNCTION sec.erase_by_request(wanted bigint, whole boolean) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    asked rights_request;
    who bigint;
BEGIN
    SELECT * INTO asked FROM rights_request
    WHERE id = wanted AND kind = 'deletion' AND household_id = ANY (sec.my_requests())
      AND steward_id = sec.uid() AND state = 'open' FOR UPDATE;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    IF whole THEN
        PERFORM sec.erase_household(asked.household_id);
    ELSE
        SELECT p.id INTO who FROM households_person AS p
        WHERE p.uuid = asked.person_uuid AND p.household_id = asked.household_id;
        IF NOT FOUND THEN
            RETURN false;
        END IF;
        PERFORM sec.erase_person(who);
    END IF;
    RETURN true;
END $$;

-- After a restore, for the system alone: delete again what these ids mean. How many there were.
CREATE FUNCTION sec.erase_again(ids uuid[]) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    found bigint;
    erased int := 0;
BEGIN
    IF NOT sec.is_system() THEN
        RAISE EXCEPTION 'only a restore deletes again' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOR found IN
        SELECT h.id FROM households_household AS h
        LEFT JOIN households_householdplace AS p ON p.household_id = h.id
        WHERE (h.uuid = ANY (ids) OR p.uuid = ANY (ids))
          AND NOT (h.protection = 'sealed'
                   AND EXISTS (SELECT FROM cases_case AS c WHERE c.household_id = h.id))
    LOOP
        PERFORM sec.erase_household(found);
        erased := erased + 1;
    END LOOP;
    FOR found IN SELECT p.id FROM households_person AS p WHERE p.uuid = ANY (ids)
    LOOP
        PERFORM sec.erase_person(found);
        erased := erased + 1;
    END LOOP;
    RETURN erased;
END $$;

-- What is past its time goes from tables that nobody may write. For the system alone.
CREATE FUNCTION sec.forget_history(before timestamptz, only_count boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
    gone bigint := 0;
    n bigint;
    name text;
    stamp text;
BEGIN
    IF NOT sec.is_system() THEN
        RAISE EXCEPTION 'history is kept' USING ERRCODE = 'insufficient_privilege';
    END IF;
    FOREACH name IN ARRAY ARRAY['indexchange', 'placechange', 'identitychange', 'sensitivechange',
                                'gridspell'] LOOP
        stamp := CASE name WHEN 'gridspell' THEN 'until' ELSE 'at' END;
        EXECUTE format(CASE WHEN only_count THEN 'SELECT count(*) FROM households_%s WHERE %I < $1'
                       ELSE 'WITH d AS (DELETE FROM households_%s WHERE %I < $1 RETURNING 1)'
                            ' SELECT count(*) FROM d' END, name, stamp) INTO n USING before;
        gone := gone + n;
    END LOOP;
    RETURN gone;
END $$;
"""

# Whoever has asked for it to be deleted may be sealed by the steward who carries it out: as with the
# system and the case worker. Taken as it stands now, so that nothing else of it is forgotten.
MAY_SEAL = "sec.is_system() OR OLD.id = ANY (sec.my_cases())"
LET_DELETION_SEAL = f"""
DO $do$
DECLARE
    source text := pg_get_functiondef('sec.keep_protection()'::regprocedure);
    asked text := '{MAY_SEAL}';
    said text := asked || ' OR NEW.protection = ''sealed'' AND EXISTS (SELECT FROM'
        || ' rights_tombstone AS t WHERE t.subject = OLD.uuid)';
BEGIN
    IF position(asked IN source) = 0 THEN
        RAISE EXCEPTION 'sec.keep_protection() no longer says who may seal';
    END IF;
    EXECUTE replace(source, asked, said);
END $do$;
"""

# Whoever could point an open request at another family would see that one.
GUARD = """
CREATE FUNCTION sec.guard_request() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF ROW(NEW.id, NEW.uuid, NEW.kind, NEW.division_id, NEW.household_id, NEW.household_uuid,
           NEW.person_uuid, NEW.received_on, NEW.due_on)
       IS DISTINCT FROM
       ROW(OLD.id, OLD.uuid, OLD.kind, OLD.division_id, OLD.household_id, OLD.household_uuid,
           OLD.person_uuid, OLD.received_on, OLD.due_on) THEN
        RAISE EXCEPTION 'a request stays what it was when it was taken in'
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER guard_request BEFORE UPDATE ON rights_request
FOR EACH ROW EXECUTE FUNCTION sec.guard_request();
"""

SYSTEM = "(SELECT sec.is_system())"
DESK = "division_id = ANY ((SELECT sec.my_desk())::bigint[])"
OF_DESK = f"EXISTS (SELECT FROM rights_request AS r WHERE r.id = request_id AND r.{DESK})"
MINE = "household_id = ANY ((SELECT sec.my_requests())::bigint[])"

POLICIES = f"""
CREATE POLICY by_request ON households_household FOR SELECT USING (
    id = ANY ((SELECT sec.my_requests())::bigint[])
    AND id <> ALL ((SELECT sec.my_conflicts())::bigint[]));
-- What is sensitive, to her too, only in a transaction that has logged the look.
CREATE POLICY by_request ON households_personsensitive FOR SELECT USING (
    EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id
            AND p.{MINE} AND p.uuid = ANY ((SELECT sec.opened())::uuid[])));

CREATE POLICY owner_erases ON households_classification TO CURRENT_USER
    USING (true) WITH CHECK (true);
CREATE POLICY owner_erases ON households_claim FOR DELETE TO CURRENT_USER USING (true);
CREATE POLICY owner_erases ON households_conflict FOR DELETE TO CURRENT_USER USING (true);
CREATE POLICY owner_erases ON households_person FOR DELETE TO CURRENT_USER USING (true);

ALTER TABLE rights_request ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_request FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON rights_request FOR SELECT USING ({SYSTEM} OR {DESK});
CREATE POLICY answers ON rights_request FOR UPDATE
    USING ({SYSTEM} OR {DESK} AND state = 'open') WITH CHECK ({SYSTEM} OR {DESK});
CREATE POLICY owner_keeps ON rights_request TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE rights_step ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_step FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON rights_step FOR SELECT USING ({SYSTEM} OR {OF_DESK});
CREATE POLICY adds ON rights_step FOR INSERT
    WITH CHECK ({OF_DESK} AND by_id = (SELECT sec.uid()));
CREATE POLICY system_anonymises ON rights_step FOR UPDATE USING ({SYSTEM}) WITH CHECK ({SYSTEM});

ALTER TABLE rights_restriction ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_restriction FORCE ROW LEVEL SECURITY;
CREATE POLICY in_scope ON rights_restriction FOR SELECT USING ({SYSTEM} OR {OF_DESK});
CREATE POLICY sets ON rights_restriction FOR INSERT WITH CHECK ({MINE} AND {OF_DESK});
CREATE POLICY lifts ON rights_restriction FOR UPDATE USING ({OF_DESK}) WITH CHECK ({OF_DESK});
CREATE POLICY owner_keeps ON rights_restriction TO CURRENT_USER USING (true) WITH CHECK (true);

ALTER TABLE rights_tombstone ENABLE ROW LEVEL SECURITY;
ALTER TABLE rights_tombstone FORCE ROW LEVEL SECURITY;
CREATE POLICY system_reads ON rights_tombstone FOR SELECT USING ({SYSTEM});
CREATE POLICY owner_keeps ON rights_tombstone TO CURRENT_USER USING (true) WITH CHECK (true);
"""

# While the family disputes them, its data are not used: for the runtime role these rows are not
# there, whatever other policy would show them. The triggers, which run as the owner, go on.
DISPUTED = (
    ("households_householdidentity", "household_id"),
    ("households_person", "household_id"),
    ("households_classification", "household_id"),
)
NOT_USED = "({column} <> ALL ((SELECT sec.not_to_be_used())::bigint[]))"


def keep_from_use(apps, schema_editor):
    app = schema_editor.quote_name(connections["default"].settings_dict["USER"])
    for table, column in DISPUTED:
        said = NOT_USED.format(column=column)
        schema_editor.execute(
            f"CREATE POLICY not_while_disputed ON {table} AS RESTRICTIVE TO {app}"
            f" USING {said} WITH CHECK {said}"
        )


class Migration(migrations.Migration):
    dependencies = [
        ("rights", "0001_initial"),
        ("cases", "0003_logged_reads"),
        ("households", "0010_kin_see_nothing"),
    ]

    operations = [
        migrations.RunSQL(SCOPE, migrations.RunSQL.noop),
        migrations.RunSQL(FILE, migrations.RunSQL.noop),
        migrations.RunSQL(ERASE, migrations.RunSQL.noop),
        migrations.RunSQL(GUARD, migrations.RunSQL.noop),
        migrations.RunSQL(LET_DELETION_SEAL, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
        migrations.RunPython(keep_from_use, migrations.RunPython.noop),
    ]
