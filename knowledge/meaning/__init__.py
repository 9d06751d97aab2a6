"""Texts as vectors of what they mean. The engine uses it, too: so it imports nothing else of ours, and numpy alone."""

import os

# Read by numpy when it is first imported. A sentence is too small to share between threads: they would wait for each
# other, on a busy machine twenty times as long as the sums take.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
