"""What can happen in the simulated town, one small class each: a step draws one, a story names them in order."""
