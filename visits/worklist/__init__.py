"""What waits for a member, from every app below, on one screen."""
