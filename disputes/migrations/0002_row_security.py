"""Who sees which dispute, who is told what of it, and which step the database lets through.

Like a family: by grid, village, claim and case, and never by kin. What is `apart` is the case worker's
alone. A partner sees what was sent to her body, nothing of the dispute behind it.
"""

from django.db import migrations

SYSTEM = "(SELECT sec.is_system())"
UID = "(SELECT sec.uid())"
MY_ROLE = "(SELECT sec.my_role())"
CASES = "household_id = ANY ((SELECT sec.my_cases())::bigint[])"
COMPANIONS = f"{MY_ROLE} = ANY ('{{member,village,caseworker}}')"
CHAIRS = f"{MY_ROLE} = ANY ('{{village,caseworker}}')"

SEEN = f"""(
    ({CASES} OR NOT apart AND (
        grid_id = ANY ((SELECT sec.my_grids())::bigint[])
        OR grid_id IS NULL AND village_id = ANY ((SELECT sec.my_villages())::bigint[])
        OR household_id = ANY ((SELECT sec.my_claims())::bigint[])))
    AND (household_id IS NULL OR household_id <> ALL ((SELECT sec.my_conflicts())::bigint[]))
    AND id <> ALL ((SELECT sec.my_kins_disputes())::bigint[])
)"""
# A part of a dispute is seen by whoever sees it: its policy decides inside EXISTS.
OF_HERS = "EXISTS (SELECT FROM disputes_dispute AS d WHERE d.id = dispute_id)"
OPENED = """EXISTS (SELECT FROM disputes_dispute AS d
        WHERE d.id = dispute_id AND d.uuid = ANY ((SELECT sec.opened())::uuid[]))"""
TO_HER = "{key} = ANY ((SELECT sec.my_referrals())::bigint[])"

# Which state may follow which: disputes/machine.py, and a test compares.
DISPUTE_STEPS = """
    ('found', 'mediation'), ('found', 'referred'), ('mediation', 'referred'),
    ('mediation', 'joint'), ('mediation', 'settled'), ('mediation', 'ended'),
    ('referred', 'mediation'), ('referred', 'joint'), ('referred', 'settled'),
    ('referred', 'ended'), ('joint', 'mediation'), ('joint', 'settled'), ('joint', 'ended'),
    ('settled', 'followed_up'), ('settled', 'mediation'), ('ended', 'followed_up'),
    ('ended', 'mediation'), ('followed_up', 'mediation'), ('followed_up', 'archived')
"""
REFERRAL_STEPS = """
    ('sent', 'received', 'partner'), ('received', 'accepted', 'partner'),
    ('received', 'rejected', 'partner'), ('accepted', 'done', 'partner'),
    ('sent', 'withdrawn', 'sender'), ('received', 'withdrawn', 'sender'),
    ('accepted', 'withdrawn', 'sender')
"""

PARTS = {
    "text": "disputes_disputetext", "party": "disputes_party", "session": "disputes_session",
    "step": "disputes_disputestep", "supervision": "disputes_supervision",
    "referral": "disputes_referral", "word": "disputes_victimword", "flag": "disputes_violenceflag",
}  # fmt: skip
KEYS = (
    """
ALTER TABLE disputes_dispute ADD CONSTRAINT dispute_of_a_household
    FOREIGN KEY (household_id) REFERENCES households_household (id) ON DELETE CASCADE;
ALTER TABLE disputes_party ADD CONSTRAINT party_is_a_person
    FOREIGN KEY (person_id) REFERENCES households_person (id) ON DELETE SET NULL;
ALTER TABLE disputes_packet ADD CONSTRAINT packet_of_a_referral
    FOREIGN KEY (referral_id) REFERENCES disputes_referral (id) ON DELETE CASCADE;
ALTER TABLE disputes_disputetext ADD CONSTRAINT reply_to_a_referral
    FOREIGN KEY (referral_id) REFERENCES disputes_referral (id) ON DELETE CASCADE;
ALTER TABLE disputes_referral ADD CONSTRAINT consent_of_a_party
    FOREIGN KEY (consent_of_id) REFERENCES disputes_party (id) ON DELETE CASCADE;
ALTER TABLE disputes_victimword ADD CONSTRAINT word_of_a_party
    FOREIGN KEY (party_id) REFERENCES disputes_party (id) ON DELETE CASCADE;
"""
    + "".join(
        f"ALTER TABLE {table} ADD CONSTRAINT {name}_of_a_dispute FOREIGN KEY (dispute_id)"
        " REFERENCES disputes_dispute (id) ON DELETE CASCADE;\n"
        for name, table in PARTS.items()
    )
    + "".join(
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;\n"
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY;\n"
        f"CREATE POLICY owner_keeps ON {table} TO CURRENT_USER USING (true) WITH CHECK (true);\n"
        f"CREATE POLICY system_erases ON {table} FOR DELETE USING ({SYSTEM});\n"
        for table in ("disputes_dispute", "disputes_packet", *PARTS.values())
    )
)

