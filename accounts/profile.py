"""Two sets of rules for passwords, locks and sessions; the environment's WUSE_PROFILE chooses one.

`asvs` is OWASP ASVS 4.0, level 2: long passwords, none that is common, no change for its own sake.
`mlps3` is what assessors of China's 等保三级 (GB/T 22239-2019, 8.1.4.1) look for: kinds of
characters, a change every three months, longer locks. Both ask for a second step.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Profile:
    name: str
    min_length: int
    kinds: int  # of upper case, lower case, digits, everything else
    max_age_days: int | None
    wrong_before_lock: int
    lock_minutes: int
    idle_minutes: int
    session_hours: int


PROFILES = {
    profile.name: profile
    for profile in (
        Profile("asvs", 12, 1, None, 5, 15, 15, 8),
        Profile("mlps3", 12, 3, 90, 5, 30, 10, 8),
    )
}
