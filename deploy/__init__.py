"""What operates the system: `local` runs everything on one machine, from the broker to the console."""
