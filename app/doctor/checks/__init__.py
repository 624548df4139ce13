"""The checks, one subject a file. Each looks at one thing and returns one finding; none changes anything but where it says so."""
