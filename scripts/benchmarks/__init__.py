"""Benchmarks, one module each: ``scripts/bench NAME`` runs ``NAME.py``.

A module has a docstring whose first line says what it measures, ``HEADING`` (its heading in docs/performance.md),
``arguments(parser)`` if it takes options, and ``run(options) -> Section``. Contenders are functions of the module that
run in child processes, one at a time, through ``harness.measuring.measure``.
"""
