"""The demonstration: four programmes from four real plans, a year of generated records, and its stage."""
