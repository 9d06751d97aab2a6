"""What stands in for the world around the product in demo mode? Fictional members, coaches' hours, a phone carrier."""
