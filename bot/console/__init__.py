"""The coaches' console: sign-in, queue, conversations and call-backs over HTTP, and the page that shows them."""
