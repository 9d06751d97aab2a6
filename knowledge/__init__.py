"""What may be said and looked up: policies, therapies, facilities and eligibility, each with its source."""
