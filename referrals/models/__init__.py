"""The tables of onward care."""

from referrals.models.follow_up import FollowUp
from referrals.models.referral import Referral
from referrals.models.service import Service

__all__ = ["FollowUp", "Referral", "Service"]
