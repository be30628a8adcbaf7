"""Files handed in as evidence, and what each file or record is cited for."""
