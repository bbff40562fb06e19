"""What a WSGI server imports: reads the settings once and builds the app."""

from __future__ import annotations

from middleware.bootstrap import build
from middleware.logs import configure_logs
from middleware.settings import read_settings
from webhooks.app import create_app

settings = read_settings()
configure_logs(settings.log_level)
app = create_app(build(settings))
