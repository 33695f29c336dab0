"""A district to try things in: real names, real outline, everything else invented."""
