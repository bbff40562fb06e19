"""Country policies: reads and checks config/countries, and resolves country and campaign to one Policy."""
