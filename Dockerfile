# syntax=docker/dockerfile:1
# Two images from one file: `product` (the default) serves; `test` is the same program with the tests and their tools.
ARG PYTHON=3.13

# ---- what both run on: a user of their own, one folder to keep -------------------------------------------------------
FROM python:${PYTHON}-slim AS runtime
RUN groupadd --gid 10001 farthing \
    && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin farthing \
    && install --directory --owner=farthing --group=farthing --mode=0700 /data
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATA_DIR=/data
WORKDIR /app
VOLUME /data
EXPOSE 8000
# No proxy may answer for us; a status of 400 or more raises.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --start-interval=2s --retries=3 \
    CMD ["python", "-c", "from urllib.request import ProxyHandler as P, build_opener as o; o(P({})).open('http://127.0.0.1:8000/health', timeout=4)"]
# `docker run farthing doctor` runs another command of the program; without one it migrates and serves.
ENTRYPOINT ["farthing"]
CMD ["up", "--host", "0.0.0.0", "--port", "8000", "--data", "/data"]

# ---- what is installed: the lock and nothing else; packages first, so that a change of ours fetches nothing again -----
FROM python:${PYTHON}-slim AS build
# The version that scripts/setup.sh names.
ARG UV_VERSION=0.13.8
RUN pip install --no-cache-dir --disable-pip-version-check --root-user-action=ignore "uv==${UV_VERSION}"
ENV UV_COMPILE_BYTECODE=1 \
    UV_LINK_MODE=copy \
    UV_PYTHON_DOWNLOADS=never \
    UV_PROJECT_ENVIRONMENT=/app/.venv
WORKDIR /app
COPY pyproject.toml uv.lock ./
ENV UV_CACHE_DIR=/uv-cache
RUN --mount=type=cache,target=/uv-cache uv sync --frozen --no-dev --no-install-project
COPY README.md LICENSE ./
COPY src src
RUN --mount=type=cache,target=/uv-cache uv sync --frozen --no-dev --no-editable

FROM build AS build-test
RUN --mount=type=cache,target=/uv-cache uv sync --frozen

# ---- the program with its tests: `docker compose exec -T api pytest` -------------------------------------------------
FROM runtime AS test
COPY --from=build-test /app/.venv .venv
COPY --chown=10001:10001 . .
# pytest, hypothesis and mypy keep their notes beside the code.
RUN chown 10001:10001 /app
USER 10001:10001

# ---- the program -----------------------------------------------------------------------------------------------------
FROM runtime AS product
COPY --from=build /app/.venv .venv
USER 10001:10001
