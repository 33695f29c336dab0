"""Side-by-side measurements, run by ./bench. Times live here and in no test."""
