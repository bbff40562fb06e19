"""What a WSGI server imports: reads the settings once and builds the app."""

from __future__ import annotations

import gc

from middleware.bootstrap import build
from middleware.logs import configure_logs
from middleware.settings import read_settings
from webhooks.app import create_app

settings = read_settings()
configure_logs(settings.log_level)
app = create_app(build(settings))
# All of this lives as long as the process. A full collection that looked through it again would hold up every request
# for tens of milliseconds.
gc.collect()
gc.freeze()
