"""The shift at a glance: what needs a supervisor's eye, made of panels that the rooms serve."""
