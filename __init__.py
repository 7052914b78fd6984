"""Liandong (联动): courts publish, agencies enforce, and everyone can prove that it happened.

The names in `__all__` are what an agency developer needs (docs/adapters.md). They are imported on first use (PEP 562), so
that `import liandong` opens nothing, reads nothing and stays fast.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .consumers.adapters.protocol import Adapter, Enforced, Handled, NotApplicable, Refused, Retry
    from .consumers.events.sightings import Sighting
    from .consumers.gate.decision import CheckRequest, Decision, ListStand
    from .consumers.gate.subjects import Subject
    from .schemas.errors import LiandongError
    from .schemas.law.decisions import Action, Outcome, Verdict
    from .schemas.law.watch_kinds import Domain
    from .schemas.people.certificates import Certificate, CertificateType

__version__ = "0.1.0"

_HOMES: dict[str, str] = {
    "Action": ".schemas.law.decisions",
    "Adapter": ".consumers.adapters.protocol",
    "Certificate": ".schemas.people.certificates",
    "CertificateType": ".schemas.people.certificates",
    "CheckRequest": ".consumers.gate.decision",
    "Decision": ".consumers.gate.decision",
    "Domain": ".schemas.law.watch_kinds",
    "Enforced": ".consumers.adapters.protocol",
    "Handled": ".consumers.adapters.protocol",
    "LiandongError": ".schemas.errors",
    "ListStand": ".consumers.gate.decision",
    "NotApplicable": ".consumers.adapters.protocol",
    "Outcome": ".schemas.law.decisions",
    "Refused": ".consumers.adapters.protocol",
    "Retry": ".consumers.adapters.protocol",
    "Sighting": ".consumers.events.sightings",
    "Subject": ".consumers.gate.subjects",
    "Verdict": ".schemas.law.decisions",
}
"""Public name → the module that defines it."""

__all__ = [
    "Action",
    "Adapter",
    "Certificate",
    "CertificateType",
    "CheckRequest",
    "Decision",
    "Domain",
    "Enforced",
    "Handled",
    "LiandongError",
    "ListStand",
    "NotApplicable",
    "Outcome",
    "Refused",
    "Retry",
    "Sighting",
    "Subject",
    "Verdict",
    "__version__",
]


def __getattr__(name: str) -> object:
    """Import a public name from its home on first use."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value: object = getattr(import_module(home, __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names, imported or not."""
    return sorted(__all__)
