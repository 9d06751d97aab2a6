"""The members' entrances: every one of them hands its messages to the intake."""
