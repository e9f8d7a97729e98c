# One image for every process of the hub; docker-compose.yml says which process each container runs.
FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin hub \
    && install -d -o hub -g hub /var/lib/hub
WORKDIR /srv/hub

# The libraries first: they change less often than the hub. Each is checked against its hash.
COPY requirements-production.lock ./
RUN pip install --require-hashes --no-deps -r requirements-production.lock

COPY . ./
# The containers' disks are read-only: what is not compiled now would be compiled at each start.
RUN python -m compileall -q hub triage referrals
# Fingerprinted and compressed static files. No secret is needed for them, so none is given: these are words, not keys.
RUN HUB_MODE=production SECRET_KEY=not-used-here DATABASE_URL=postgresql:///not-used REDIS_URL=redis://not-used \
    HUB_PUBLIC_URL=https://not.used HUB_CAD_URL=https://not.used HUB_CAD_SECRET=not-used NOTIFY_API_KEY=not-used \
    NOTIFY_TEMPLATE_ID=not-used python manage.py collectstatic --no-input

ENV HUB_MODE=production HUB_STATE=/var/lib/hub
USER hub
EXPOSE 8000
CMD ["python", "-m", "granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "8", "--http", "1", "--no-ws", "--no-access-log", "hub.config.wsgi:application"]
