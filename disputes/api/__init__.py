"""Disputes and referrals over HTTP: each view only translates."""
