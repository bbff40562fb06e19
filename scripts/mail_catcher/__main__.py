"""`python -m scripts.mail_catcher --port 0 --directory DIR --ready-file FILE`."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from scripts.mail_catcher.server import serve


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback; 0 takes a free one.")
@click.option("--directory", type=click.Path(file_okay=False, path_type=Path), required=True, help="Where mails go.")
@click.option("--ready-file", type=click.Path(dir_okay=False, path_type=Path), help="Written once mails are taken.")
def main(port: int, directory: Path, ready_file: Path | None) -> None:
    """Keep every mail as an .eml file and send none."""
    try:
        asyncio.run(serve(port, directory, ready_file))
    except OSError as error:
        raise click.ClickException(f"cannot listen on port {port}, or write to {directory}: {error}") from None


if __name__ == "__main__":
    main()
