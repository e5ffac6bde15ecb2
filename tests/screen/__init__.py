"""Tests of the screen package."""
