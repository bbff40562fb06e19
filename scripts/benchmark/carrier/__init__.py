"""Thousands of calls through one gateway, with a carrier that loses, repeats and delays reports: is all of it right?"""
