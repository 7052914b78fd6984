"""Every topic there is, as data: `topics/catalogue/families/*.yaml`, one file per family, strictly checked.

A family is a name pattern, `court.debtor-list.{jurisdiction}.v1`; `expand` makes the topics of given jurisdictions and
agencies of it, with partitions and configuration.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from ...schemas.errors import LiandongError
from ...schemas.phrases import Phrase, chinese, quoted
from ...schemas.wire.avro_schemas import current_schema
from ...schemas.wrong_shape import shape_of
from ..settings import Settings
from ..transport.topic_state import TopicState

CATALOGUE_DIR = Path(__file__).parent / "families"
Role = Literal["publisher", "court", "agency", "notary", "monitoring", "administrator", "supervisor"]
"""Who may stand at either end; closed, so that a typing error is one."""
_NAME = re.compile(
    r"^(?P<family>[a-z][a-z0-9-]*(\.[a-z][a-z0-9-]*)*)(\.\{(?P<scope>jurisdiction|agency)\})?\.v(?P<major>[1-9][0-9]*)$"
)
_DURATION = re.compile(r"^([1-9][0-9]*)(h|d)$")
_DAY_MS = 86_400_000
_UNIT_MS = {"h": 3_600_000, "d": _DAY_MS}
_ANY_TIME = str(2**63 - 1)
"""Kafka's longest duration, ms."""
_TIME_BOUNDS = ("message.timestamp.before.max.ms", "message.timestamp.after.max.ms")
EVIDENCE = "evidence"
"""The duration `Settings.evidence_days`."""


class CatalogueBroken(LiandongError):
    """A family that breaks a rule of the catalogue."""

    def __init__(self, message: str) -> None:
        super().__init__(
            "TOPIC_CATALOGUE_BROKEN",
            message,
            "mend the file; the others in its folder show how",
            f"主题目录有误：{chinese(message)}",
            "请改正该文件，可参照同一文件夹中的其他文件",
        )


class TopicFamily(BaseModel):
    """One file of the catalogue."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    """Lower case, dots and dashes; `{jurisdiction}` or `{agency}` before the major version."""
    description: str = Field(min_length=20)
    owner: str = Field(min_length=1)
    """Who answers for what stands there."""
    schemas: tuple[str, ...]
    """What a value may be; none only where values are somebody else's original bytes."""
    key: str | None
    """What the key is, in words; null = no key."""
    producers: tuple[Role, ...] = Field(min_length=1)
    consumers: tuple[Role, ...] = Field(min_length=1)
    personal_data: Literal["none", "pseudonymous", "sealed", "original"]
    """sealed: each schema has a sealed body; original: bytes of another topic, protected as that one."""
    partitions: Literal["lists"] | int
    """`lists` = Settings.partitions."""
    cleanup: Literal["compact", "delete"]
    retention: str | None = None
    """How long records stay, `30d` or `evidence`; for cleanup by deletion."""
    compaction_lag: str | None = None
    """How long a replaced record stays at least; for compaction."""
    timestamps: Literal["create", "day", "append"]
    """Whose clock counts: the writer's, of which `day` tells the day alone, or the broker's where a date is evidence."""

    @field_validator("name")
    @classmethod
    def _named(cls, name: str) -> str:
        if not _NAME.match(name):
            raise ValueError(
                "names are <domain>.<entity>[.{jurisdiction}|.{agency}].v<major>, lower case, dots and dashes"
            )
        return name

    @field_validator("schemas")
    @classmethod
    def _known(cls, schemas: tuple[str, ...]) -> tuple[str, ...]:
        for schema in schemas:
            try:
                current_schema(schema)
            except KeyError:
                raise ValueError(f"there is no schema {schema!r}") from None
        return schemas

    @field_validator("partitions")
    @classmethod
    def _few(cls, partitions: str | int) -> str | int:
        if isinstance(partitions, int) and not 1 <= partitions <= 64:
            raise ValueError("between 1 and 64 partitions")
        return partitions

    @field_validator("retention", "compaction_lag")
    @classmethod
    def _lasting(cls, duration: str | None) -> str | None:
        if duration not in (None, EVIDENCE) and not _DURATION.match(duration):
            raise ValueError("durations are evidence, or hours and days as 12h and 30d")
        return duration

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.cleanup == "delete" and (self.retention is None or self.compaction_lag is not None):
            raise ValueError("cleanup by deletion needs a retention and has no compaction lag")
        if self.cleanup == "compact" and (self.compaction_lag is None or self.retention is not None):
            raise ValueError("compaction needs a compaction lag and has no retention")
        if self.cleanup == "compact" and self.key is None:
            raise ValueError("only what has a key can be compacted")
        if bool(self.schemas) == (self.personal_data == "original"):
            raise ValueError("a topic has schemas, unless its values are original bytes of others")
        if self.personal_data == "sealed" and not all(map(_has_sealed_body, self.schemas)):
            raise ValueError("personal data is sealed only in schemas with the field `sealed`")
        return self

    @property
    def family(self) -> str:
        """The name without scope and version; also the file's name."""
        return self._part("family") or ""

    @property
    def scope(self) -> str | None:
        """`jurisdiction`, `agency`, or None if there is one topic for all."""
        return self._part("scope")

    def topic(self, of: str = "") -> str:
        """Return the topic of a jurisdiction or agency."""
        return self.name.replace("{jurisdiction}", of).replace("{agency}", of)

    def matches(self, topic: str) -> bool:
        """Whether a logical name belongs to this family."""
        pattern = re.escape(self.name).replace(re.escape("{jurisdiction}"), "[a-z0-9-]+")
        return re.fullmatch(pattern.replace(re.escape("{agency}"), "[a-z0-9-]+"), topic) is not None

    def state(self, settings: Settings) -> TopicState:
        """Return how its topics are to stand on the broker."""
        partitions = settings.partitions if self.partitions == "lists" else self.partitions
        configuration = {
            "cleanup.policy": self.cleanup,
            "min.insync.replicas": str(settings.min_insync),
            "unclean.leader.election.enable": "false",
            "message.timestamp.type": "LogAppendTime" if self.timestamps == "append" else "CreateTime",
            **(_deleted if self.cleanup == "delete" else _compacted)(self._duration(settings)),
        }
        return TopicState(partitions, settings.replication_factor, configuration)

    def _duration(self, settings: Settings) -> int:
        """Return retention or compaction lag in ms."""
        duration = self.retention or self.compaction_lag or EVIDENCE
        parts = _DURATION.match(duration)
        if parts is None:
            return int(settings.evidence_days * _DAY_MS)
        return int(parts[1]) * _UNIT_MS[parts[2]]

    def _part(self, name: str) -> str | None:
        parts = _NAME.match(self.name)
        return parts[name] if parts else None


