"""What every HTTP entrance needs: reading requests, refusing them, and publishing what is promised."""
