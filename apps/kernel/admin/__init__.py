"""Bases of the admin: the site, the ModelAdmin of a resource, its history, its actions."""
