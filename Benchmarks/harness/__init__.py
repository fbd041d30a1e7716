"""Measures two NATS servers side by side: see ../README.md."""
