"""What the assistant looks up and decides in a turn: Rasa's custom actions, flat, one topic a file."""
