"""Golden runs: scripted sessions of the real program, recorded as text and compared."""
