"""The private process around Rasa: it understands a member's message, runs the turn and remembers the dialogue."""
