import asyncio
import json
import tempfile
from functools import cache
from pathlib import Path

from farthing.api.app import create_app
from farthing.api.docs import describe
from farthing.bootstrap import build, living
from farthing.settings import ensure_secrets, load


@cache
def openapi_json() -> str:
    """The description of the API as a fresh installation serves it."""
    with tempfile.TemporaryDirectory() as folder:
        settings = ensure_secrets(load({}, env_file=Path(folder) / ".env", data_dir=folder))
        house = build(settings)
        document = describe(create_app(house, living))
        asyncio.run(house.database.close())
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
