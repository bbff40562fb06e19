"""A dry run over a list of leads: who may be called now, who later, who not, and why. Reserves nothing."""
