"""Finds what on file answers a question that no topic fits."""

import knowledge.meaning  # noqa: F401 - before anything imports numpy
