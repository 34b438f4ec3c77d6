"""The rules that a plan must keep, one file each. To add one: write its file, and add one line to `RULES`."""

from sitewright.optimizer.problem import Problem
from sitewright.optimizer.rules.backup import Backup
from sitewright.optimizer.rules.base import Rule
from sitewright.optimizer.rules.budget import Budget
from sitewright.optimizer.rules.capacity import Capacity
from sitewright.optimizer.rules.if_then import IfThen
from sitewright.optimizer.rules.joint_exposure import JointExposure
from sitewright.optimizer.rules.jurisdiction_quota import JurisdictionQuota
from sitewright.optimizer.rules.latency_limit import LatencyLimit
from sitewright.optimizer.rules.latency_share import LatencyShare
from sitewright.optimizer.rules.legal_exclusion import LegalExclusion
from sitewright.optimizer.rules.mean_latency import MeanLatency
from sitewright.optimizer.rules.mean_of_sites import MeanOfSites
from sitewright.optimizer.rules.minimum_use import MinimumUse
from sitewright.optimizer.rules.mutual_exclusion import MutualExclusion
from sitewright.optimizer.rules.one_option_per_metro import OneOptionPerMetro
from sitewright.optimizer.rules.one_size_per_site import OneSizePerSite
from sitewright.optimizer.rules.partner_commitment import PartnerCommitment
from sitewright.optimizer.rules.partner_count import PartnerCount
from sitewright.optimizer.rules.partner_exclusive import PartnerExclusive
from sitewright.optimizer.rules.partner_metros import PartnerMetros
from sitewright.optimizer.rules.partner_sites import PartnerSites
from sitewright.optimizer.rules.partner_use import PartnerUse
from sitewright.optimizer.rules.residency import Residency
from sitewright.optimizer.rules.risk_floor import RiskFloor
from sitewright.optimizer.rules.scope import CustomerScope, SiteScope
from sitewright.optimizer.rules.scrubbing import Scrubbing
from sitewright.optimizer.rules.service import Service
from sitewright.optimizer.rules.single_source import SingleSource
from sitewright.optimizer.rules.site_count import SiteCount
from sitewright.optimizer.rules.site_status import SiteStatus
from sitewright.optimizer.rules.survive_loss import SurviveLoss
from sitewright.optimizer.rules.worst_attack import WorstAttack

RULES: tuple[type[Rule], ...] = (
    # pair rules
    Residency,
    LegalExclusion,
    LatencyLimit,
    # site rules
    SiteStatus,
    OneOptionPerMetro,
    OneSizePerSite,
    SiteCount,
    Budget,
    JurisdictionQuota,
    IfThen,
    MutualExclusion,
    PartnerUse,
    PartnerMetros,
    PartnerSites,
    PartnerExclusive,
    PartnerCommitment,
    PartnerCount,
    # load rules
    Service,
    Capacity,
    SingleSource,
    MinimumUse,
    MeanLatency,
    LatencyShare,
    MeanOfSites,
    # resilience
    Backup,
    SurviveLoss,
    WorstAttack,
    RiskFloor,
    JointExposure,
    Scrubbing,
)

# The data variable whose presence implies a rule. A rule of the same kind among the problem's own takes its place.
IMPLIED: tuple[tuple[str, type[Rule]], ...] = (
    ("demand", Service),
    ("capacity", Capacity),
    ("scrubbing", Scrubbing),
    ("status", SiteStatus),
    ("metro", OneOptionPerMetro),
    ("size_of", OneSizePerSite),
    ("site_partner", PartnerUse),
    ("partner_metros", PartnerMetros),
    ("partner_max_sites", PartnerSites),
    ("partner_exclusive", PartnerExclusive),
    ("partner_commitment", PartnerCommitment),
)


def implied(problem: Problem) -> tuple[Rule, ...]:
    """Return the rules that the problem's data imply."""
    named = {type(rule) for rule in problem.rules}
    return tuple(rule() for variable, rule in IMPLIED if problem.has(variable) and rule not in named)


__all__ = [
    "IMPLIED",
    "RULES",
    "Backup",
    "Budget",
    "Capacity",
    "CustomerScope",
    "IfThen",
    "JointExposure",
    "JurisdictionQuota",
    "LatencyLimit",
    "LatencyShare",
    "LegalExclusion",
    "MeanLatency",
    "MeanOfSites",
    "MinimumUse",
    "MutualExclusion",
    "OneOptionPerMetro",
    "OneSizePerSite",
    "PartnerCommitment",
    "PartnerCount",
    "PartnerExclusive",
    "PartnerMetros",
    "PartnerSites",
    "PartnerUse",
    "Residency",
    "RiskFloor",
    "Rule",
    "Scrubbing",
    "Service",
    "SingleSource",
    "SiteCount",
    "SiteScope",
    "SiteStatus",
    "SurviveLoss",
    "WorstAttack",
    "implied",
]
