"""A tile's cheap look-up of the member refuses whatever Django's own would."""

import os
import socket
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Member, Role, Session
from accounts.sessions import member_of
from core.scope import acting_as_system

TILE = "/tiles/divisions/8/208/101.mvt"


@pytest.fixture
def lan(cast, signed_in):
    """lan, signed in and known from an earlier tile."""
    client = signed_in(cast.lan)
    assert client.get(TILE).status_code in (200, 204)
    assert member_of(client.session.session_key) == cast.lan
    return cast.lan


def test_a_known_session_costs_one_look_up(lan, client, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert member_of(client.session.session_key) == lan


def test_a_session_that_ended_is_refused_at_once(lan, client):
    Session.objects.all().delete()
    assert client.get(TILE).status_code == 401


def test_a_session_whose_time_is_over_is_refused_at_once(lan, client):
    Session.objects.update(expire_date=timezone.now() - timedelta(hours=1))
    assert client.get(TILE).status_code == 401


def test_a_member_who_left_is_refused_at_once(lan, client):
    Member.objects.filter(pk=lan.pk).update(is_active=False)
    assert client.get(TILE).status_code == 401


def test_a_changed_password_ends_the_other_sessions_at_once(lan, client):
    lan.set_password("a-new-password")
    lan.save()
    assert client.get(TILE).status_code == 401


def test_a_new_role_holds_from_the_next_tile_on(cast, lan, client):
    with acting_as_system("test"):
        Member.objects.filter(pk=lan.pk).update(role=Role.VILLAGE)
    assert member_of(client.session.session_key).role == Role.VILLAGE


def test_an_invented_cookie_is_nobody(db, client):
    client.cookies["sessionid"] = "x" * 32
    assert client.get(TILE).status_code == 401


def test_a_connection_that_broke_is_made_anew(committed_db, client):
    member = Member.objects.create(username="auditor", name="示例审计员", role=Role.AUDITOR)
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(TILE).status_code in (200, 204)
    key = client.session.session_key
    assert member_of(key) == member
    # As a restarted database leaves it: the other end is gone.
    socket.socket(fileno=os.dup(connection.connection.fileno())).shutdown(socket.SHUT_RDWR)
    assert member_of(key) == member
