"""Who has looked: written by one function, read by role, sealed by the day."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SQL = """
-- The acting member's role, if she is in office.
CREATE FUNCTION sec.my_role() RETURNS text
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN (SELECT m.role FROM public.accounts_member AS m WHERE m.id = sec.uid() AND m.is_active);
END $$;

-- The only way into the log: for nobody but the acting member, at no time but now.
CREATE FUNCTION sec.log_access(
    by bigint, action text, tier text, kind text, subject uuid, household uuid, reason text,
    route text
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    role text := sec.my_role();
    today date;
BEGIN
    IF role IS NULL OR by IS DISTINCT FROM sec.uid() THEN
        RAISE EXCEPTION 'nobody logs in the name of another' USING ERRCODE = 'insufficient_privilege';
    END IF;
    -- Until this transaction ends, nobody seals its day (sec.seal_access_log); and once the lock is
    -- held, the day has not turned.
    LOOP
        today := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
        PERFORM pg_advisory_xact_lock_shared(sec.access_day_lock(), today - date '2000-01-01');
        EXIT WHEN today = (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    END LOOP;
    INSERT INTO public.audit_accessrecord
        (at, day, member_id, role, action, tier, kind, subject, household, reason, route,
         transaction)
    VALUES (clock_timestamp(), today, by, role, action, tier, kind, subject,
            coalesce(household, CASE WHEN kind = 'household' THEN subject END), reason, route,
            pg_current_xact_id()::text::bigint);
END $$;

CREATE FUNCTION sec.access_day_lock() RETURNS int
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$ SELECT 411003001 $$;

-- What the acting member has logged in this very transaction. Row security shows S3 to nobody else.
-- By time too: after a restore into another cluster, numbers of transactions come again.
CREATE FUNCTION sec.opened() RETURNS uuid[]
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN ARRAY(
        SELECT r.subject FROM public.audit_accessrecord AS r
        WHERE r.transaction = pg_current_xact_id_if_assigned()::text::bigint
          AND r.at >= now() AND r.member_id = sec.uid());
END $$;

-- Said twice: audit/verifying.py computes the same, so that neither is believed alone.
CREATE FUNCTION sec.access_digest(of_day date, before text) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT encode(sha256(convert_to(before || coalesce(string_agg(line, '' ORDER BY id), ''),
                                    'UTF8')), 'hex')
    FROM (
        SELECT r.id, (
            SELECT string_agg(octet_length(field) || ':' || field || ',', '' ORDER BY place)
            FROM unnest(ARRAY[
                r.id::text,
                to_char(r.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
                to_char(r.day, 'YYYY-MM-DD'), r.member_id::text, r.role, r.action, r.tier, r.kind,
                r.subject::text, coalesce(r.household::text, ''), r.reason, r.route,
                r.transaction::text
            ]) WITH ORDINALITY AS f (field, place)
        ) AS line
        FROM public.audit_accessrecord AS r WHERE r.day = of_day
    ) AS lines
$$;

-- Seal every day that is over, in order; return those sealed now. A day in which somebody's
-- transaction is still open waits for the next call, which is what the locks are for.
CREATE FUNCTION sec.seal_access_log() RETURNS date[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    today date := (clock_timestamp() AT TIME ZONE 'Asia/Shanghai')::date;
    next date;
    before text;
    sealed date[] := '{}';
BEGIN
    IF NOT pg_try_advisory_xact_lock(sec.access_day_lock(), 0) THEN
        RETURN sealed;  -- somebody else is at it
    END IF;
    SELECT d.day + 1, d.digest INTO next, before FROM public.audit_accessday AS d
    ORDER BY d.day DESC LIMIT 1;
    IF NOT FOUND THEN
        SELECT min(r.day), '' INTO next, before FROM public.audit_accessrecord AS r;
    END IF;
    WHILE next < today LOOP
        EXIT WHEN NOT pg_try_advisory_xact_lock(sec.access_day_lock(), next - date '2000-01-01');
        before := sec.access_digest(next, before);
        INSERT INTO public.audit_accessday (day, count, first, last, digest)
        SELECT next, count(*), min(r.id), max(r.id), before
        FROM public.audit_accessrecord AS r WHERE r.day = next;
        sealed := sealed || next;
        next := next + 1;
    END LOOP;
    RETURN sealed;
END $$;

ALTER TABLE audit_accessrecord ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_accessrecord FORCE ROW LEVEL SECURITY;
-- Her own; the auditor all; a steward what concerns the one family or person whose list she has
-- just been given, and that is logged as well.
CREATE POLICY by_role ON audit_accessrecord FOR SELECT USING (
    (SELECT sec.is_system())
    OR member_id = (SELECT sec.uid())
    OR (SELECT sec.my_role()) = 'auditor'
    OR (SELECT sec.my_role()) = 'steward' AND (
        subject = ANY ((SELECT sec.opened())::uuid[])
        OR household = ANY ((SELECT sec.opened())::uuid[]))
);
-- The functions above run as the owner. Not even it is let to change or delete.
CREATE POLICY owner_reads ON audit_accessrecord FOR SELECT TO CURRENT_USER USING (true);
CREATE POLICY owner_adds ON audit_accessrecord FOR INSERT TO CURRENT_USER WITH CHECK (true);
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("core", "0001_scope"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessDay",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False)),
                ("count", models.PositiveIntegerField()),
                ("first", models.BigIntegerField(null=True)),
                ("last", models.BigIntegerField(null=True)),
                ("digest", models.CharField(max_length=64)),
            ],
            options={
                "ordering": ["day"],
            },
        ),
        migrations.CreateModel(
            name="AccessRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="时间")),
                ("day", models.DateField(db_index=True)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("member", "执委"),
                            ("village", "村妇联主席"),
                            ("town", "乡镇妇联主席"),
                            ("district", "区妇联"),
                            ("caseworker", "个案工作者"),
                            ("partner", "联调单位"),
                            ("steward", "数据管理员"),
                            ("sysadmin", "系统管理员"),
                            ("auditor", "审计员"),
                        ],
                        max_length=10,
                        verbose_name="岗位",
                    ),
                ),
                ("action", models.CharField(max_length=20, verbose_name="做了什么")),
                (
                    "tier",
                    models.CharField(
                        choices=[
                            ("S2", "身份和联系方式"),
                            ("S3", "敏感记录"),
                            ("S4", "受保护的记录"),
                        ],
                        max_length=2,
                        verbose_name="类别",
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("household", "家庭"), ("person", "个人"), ("case", "个案")],
                        max_length=10,
                    ),
                ),
                ("subject", models.UUIDField(db_index=True)),
                ("household", models.UUIDField(db_index=True, null=True)),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="理由")),
                ("route", models.CharField(blank=True, max_length=60)),
                ("transaction", models.BigIntegerField(db_index=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-pk"],
            },
        ),
        migrations.RunSQL(
            SQL,
            "DROP POLICY by_role ON audit_accessrecord;"
            "DROP FUNCTION sec.log_access, sec.seal_access_log, sec.access_digest,"
            " sec.access_day_lock, sec.opened, sec.my_role",
        ),
    ]
