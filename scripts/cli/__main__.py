"""`python -m scripts.cli` is `ringfence`."""

from scripts.cli import main

main()
