"""Settings: `LIANDONG_*` variables over `--config FILE` (YAML) over the defaults here.

Secrets come from files, never by value. Every key stands in docs/reference-config.yaml; a test holds that.
"""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, InitSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from ..schemas.errors import WrongUsage
from ..schemas.files.plain_yaml import own_yaml
from ..schemas.phrases import Phrase, reason_of
from ..schemas.wrong_shape import shape_of
from .database_urls import check_database_url, lacks_password


class KafkaSecurity(BaseModel):
    """How to speak to a cluster the operator runs; librdkafka's terms."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str | None = None
    password_file: Path | None = None
    ca_file: Path | None = None


class Settings(BaseSettings):
    """Everything an operator can set; read once by `load_settings`, never changed."""

    model_config = SettingsConfigDict(
        env_prefix="LIANDONG_", env_nested_delimiter="__", extra="forbid", frozen=True, validate_default=True
    )

    bootstrap: str | None = None
    """Addresses of an existing Kafka; without it the embedded one is used."""
    kafka_security: KafkaSecurity = KafkaSecurity()
    topic_prefix: str = Field(default="", pattern=r"^[a-z0-9.-]*$")
    """Put before every topic name, so that several installations can share a cluster."""
    replication_factor: int = Field(default=1, ge=1)
    min_insync: int = Field(default=1, ge=1)
    partitions: int = Field(default=3, ge=1)
    """Partitions of each state topic; frozen per major version once topics exist."""
    evidence_days: float = Field(default=400, gt=0)
    """How long the log can show what an agency was told and what it answered; retention and compaction lag of those topics."""
    registry_url: str | None = None
    """Confluent-compatible schema registry; without it records use single-object encoding."""
    outbox_url: str | None = None
    """URL of the outbox's database, SQLite or PostgreSQL; by default SQLite under the state directory. `{jurisdiction}` in it is
    replaced."""
    outbox_password_file: Path | None = None
    """The file with the password of PostgreSQL's user in `outbox_url`; read at each connection, so that it can change."""
    acts_url: str | None = None
    """URL of the acts database all nodes of an agency share, `{agency}` in it is replaced; by default SQLite under the state
    directory, and then an agency has one node."""
    acts_password_file: Path | None = None
    """The same for `acts_url`."""
    state_dir: Path = Path("~/.liandong")
    """Keys, stores and the embedded Kafka."""
    matching_key_file: Path | None = None
    """The key of certificate surrogates, a file `<number>.key`, or a folder of them; by default under the state directory."""
    root_public_key: str | None = Field(default=None, pattern=r"^(?:[a-z][a-z0-9-]{0,31}:)?(?:[0-9a-f]{2}){32,128}$")
    """Public half (hex, with `SUITE:` before it unless it is of `intl`) of the root that signs all participants' keys; by
    default that of the root in the state directory."""
    suite: str = Field(default="intl", pattern=r"^[a-z][a-z0-9-]{0,31}$")
    """Algorithms of keys that are made here and of the digests that copies and notaries here keep."""
    key_register_days: float = Field(default=400, gt=0)
    """How long the root's word about the register of keys counts; it is renewed by publishing keys."""
    checkpoint_interval_seconds: float = Field(default=600.0, gt=0)
    """Longest time between two checkpoints of a jurisdiction's publisher; one also follows every burst of records."""
    barrier_interval_seconds: float = Field(default=1.0, gt=0)
    """Between two barriers of the notary."""
    head_valid_seconds: float = Field(default=60.0, gt=0)
    """How long a signed head proves freshness."""
    stale_after_seconds: float = Field(default=60.0, gt=0)
    """Age of an agency's copy from which its gate says UNKNOWN instead of refusing anybody."""
    late_after_seconds: float = Field(default=60.0, gt=0)
    """Time an agency has to apply an accepted update that was sent; after that `liandong status` calls it late."""
    node_gone_after_seconds: float = Field(default=86_400.0, gt=0)
    """An agency's node without receipts for this long is no longer one of those that must have everything."""
    checks_per_second: float = Field(default=1000.0, gt=0)
    """What one caller of a check API may ask for; a token can have a rate of its own."""
    checks_burst: int = Field(default=2000, ge=1000)
    """What a caller may ask for at once; at least one full batch."""
    http_connections: int = Field(default=4096, ge=64)
    """Connections a check API or a monitor holds open at once, idle and half-sent ones too; further ones wait."""
    http_request_seconds: float = Field(default=30.0, ge=1.0)
    """What a caller has to send a whole request, or the next one on a connection it keeps; then the connection is closed."""
    interceptions_every_seconds: float = Field(default=600.0, ge=0.1)
    """Between two batches in which an agency tells its interceptions: nobody who reads the log sees more exactly when one was."""
    watch_max_days: int = Field(default=180, ge=1)
    """Longest term of a watch a court here gives and an agency here accepts."""
    state_organ_listing: Literal["second-approval", "refuse", "normal"] = "second-approval"
    """Whether a court here puts state organs on the list: after a second approval, with a sealed notice to the superior court, or
    never, or as anybody. 法释〔2017〕7号 art. 8 ¶4 orders a notice to the superior unit and leaves that open."""
    notice_court: str = Field(default="", pattern=r"^([a-z][a-z0-9]*(-[a-z0-9]+)*)?$")
    """The court that gets this notice where the register of keys has no superior of a court here."""
    second_approval: tuple[Literal["revoke", "delete", "correct", "shield", "unshield", "extend", "lift"], ...] = ()
    """Single acts of a court that wait for `liandong court approve`; the days the law gives for them run on meanwhile."""
    approval_days: int = Field(default=15, ge=1, le=180)
    """How long what is proposed can be approved."""
    corps_and_military_courts: Literal["apart", "shared"] = "apart"
    """Whether cases of the Xinjiang corps' courts (兵) and of military courts (军) go over the topics of this installation: apart,
    they are neither published nor enforced here."""
    trial_clock: Path | None = None
    """A file that says what time it is in a rehearsal (RFC 3339); on clusters made by `liandong kafka up --trial` alone."""
    lang: Literal["zh", "en"] = "en"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_json: bool = False

    @field_validator("outbox_url", "acts_url")
    @classmethod
    def _database_url(cls, url: str | None) -> str | None:
        return None if url is None else check_database_url(url)

    @model_validator(mode="after")
    def _one_password(self) -> Self:
        for name in ("outbox", "acts"):
            if getattr(self, f"{name}_password_file") is not None and not lacks_password(
                getattr(self, f"{name}_url") or ""
            ):
                raise ValueError(
                    Phrase(
                        f"{name}_password_file: {name}_url must name a PostgreSQL and hold no password itself",
                        f"{name}_password_file：{name}_url 须指向 PostgreSQL，且其中不得含口令",
                    )
                )
        return self

    @field_validator("state_dir", "trial_clock")
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        """Resolve the home directory once; everything else hangs below this."""
        return None if path is None else path.expanduser().absolute()

    @property
    def kafka_dir(self) -> Path:
        """Folder of the embedded Kafka."""
        return self.state_dir / "kafka"

    def physical(self, topic: str) -> str:
        """Return the name a topic has in the cluster."""
        return self.topic_prefix + topic

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003  pydantic-settings names them
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        *_: PydanticBaseSettingsSource,
        **_others: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Let arguments win over variables; no .env files, no secrets directory."""
        return init_settings, env_settings


def load_settings(config: Path | None = None, **overrides: object) -> Settings:
    """Read the settings; `overrides` win over variables, variables over the file.

    Raises SETTINGS_INVALID, which names every wrong or unknown key and never its value, SETTINGS_UNREADABLE, SETTINGS_NO_MAPPING.
    """
    stored = {} if config is None else _read(config)

    class FromFile(Settings):
        """The same keys, with the file below the variables."""

        @classmethod
        def settings_customise_sources(
            cls,
            settings_cls: type[BaseSettings],
            *positional: PydanticBaseSettingsSource,
            **named: PydanticBaseSettingsSource,
        ) -> tuple[PydanticBaseSettingsSource, ...]:
            above = super().settings_customise_sources(settings_cls, *positional, **named)
            return *above, InitSettingsSource(settings_cls, stored)

    try:
        # through the dump, so that the result is a plain Settings, which other processes can unpickle
        return Settings(**FromFile(**overrides).model_dump())  # type: ignore[arg-type]
    except ValidationError as error:
        problems = shape_of(error)
        raise WrongUsage(
            "SETTINGS_INVALID",
            problems,
            "docs/reference-config.yaml lists every key",
            problems.zh,
            "全部设置项见 docs/reference-config.yaml",
        ) from None


def _read(config: Path) -> dict[str, Any]:
    """Read the mapping in a settings file."""
    try:
        stored = own_yaml(config.read_bytes())
    except OSError as error:
        reason = reason_of(error)
        raise WrongUsage(
            "SETTINGS_UNREADABLE",
            f"{config}: {reason}",
            "name a readable file after --config",
            f"{config}：{reason.zh}",
            "请在 --config 之后指定可读取的文件",
        ) from error
    except ValueError as error:
        raise _no_mapping(config) from error
    if stored is None:  # nothing but comments
        return {}
    if not isinstance(stored, dict) or not all(isinstance(key, str) for key in stored):
        raise _no_mapping(config)
    return stored


def _no_mapping(config: Path) -> WrongUsage:
    message = f"{config} is not a YAML mapping of keys to values"
    return WrongUsage(
        "SETTINGS_NO_MAPPING",
        message,
        "docs/reference-config.yaml shows the form",
        f"{config} 不是由“键: 值”组成的 YAML 文件",
        "格式见 docs/reference-config.yaml",
    )
