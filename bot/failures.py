"""What all refusals to work have in common that only the person at the keyboard can mend."""


class OperatorError(Exception):
    """The process or command cannot go on; the message is one sentence for the operator, without personal data."""


class StartFailed(OperatorError):
    """A process cannot start."""
