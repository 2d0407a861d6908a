# Two stages: the first has compilers and caches, the second only what runs. The model comes as a dependency, the gazetteer is
# compiled here, so that a container starts without the network and without a minute of work.
FROM python:3.11-slim AS build
WORKDIR /src
RUN pip install --no-cache-dir uv
COPY constraints.txt pyproject.toml README.md ./
COPY workers workers
COPY config config
COPY schemas schemas
RUN uv venv /opt/dateline && uv pip install --no-cache --python /opt/dateline/bin/python --constraints constraints.txt .
ENV XDG_CACHE_HOME=/opt/cache
RUN /opt/dateline/bin/dateline gazetteer build

FROM python:3.11-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/dateline --create-home dateline
COPY --from=build /opt/dateline /opt/dateline
COPY --from=build --chown=dateline /opt/cache /opt/cache
ENV PATH=/opt/dateline/bin:$PATH XDG_CACHE_HOME=/opt/cache XDG_STATE_HOME=/var/lib/dateline PYTHONUNBUFFERED=1
USER dateline
WORKDIR /var/lib/dateline
VOLUME /var/lib/dateline
ENTRYPOINT ["dateline"]
CMD ["--help"]
