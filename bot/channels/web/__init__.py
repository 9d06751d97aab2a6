"""The web entrance: the member API, its socket, and the chat page."""
