"""docker-compose.yml and Dockerfile: what they promise can be read off them, and they do what they promise."""

import json
import os
import re
import secrets
import shutil
import subprocess
import time
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if service["image"].startswith("liandong:")]
NODES = [name for name in OURS if name != "setup"]
PORTS = [*re.findall(r"\$\{([A-Z_]+_PORT):-", (ROOT / "docker-compose.yml").read_text(encoding="utf-8"))]


def test_every_image_is_pinned_to_a_version() -> None:
    images = {service["image"] for service in SERVICES.values()} | set(
        re.findall(r"^ARG \w*IMAGE=(\S+)", DOCKERFILE, re.MULTILINE)
    )
    assert [image for image in images if not re.fullmatch(r"[a-z/-]+:\d+\.\d+[\w.-]*", image)] == []
    assert set(re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)) == {"${PYTHON_IMAGE}"}


def test_the_image_runs_as_nobody_in_particular_and_says_how_it_is() -> None:
    shipped = DOCKERFILE.rpartition("\nFROM ")[2]
    assert re.search(r"^USER (\d+)", shipped, re.MULTILINE)[1] != "0"  # type: ignore[index]
    assert "HEALTHCHECK" in shipped
    assert 'ENTRYPOINT ["liandong"]' in shipped
    assert "pip install" not in shipped
    assert all("--require-hashes" in line for line in re.findall(r"pip install.*-r .*", DOCKERFILE))


def test_the_trials_image_has_the_demos_parts_and_productions_has_postgresqls_driver() -> None:
    default = re.findall(r"^ARG LOCK=(\S+)", DOCKERFILE, re.MULTILINE)
    trial = SERVICES["setup"]["build"]["args"]["LOCK"]
    held = {
        lock: set(re.findall(r"^([\w-]+)(?:\[\w+\])?==", (ROOT / lock).read_text(), re.MULTILINE))
        for lock in [*default, trial]
    }
    assert {"faker", "psycopg"} & held["requirements.lock"] == {"psycopg"}
    assert {"faker", "psycopg"} <= held[trial]
    assert f"!{trial}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_the_image_names_its_licence() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r'image\.licenses="([^"]+)"', DOCKERFILE) == [project["license"]]
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert f"SPDX-License-Identifier: {project['license']}" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert f"!{project['license-files'][0]}" in (ROOT / ".dockerignore").read_text().splitlines()


def test_our_containers_cannot_become_more_than_they_are() -> None:
    assert len(NODES) == 6
    for name in OURS:
        service = SERVICES[name]
        assert service["read_only"], name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "user" not in service, name
        assert not service.get("privileged"), name


def test_everything_starts_after_what_it_needs_is_healthy() -> None:
    assert SERVICES["setup"]["depends_on"]["kafka"] == {"condition": "service_healthy"}
    for name in NODES:
        assert SERVICES[name]["depends_on"]["setup"] == {"condition": "service_completed_successfully"}
        assert SERVICES[name]["environment"]["HEALTH_URL"].partition("//")[2].startswith("127.0.0.1:")


def test_only_the_administrator_holds_the_root_and_no_node_anothers_keys() -> None:
    mounted = {
        name: {each.partition(":")[0] for each in service.get("volumes", ())} for name, service in SERVICES.items()
    }
    assert [name for name in SERVICES if "admin" in mounted[name]] == ["setup"]
    assert mounted["court"] & mounted["monitor"] == {"publisher"}
    agencies = [name for name in NODES if name not in ("court", "monitor")]
    assert [mounted[name] for name in agencies] == [{name} for name in agencies]


def test_ports_are_published_on_this_machine_only() -> None:
    published = [port for service in SERVICES.values() for port in service.get("ports", ())]
    assert published
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def compose(*words: str, timeout: float = 120, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", "compose", *words],
        cwd=ROOT, env=os.environ | variables, capture_output=True, text=True, timeout=timeout, check=False,
    )  # fmt: skip


@pytest.mark.containers
def test_compose_finds_the_file_valid() -> None:
    if not shutil.which("docker") or compose("version").returncode:
        pytest.skip("docker compose is not installed here")
    checked = compose("config", "--quiet")
    assert checked.returncode == 0, checked.stderr


class ComposeProject:
    """The whole compose project under a name and ports of its own."""

    def __init__(self) -> None:
        # 0: any free port; the broker's is never used from outside here
        self.variables = dict.fromkeys(PORTS, "0") | {"COMPOSE_PROJECT_NAME": f"liandong-test-{secrets.token_hex(3)}"}

    def __call__(self, *words: str, timeout: float = 600, code: int = 0) -> str:
        done = compose(*words, timeout=timeout, **self.variables)
        assert done.returncode == code, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def inside(self, service: str, *words: str, code: int = 0) -> str:
        return self("exec", "-T", service, *words, code=code)

    def monitor(self) -> str:
        return f"http://{self('port', 'monitor', '9180').strip()}"


@pytest.fixture(scope="module")
def project(engine: None) -> Iterator[ComposeProject]:  # noqa: ARG001  skips without one
    made = ComposeProject()
    try:
        made("build", "setup", timeout=1200)
        made("up", "--wait", "--wait-timeout", "600", timeout=700)
        yield made
    finally:
        made("down", "--volumes", "--timeout", "60")


@pytest.mark.containers
@pytest.mark.slow
@pytest.mark.timeout(2400)
class TestTheWholeTown:
    def test_the_demo_keeps_every_promise_with_the_registry_on(self, project: ComposeProject) -> None:
        said = json.loads(project.inside("court", "liandong", "demo", "--attach", "--json").splitlines()[-1])
        assert said["held"]
        assert said["promises"]

    def test_what_a_court_publishes_is_proven_at_every_agency(self, project: ComposeProject) -> None:
        script = "liandong synthetic list --count 20 --seed 7 -o /tmp/list.csv && "
        script += "liandong court publish /tmp/list.csv --court court-su0505 --json"
        batch = json.loads(project.inside("court", "sh", "-c", script).splitlines()[-1])["batch"]
        done: dict[str, Any] = {}
        for _ in range(600):
            done = httpx.get(f"{project.monitor()}/v1/status", params={"batch": batch}, timeout=30).json()["batches"][0]
            if done["complete"]:
                break
            time.sleep(0.2)
        assert done["applied"] == dict.fromkeys(("railway-js", "hotel-js", "registry-js", "police-js"), 20)

    def test_no_process_is_root_and_no_node_sees_the_roots_key(self, project: ComposeProject) -> None:
        for service in NODES:
            assert project.inside(service, "id", "-u").strip() == "10001"
            assert project.inside(service, "ls", "/state/root").split() == ["public.key"]

    def test_setting_up_again_changes_nothing(self, project: ComposeProject) -> None:
        before = project.inside("railway", "sh", "-c", "cat /state/participants/*/keys.yaml /state/root/public.key")
        assert "set up" in project("run", "--rm", "-T", "setup")
        assert (
            project.inside("railway", "sh", "-c", "cat /state/participants/*/keys.yaml /state/root/public.key")
            == before
        )

    def test_every_process_ends_by_itself_when_asked_to(self, project: ComposeProject) -> None:
        project("stop", "--timeout", "60", *NODES)
        states = [json.loads(line) for line in project("ps", "--all", "--format", "json").splitlines()]
        assert {one["Service"]: one["ExitCode"] for one in states if one["Service"] in NODES} == dict.fromkeys(NODES, 0)
