"""The record: who holds a conversation, what was said in it, and who asked for a person."""