def _has_sealed_body(schema: str) -> bool:
    return any(field["name"] == "sealed" for field in current_schema(schema).definition["fields"])


def _segment(duration: int) -> str:
    """Return how long a segment spans: a tenth of what it is kept for, a second to a week, for only closed ones are cleaned."""
    return str(min(max(duration // 10, 1000), 7 * _DAY_MS))


def _deleted(retention: int) -> dict[str, str]:
    return {"retention.ms": str(retention), "segment.ms": _segment(retention)}


def _compacted(lag: int) -> dict[str, str]:
    """Keep replaced records for the lag; they, and personal data with them, are gone a tenth after it at the latest."""
    return {
        "retention.ms": "-1",
        "min.compaction.lag.ms": str(lag),
        "max.compaction.lag.ms": str(lag + max(lag // 10, 1000)),
        "segment.ms": _segment(lag),
    }


def rehearsed(state: TopicState) -> TopicState:
    """Return how a topic is to stand where a trial clock may say any time.

    The broker has the machine's time, whatever the rehearsal's is: so it takes every time it is given, says none itself, and
    neither drops nor compacts anything for its age.
    """
    given = {"message.timestamp.type": "CreateTime", **dict.fromkeys(_TIME_BOUNDS, _ANY_TIME)}
    cleaned = _compacted(0) if state.configuration["cleanup.policy"] == "compact" else _deleted(0)
    kept = {key: "-1" if key == "retention.ms" else _ANY_TIME for key in cleaned if key != "segment.ms"}
    return replace(state, configuration={**state.configuration, **given, **kept})


def load_catalogue(directory: Path = CATALOGUE_DIR) -> list[TopicFamily]:
    """Read all families, by name. Raises TOPIC_CATALOGUE_BROKEN, which names file, field and rule."""
    families = [_load(path) for path in sorted(directory.glob("*.yaml"))]
    names = [family.name for family in families]
    for name in names:
        if names.count(name) > 1:
            raise CatalogueBroken(Phrase(f"two files describe {name}", f"有两个文件描述 {name}"))
    return families


def _load(path: Path) -> TopicFamily:
    try:
        family = TopicFamily.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except ValidationError as error:
        problems = shape_of(error)
        raise CatalogueBroken(Phrase(f"{path.name}: {problems}", f"{path.name}：{problems.zh}")) from None
    except yaml.YAMLError as error:
        raise CatalogueBroken(
            Phrase(f"{path.name}: not YAML, {error}", f"{path.name}：不是 YAML，{quoted(error).zh}")
        ) from error
    if path.stem != family.family:
        raise CatalogueBroken(
            Phrase(
                f"{path.name}: the file of {family.name} is called {family.family}.yaml",
                f"{path.name}：{family.name} 的文件名应为 {family.family}.yaml",
            )
        )
    return family


@dataclass(frozen=True, slots=True)
class TopicScope:
    """Whose topics."""

    jurisdictions: frozenset[str] = frozenset()
    agencies: frozenset[str] = frozenset()


def expand(families: Iterable[TopicFamily], scope: TopicScope, settings: Settings) -> dict[str, TopicState]:
    """Return the topics of a scope, by logical name."""
    members = {None: frozenset({""}), "jurisdiction": scope.jurisdictions, "agency": scope.agencies}
    return {family.topic(one): family.state(settings) for family in families for one in sorted(members[family.scope])}
