"""Measures, each beside a limit measured in the same run: `./ops bench NAME`.

A measure is a module here with `run(report)`; `admin_list.py` is called admin-list. It runs with Django set up on the migrated database
bench_opsflux, fills what it needs (with `--keep` it may find its rows there already), and calls, once a figure,

    report("list: 50 of 1 M rows", ours=0.0041, limit=0.0007, unit="s", bound=8)

`ours` and `limit` are in `unit`, lower is better. `bound` is what the ratio ours / limit may reach; with `absolute=True`, what
`ours` itself may, in `unit`, and `limit` may then be left out.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line of the report; `limit` and `ratio` are None where a figure has no limit to stand beside."""

    name: str
    ours: float
    limit: float | None
    ratio: float | None
    unit: str
    bound: float
    ok: bool

    def line(self) -> str:
        beside = "" if self.limit is None or self.ratio is None else f"limit {self.limit:.4g} {self.unit}  × {self.ratio:.3g}"
        verdict = "ok  " if self.ok else "OVER"
        return f"{verdict} {self.name:<56} {self.ours:10.4g} {self.unit:<4} {beside:<32} bound {self.bound:g}"

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def figure(name: str, *, ours: float, unit: str, bound: float, limit: float | None = None, absolute: bool = False) -> Figure:
    """Judge one measurement. Raises ValueError for a bound on a ratio without a limit."""
    if limit is None and not absolute:
        raise ValueError(f"{name}: a bound on the ratio needs a limit")
    ratio = ours / limit if limit else None
    judged = ours if absolute else ratio
    ok = judged is not None and judged <= bound
    return Figure(name, round(ours, 6), limit and round(limit, 6), ratio and round(ratio, 3), unit, bound, ok)


Report = Callable[..., Figure]
