"""How a gateway is started: the one place that knows the server and its settings. `scripts/run` and the benchmark
start it in this way alone, so that what is measured is what runs.
"""

from __future__ import annotations

import sys

from middleware.settings import Settings

GATEWAY = "webhooks.wsgi:app"
# More threads raise the slowest answers, since they wait for one interpreter lock; fewer leave it idle while the store
# writes.
THREADS_PER_WORKER = 4
WORKERS = 2
# SQLite has one writer. Threads of one process take fair turns; processes sleep and try again for up to half a second.
WORKERS_ON_SQLITE = 1
# A thread that ends takes its warm caches along. Granian allows ten minutes at most.
IDLE_THREAD_SECONDS = 600


def gateway_command(settings: Settings, host: str, port: int, app: str = GATEWAY) -> list[str]:
    """The command line of a server of `app`, a WSGI application named as `module:attribute`.

    Its environment must hold the settings as `RINGFENCE_...`. SIGTERM ends it after the requests under way.
    """
    workers = WORKERS_ON_SQLITE if settings.is_embedded_store else WORKERS
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--host", host, "--port", str(port)),
        *("--workers", str(workers), "--respawn-failed-workers"),
        *("--blocking-threads", str(THREADS_PER_WORKER)),
        *("--blocking-threads-idle-timeout", str(IDLE_THREAD_SECONDS)),
        *("--http", "1", "--http1-keep-alive", "--no-ws", "--log-level", "warning"),
        app,
    ]
