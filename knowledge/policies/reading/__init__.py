"""How is a payer's own document (PDF, HTML, Markdown, plain text) read? `process.PolicyReader` is the door."""
