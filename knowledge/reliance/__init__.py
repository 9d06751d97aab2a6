"""What did a message rely on, and does the same come out again from what was stored?"""
