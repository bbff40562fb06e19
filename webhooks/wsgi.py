"""What a WSGI server imports: reads the settings once and builds the app."""

from __future__ import annotations

from middleware.bootstrap import build
from middleware.settings import read_settings
from webhooks.app import create_app

app = create_app(build(read_settings()))
