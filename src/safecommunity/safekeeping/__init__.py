"""Keeping what was recorded: backup, restore, drill, check, checkpoints. Depends on no page."""
