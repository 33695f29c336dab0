"""Disputes: found, mediated, settled or not, looked at again; and what other bodies are told of them.

That there is a dispute, of which kind and how far it has come, is a fact of the place (S1). What
happened and what was agreed is S3 and stands apart (`DisputeText`), as does what another body gets to
read (`Packet`). One in which somebody is hurt is the case worker's alone from that moment on: for all
others it is no longer there, neither in a list nor in a sum. Row security says so, see migrations.
"""

from disputes.models.disputes import Dispute as Dispute
from disputes.models.disputes import DisputeStep as DisputeStep
from disputes.models.disputes import DisputeText as DisputeText
from disputes.models.disputes import Party as Party
from disputes.models.disputes import Session as Session
from disputes.models.disputes import Supervision as Supervision
from disputes.models.guard import VictimWord as VictimWord
from disputes.models.guard import ViolenceFlag as ViolenceFlag
from disputes.models.referrals import Packet as Packet
from disputes.models.referrals import Referral as Referral
