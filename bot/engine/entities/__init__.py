"""What in a member's message is a name, a place, a number, a date or an age? Reads them without any training."""

from bot.engine.entities.component import EntityReader

__all__ = ["EntityReader"]
