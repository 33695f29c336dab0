"""Sessions of our own, accounts that owe something before they may sign in, and what is done to them."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

GUARD = """
DROP TABLE IF EXISTS django_session;

-- Who was the demo's before accounts said so themselves: it shares its database with nobody.
UPDATE accounts_member SET is_demo = true
WHERE EXISTS (SELECT FROM boundaries_importbatch WHERE kind = 'demo');

CREATE FUNCTION accounts_keep_changes() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        -- The demo is taken away whole.
        IF sec.is_system() THEN
            RETURN OLD;
        END IF;
        RAISE EXCEPTION 'a change of an account is kept' USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.state <> 'pending' OR (NEW.member_id, NEW.kind, NEW.role, NEW.role_before, NEW.asked_at)
            IS DISTINCT FROM (OLD.member_id, OLD.kind, OLD.role, OLD.role_before, OLD.asked_at)
            OR (NEW.division_id, NEW.division_before_id, NEW.asked_by_id)
            IS DISTINCT FROM (OLD.division_id, OLD.division_before_id, OLD.asked_by_id) THEN
        RAISE EXCEPTION 'a change of an account is not rewritten'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER keep_changes BEFORE UPDATE OR DELETE ON accounts_rolechange
FOR EACH ROW EXECUTE FUNCTION accounts_keep_changes();

-- The last door: whatever the site does, nobody raises herself, and a guarded role needs a change
-- that another admin confirmed in this very transaction.
CREATE FUNCTION accounts_guard_roles() RETURNS trigger
LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
    IF sec.is_system() THEN
        RETURN NEW;
    END IF;
    IF sec.uid() = NEW.id THEN
        RAISE EXCEPTION 'nobody changes her own account' USING ERRCODE = 'restrict_violation';
    END IF;
    IF NEW.is_active AND NEW.role IN ('caseworker', 'steward', 'sysadmin', 'auditor')
            AND (NEW.role <> OLD.role OR NOT OLD.is_active) AND NOT EXISTS (
                SELECT FROM accounts_rolechange
                WHERE member_id = NEW.id AND role = NEW.role AND state = 'done'
                  AND decided_at >= now()) THEN
        RAISE EXCEPTION 'this role takes two' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER guard_roles BEFORE UPDATE OF role, division_id, is_active ON accounts_member
FOR EACH ROW WHEN ((OLD.role, OLD.division_id, OLD.is_active)
                   IS DISTINCT FROM (NEW.role, NEW.division_id, NEW.is_active))
EXECUTE FUNCTION accounts_guard_roles();
"""
UNGUARD = """
DROP FUNCTION accounts_keep_changes CASCADE;
DROP FUNCTION accounts_guard_roles CASCADE;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_member_home"),
        ("boundaries", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_demo",
            field=models.BooleanField(default=False, verbose_name="演示账号"),
        ),
        migrations.AddField(
            model_name="member",
            name="password_given",
            field=models.BooleanField(default=False, verbose_name="初始密码"),
        ),
        migrations.AddField(
            model_name="member",
            name="password_set_at",
            field=models.DateTimeField(
                default=django.utils.timezone.now, verbose_name="密码设定时间"
            ),
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(
                        max_length=40, primary_key=True, serialize=False, verbose_name="session key"
                    ),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("began_at", models.DateTimeField()),
                ("used_at", models.DateTimeField()),
                ("address", models.CharField(max_length=45)),
                ("device", models.CharField(max_length=10)),
                (
                    "member",
                    models.ForeignKey(
                        db_constraint=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "verbose_name_plural": "sessions",
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="RoleChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("created", "建立账号"),
                            ("post", "改岗位或任职地"),
                            ("left", "停用账号"),
                            ("back", "恢复账号"),
                            ("password", "重置密码"),
                            ("factor", "重置两步验证"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "role_before",
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
                    ),
                ),
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
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("pending", "等待另一位管理员确认"),
                            ("done", "已生效"),
                            ("refused", "未同意"),
                            ("withdrawn", "已撤回"),
                        ],
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "division",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
                (
                    "division_before",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="boundaries.division",
                    ),
                ),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-asked_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "pending")),
                        fields=("member",),
                        name="one_open_change_a_member",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("asked_by", models.F("member")), _negated=True),
                            models.Q(("decided_by", models.F("member")), _negated=True),
                        ),
                        name="nobody_changes_her_own_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state", "withdrawn"),
                            models.Q(("decided_by", models.F("asked_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="nobody_agrees_with_herself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("asked_by__isnull", False),
                            ("decided_by__isnull", True),
                            ("kind__in", ["created", "post", "back"]),
                            ("role__in", ["auditor", "caseworker", "steward", "sysadmin"]),
                            ("state", "done"),
                            _negated=True,
                        ),
                        name="guarded_role_takes_two",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
