"""Work orders: their life, their database, and their way in and out of the program."""
