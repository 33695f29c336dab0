"""Whom to see on which day and in which order. Pure: numbers in and out, no Django, no clock."""
