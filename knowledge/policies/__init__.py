"""Plans, policy documents and the facts that answers are made of."""
