"""The MIP solvers, each call in a child process: it can be stopped at once, and its crash is not ours.

`process.solve_model` is the way in. Nothing is imported here: the child starts through this file.
"""