SCOPE = """
-- Disputes in which her kin takes part, whoever else does.
CREATE FUNCTION sec.my_kins_disputes() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT t.dispute_id FROM public.disputes_party AS t
        JOIN public.households_person AS p ON p.id = t.person_id
        WHERE p.household_id = ANY (sec.my_conflicts()));
END $$;

-- What was sent to the body of the acting partner, for the place where she works.
CREATE FUNCTION sec.my_referrals() RETURNS bigint[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT r.id FROM public.accounts_member AS m
        JOIN public.disputes_referral AS r ON r.body = m.body AND r.division_id = m.division_id
        JOIN public.disputes_dispute AS d ON d.id = r.dispute_id
        WHERE m.id = sec.uid() AND m.is_active AND m.role = 'partner' AND m.body <> ''
          AND r.state <> 'withdrawn'
          AND (d.household_id IS NULL OR d.household_id <> ALL (sec.my_conflicts()))
          AND r.dispute_id <> ALL (sec.my_kins_disputes()));
END $$;
"""

TRIGGERS = f"""
-- A dispute stands where its family does: in another grid, or, when it is sealed, nowhere.
CREATE FUNCTION sec.keep_disputes() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE disputes_dispute SET grid_id = NEW.grid_id, village_id = NEW.village_id
    WHERE household_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER keep_disputes AFTER UPDATE ON households_household FOR EACH ROW
WHEN (OLD.grid_id IS DISTINCT FROM NEW.grid_id OR OLD.village_id IS DISTINCT FROM NEW.village_id)
EXECUTE FUNCTION sec.keep_disputes();

-- Grids are drawn anew: a dispute with a place of its own goes where the place now lies.
CREATE FUNCTION sec.keep_dispute_places() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    UPDATE disputes_dispute SET grid_id = sec.grid_covering(village_id, point)
    WHERE village_id = NEW.village_id AND point IS NOT NULL
      AND grid_id IS DISTINCT FROM sec.grid_covering(village_id, point);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_dispute_places AFTER INSERT OR UPDATE OF geom, closed_on ON grids_grid
FOR EACH ROW EXECUTE FUNCTION sec.keep_dispute_places();

-- The envelope: from now on the dispute is the case worker's alone.
CREATE FUNCTION sec.set_apart() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    SELECT c.id, c.district_id INTO NEW.case_id, NEW.district_id
    FROM disputes_dispute AS d JOIN cases_case AS c ON c.household_id = d.household_id
    WHERE d.id = NEW.dispute_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'first a concern, which opens the case, then the flag'
            USING ERRCODE = 'check_violation';
    END IF;
    UPDATE disputes_dispute SET violence = true, apart = true WHERE id = NEW.dispute_id;
    RETURN NEW;
END $$;
CREATE TRIGGER set_apart BEFORE INSERT ON disputes_violenceflag
FOR EACH ROW EXECUTE FUNCTION sec.set_apart();

-- Step by step; and where somebody is hurt nobody is brought to one table without her own word and the case worker's.
CREATE FUNCTION sec.step_of_dispute() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NEW.state IS DISTINCT FROM OLD.state
       AND (OLD.state, NEW.state) NOT IN (VALUES {DISPUTE_STEPS}) THEN
        RAISE EXCEPTION 'no step of a dispute leads from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'dispute_goes_step_by_step';
    END IF;
    IF NEW.state = 'joint' AND OLD.state <> 'joint' AND NEW.violence
       AND NOT sec.may_sit_together(NEW.id) THEN
        RAISE EXCEPTION 'the victim and the case worker have not both agreed'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'the_victim_is_asked_first';
    END IF;
    RETURN NEW;
END $$;

-- The last word of each counts, and hers came first.
CREATE FUNCTION sec.may_sit_together(dispute bigint) RETURNS boolean
LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
    SELECT count(*) = 2 AND bool_and(w.agrees)
           AND max(w.id) FILTER (WHERE w.of = 'lead') > max(w.id) FILTER (WHERE w.of = 'victim')
    FROM (SELECT DISTINCT ON (v.of) v.id, v.of, v.agrees FROM disputes_victimword AS v
          WHERE v.dispute_id = may_sit_together.dispute ORDER BY v.of, v.id DESC) AS w
$$;
CREATE TRIGGER step_by_step BEFORE UPDATE ON disputes_dispute FOR EACH ROW
WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION sec.step_of_dispute();

-- The other body answers for itself, the sender only takes back; nothing else changes.
CREATE FUNCTION sec.step_of_referral() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF (OLD.state, NEW.state, CASE sec.my_role() WHEN 'partner' THEN 'partner' ELSE 'sender' END)
       NOT IN (VALUES {REFERRAL_STEPS}) AND NOT coalesce(sec.is_system(), false) THEN
        RAISE EXCEPTION 'no step of a referral leads from % to %', OLD.state, NEW.state
            USING ERRCODE = 'check_violation', CONSTRAINT = 'referral_goes_step_by_step';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER step_by_step BEFORE UPDATE ON disputes_referral FOR EACH ROW
EXECUTE FUNCTION sec.step_of_referral();
"""

