"""All of Ringfence on one machine: `scripts/run` starts, watches and ends every part of it."""
