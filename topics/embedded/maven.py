"""Jars from a Maven repository, kept for the user; halves of an interrupted download are thrown away."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

from filelock import FileLock


def fetched(coordinates: str, home: Path, needed: Sequence[str]) -> tuple[Path, ...]:
    """Return the jars that coordinates (`group:artifact:version+…`) name, with what they need, fetched into `home` once.

    Raises whatever the resolver raises when they cannot be had, LookupError when it left one of `needed` out.
    """
    complete = home / "complete"
    with FileLock(home.with_name(home.name + ".lock")):
        if not complete.exists() and home.exists():
            # an interrupted download leaves half a jar, which the resolver would take for whole ever after
            shutil.rmtree(home)
        jars = _resolve(coordinates, home)
        if missing := set(needed) - {jar.name for jar in jars}:
            raise LookupError(f"the resolver left out {', '.join(sorted(missing))}")
        complete.touch()
    return jars


def _resolve(coordinates: str, home: Path) -> tuple[Path, ...]:
    """Fetch all jars; a repository named `central` in jgo's settings replaces the public one."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.env import EnvironmentBuilder
    from jgo.maven import MavenContext

    # it warns about POM files nobody here can act on
    logging.getLogger("jgo").setLevel(logging.ERROR)
    repositories = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    context = MavenContext(repo_cache=home / "maven", remote_repos=repositories)
    return tuple(EnvironmentBuilder(context=context, cache_dir=home / "jars").from_endpoint(coordinates).all_jars)
