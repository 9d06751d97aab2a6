"""Whose record it is, and what the plan record says: identity, eligibility, audit."""
