"""Finds what on file answers a question that no topic fits."""

import os

# Read by numpy when it is first imported. A sentence is too small to share between threads: they would wait for each
# other, on a busy machine twenty times as long as the sums take.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