POLICIES = f"""
CREATE POLICY in_scope ON disputes_dispute FOR SELECT USING ({SYSTEM} OR {SEEN});
CREATE POLICY adds ON disputes_dispute FOR INSERT WITH CHECK (
    {SYSTEM} OR found_by_id = {UID} AND {COMPANIONS} AND state = 'found' AND NOT violence
    AND apart = ({MY_ROLE} = 'caseworker') AND {SEEN}
    AND (household_id IS NULL OR EXISTS (
        SELECT FROM households_household AS h WHERE h.id = household_id
        AND h.village_id IS NOT DISTINCT FROM disputes_dispute.village_id
        AND h.grid_id IS NOT DISTINCT FROM disputes_dispute.grid_id))
);
CREATE POLICY steps ON disputes_dispute FOR UPDATE
    USING ({SYSTEM} OR {COMPANIONS} AND {SEEN}) WITH CHECK ({SYSTEM} OR {COMPANIONS} AND {SEEN});

CREATE POLICY logged ON disputes_disputetext FOR SELECT
    USING ({SYSTEM} OR {COMPANIONS} AND {OPENED});
CREATE POLICY adds ON disputes_disputetext FOR INSERT WITH CHECK (
    {SYSTEM} OR by_id = {UID} AND (
        {COMPANIONS} AND referral_id IS NULL AND {OF_HERS}
        OR {TO_HER.format(key="referral_id")} AND EXISTS (
            SELECT FROM disputes_referral AS r
            WHERE r.id = referral_id AND r.dispute_id = disputes_disputetext.dispute_id))
);
-- What she has answered herself, the partner reads again.
CREATE POLICY own_answer ON disputes_disputetext FOR SELECT
    USING ({TO_HER.format(key="referral_id")} AND EXISTS (
        SELECT FROM disputes_referral AS r
        WHERE r.id = referral_id AND r.uuid = ANY ((SELECT sec.opened())::uuid[])));

-- A person of a family that she cannot find is no party to her.
CREATE POLICY in_scope ON disputes_party FOR SELECT USING (
    {SYSTEM} OR {OF_HERS} AND (
        person_id IS NULL OR EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id))
);
CREATE POLICY adds ON disputes_party FOR INSERT WITH CHECK (
    {SYSTEM} OR {COMPANIONS} AND {OF_HERS} AND (
        person_id IS NULL OR EXISTS (SELECT FROM households_person AS p WHERE p.id = person_id))
);

CREATE POLICY in_scope ON disputes_session FOR SELECT USING ({SYSTEM} OR {OF_HERS});
CREATE POLICY adds ON disputes_session FOR INSERT
    WITH CHECK ({SYSTEM} OR led_by_id = {UID} AND {COMPANIONS} AND {OF_HERS});

CREATE POLICY in_scope ON disputes_disputestep FOR SELECT USING ({SYSTEM} OR {OF_HERS});
CREATE POLICY adds ON disputes_disputestep FOR INSERT
    WITH CHECK ({SYSTEM} OR by_id = {UID} AND {COMPANIONS} AND {OF_HERS});

CREATE POLICY in_scope ON disputes_supervision FOR SELECT USING ({SYSTEM} OR {OF_HERS});
CREATE POLICY asks ON disputes_supervision FOR INSERT WITH CHECK (
    {SYSTEM} OR by_id = {UID} AND {MY_ROLE} = ANY ('{{village,town}}') AND {OF_HERS});
CREATE POLICY ends ON disputes_supervision FOR UPDATE
    USING ({SYSTEM} OR {OF_HERS}) WITH CHECK ({SYSTEM} OR {OF_HERS});

CREATE POLICY in_scope ON disputes_referral FOR SELECT
    USING ({SYSTEM} OR {OF_HERS} OR {TO_HER.format(key="id")});
CREATE POLICY sends ON disputes_referral FOR INSERT WITH CHECK (
    {SYSTEM} OR sent_by_id = {UID} AND {CHAIRS} AND state = 'sent' AND {OF_HERS});
CREATE POLICY steps ON disputes_referral FOR UPDATE
    USING ({SYSTEM} OR {CHAIRS} AND {OF_HERS} OR {TO_HER.format(key="id")})
    WITH CHECK ({SYSTEM} OR {CHAIRS} AND {OF_HERS} OR {TO_HER.format(key="id")});

-- To the body only while it has not expired; to the senders for good, since they chose it.
CREATE POLICY logged ON disputes_packet FOR SELECT USING (
    {SYSTEM} OR EXISTS (
        SELECT FROM disputes_referral AS r
        WHERE r.id = referral_id AND r.uuid = ANY ((SELECT sec.opened())::uuid[])
          AND ({COMPANIONS}
               OR {TO_HER.format(key="r.id")}
               AND expires_on >= (now() AT TIME ZONE 'Asia/Shanghai')::date))
);
CREATE POLICY adds ON disputes_packet FOR INSERT WITH CHECK (
    {SYSTEM} OR EXISTS (SELECT FROM disputes_referral AS r
                        WHERE r.id = referral_id AND r.sent_by_id = {UID} AND r.state = 'sent')
);

-- Whoever has seen the dispute, in her own name; it does not come back to her.
CREATE POLICY raise ON disputes_violenceflag FOR INSERT
    WITH CHECK ({SYSTEM} OR by_id = {UID} AND {COMPANIONS} AND seen_by_id IS NULL);
CREATE POLICY in_scope ON disputes_violenceflag FOR SELECT USING (
    {SYSTEM} OR district_id = (SELECT sec.led_district())
    OR EXISTS (SELECT FROM disputes_dispute AS d WHERE d.id = dispute_id AND d.{CASES})
);
CREATE POLICY looks ON disputes_violenceflag FOR UPDATE
    USING (district_id = (SELECT sec.led_district()))
    WITH CHECK (district_id = (SELECT sec.led_district()) AND seen_by_id = {UID});

CREATE POLICY in_scope ON disputes_victimword FOR SELECT USING (
    {SYSTEM} OR {MY_ROLE} = 'caseworker' AND {OPENED});
CREATE POLICY says ON disputes_victimword FOR INSERT WITH CHECK (
    {SYSTEM} OR by_id = {UID} AND EXISTS (
        SELECT FROM disputes_dispute AS d WHERE d.id = dispute_id AND d.{CASES})
);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("disputes", "0001_initial"),
        ("cases", "0005_kin_follow_no_case"),
    ]
    operations = [
        migrations.RunSQL(KEYS, migrations.RunSQL.noop),
        migrations.RunSQL(SCOPE, migrations.RunSQL.noop),
        migrations.RunSQL(TRIGGERS, migrations.RunSQL.noop),
        migrations.RunSQL(POLICIES, migrations.RunSQL.noop),
    ]
