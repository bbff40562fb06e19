"""The published JSON Schema of countries' files, by which editors complete and check them while they are written."""

from __future__ import annotations

import json

from middleware.policies.pack import Pack

_TITLE = "A country's file of Ringfence"


def published_schema() -> str:
    """The text of config/countries/schema.json. `ringfence policy check` knows more than a schema can say."""
    schema = Pack.model_json_schema(by_alias=True)
    schema |= {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": _TITLE}
    return json.dumps(schema, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
