"""The PostGIS backend, plus one promise: every transaction carries the signed scope.

Not a middleware: ``ATOMIC_REQUESTS`` opens the transaction after every middleware has run, and
workers and commands have none. Not a session-wide ``SET``: on a kept connection it would leak to
the next request. Outside a transaction there is no scope, hence no rows.
"""

from django.contrib.gis.db.backends.postgis import base

from core.scope import current_subject, signed


class DatabaseWrapper(base.DatabaseWrapper):
    _UNKNOWN = object()
    # The subject that the open transaction carries; unknown before its first statement and after a
    # rollback to a savepoint, which also takes back a set_config made inside it.
    _applied: object = _UNKNOWN
    # Names of the statements that this connection has prepared.
    _prepared: set[str]

    def get_new_connection(self, conn_params):
        self._prepared = set()
        return super().get_new_connection(conn_params)

    def _cursor(self, name=None):
        cursor = super()._cursor(name)
        if not self.in_atomic_block:
            return cursor
        subject = current_subject()
        if self._applied != subject:
            with self.connection.cursor() as raw:
                token = signed(subject) if subject else ""
                raw.execute("SELECT set_config('wuse.scope', %s, true)", (token,))
            self._applied = subject
        return cursor

    def fetch_prepared(self, name: str, sql: str, params: tuple) -> tuple | None:
        """The first row of a statement that is planned once for a connection, not at every call.

        `name` is the prepared statement's with the types of its parameters, `$1` and on in `sql`.
        For a look-up by key, planning is half of the cost.
        """
        with self.cursor() as cursor:
            if name not in self._prepared:
                cursor.execute(f"PREPARE {name} AS {sql}")
                self._prepared.add(name)
            places = ", ".join(["%s"] * len(params))
            cursor.execute(f"EXECUTE {name.split()[0]} ({places})", params)
            return cursor.fetchone()

    def fetch_one(self, sql: str, params: dict):
        """The first row of one statement, in a transaction of its own, in one round trip.

        Sent together, two statements are one transaction to the server. Begin, scope, statement
        and commit one by one would cost a tile as much as drawing it.
        """
        with self.cursor() as cursor:
            if not self.in_atomic_block:
                subject = current_subject()
                sql = "SELECT set_config('wuse.scope', %(wuse_scope)s, true); " + sql
                params = params | {"wuse_scope": signed(subject) if subject else ""}
            cursor.execute(sql, params)
            return cursor.fetchone()

    def _set_autocommit(self, autocommit):
        self._applied = self._UNKNOWN
        super()._set_autocommit(autocommit)

    def _savepoint_rollback(self, sid):
        # A transaction that has failed takes no set_config; and the actor may have changed since.
        self._applied = current_subject()
        super()._savepoint_rollback(sid)
        self._applied = self._UNKNOWN

    def _rollback(self):
        self._applied = self._UNKNOWN
        return super()._rollback()

    def close(self):
        self._applied = self._UNKNOWN
        super().close()
