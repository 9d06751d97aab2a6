"""Hospitals, and which plan network they belong to."""
