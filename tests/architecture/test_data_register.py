"""Every field of every model has its purpose, ground, tier and time in docs/data_register.yaml."""

import re

import pytest
from django.apps import apps
from django.conf import settings

from gis_app.keeping import register
from gis_app.keeping.retention import RULES

TIERS = {"S0", "S1", "S2", "S3", "S4"}
START, END = "<!-- register -->", "<!-- end of register -->"


def fields():
    return {
        (model._meta.label_lower, field.name)
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
    }


def test_every_field_has_an_entry_and_every_entry_its_field():
    """A new field? Say in docs/data_register.yaml what it is for, on what ground, and how long."""
    unused = set(register.not_used())
    kept = {(model, field) for model, field in fields() if model not in unused}
    entries = set(register.entries())
    assert kept - entries == set(), "a field without an entry"
    assert entries - kept == set(), "an entry without a field"
    assert unused <= {model for model, _ in fields()}


def test_what_an_entry_says_is_known():
    for at, entry in register.entries().items():
        assert entry.tier in TIERS, at
        assert entry.basis in register.words("basis"), at
        assert entry.retention in register.words("retention"), at
        assert entry.says and entry.purpose, at


def test_what_is_about_people_says_so_in_chinese():
    chinese = re.compile("[\u4e00-\u9fff]")
    for at, entry in register.entries().items():
        assert chinese.search(entry.says) and chinese.search(entry.purpose), at
        assert not re.search("[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]", entry.says), at


@pytest.mark.parametrize("tier, basis", [("S3", "separate"), ("S4", "life")])
def test_what_is_sensitive_has_a_ground_of_its_own(tier, basis):
    fit = {basis, "security", "staff"}
    assert not [at for at, e in register.entries().items() if e.tier == tier and e.basis not in fit]


def test_every_time_that_runs_out_is_applied_and_no_other():
    counted = {
        model
        for (model, _), entry in register.entries().items()
        if register.days(entry.retention) is not None
    }
    assert {model for rule in RULES for model in rule.models} == counted


def test_the_page_about_privacy_is_made_from_the_register():
    """Changed the register? `manage.py data_register --write` makes the page anew."""
    text = (settings.BASE_DIR / "docs" / "privacy.md").read_text()
    assert text.split(START)[1].split(END)[0].strip() == register.page()
