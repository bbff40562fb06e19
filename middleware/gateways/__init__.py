"""The outside world: one module per system that Ringfence talks to, and the ports by which services know them."""
