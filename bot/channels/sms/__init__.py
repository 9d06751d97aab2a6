"""Texting with members: signed webhooks in, an inbox and an outbox that survive crashes, a carrier's REST API out."""
