"""Rules as pure knowledge: what a transaction must be, what then becomes of it, and many judged at once."""
