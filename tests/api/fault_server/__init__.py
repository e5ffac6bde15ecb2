"""Server of faults: raw sockets on loopback, scripted by a table of cases."""
