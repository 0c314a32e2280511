"""The Norwegian shelf register (companies, fields, interests, facilities): its files read, and a plan of what they say should exist.

Nothing here touches the database: readers give rows with errors by line, planners give dataclasses that an import compares and writes.
"""
