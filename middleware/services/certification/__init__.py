"""`ringfence store certify`: does the configured database keep the promises that the service rests on?

Worker processes reserve through the real hot path, under ids of their own, and note in files outside the database what
they were told. A checker that shares no code with the product then compares the files with what is stored. Methods
that are known to be wrong run as controls: a checker that does not catch them proves nothing.
"""
