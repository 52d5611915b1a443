"""Control synthesizers by sound with normalizing flows."""
