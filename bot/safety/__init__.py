"""What keeps members safe: the gate before understanding, and the lint after wording."""
