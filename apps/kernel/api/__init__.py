"""Bases of the REST API: one contract for every resource (docs/developer/api.md)."""
