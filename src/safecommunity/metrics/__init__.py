"""Metric files worked out over the records of every unit, kept as parts that add up along the tree."""
