"""Measured quality: gold questions and an index go in, figures that can be compared from commit to commit come out."""
