"""The window: shows the state, calls operations, computes nothing."""
