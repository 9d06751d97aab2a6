"""The shipped content: how the reviewed files reach the database."""
